import { startTelemetry } from '@codomyrmex/telemetry'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { otlpEndpoint } from '../otlpEndpoint'
import { App } from './App'
import '../page.css'
import './react.css'

startTelemetry({
  serviceName: 'shop-react',
  endpoint: otlpEndpoint(),
  instrument: { load: true, errors: true, page: true },
})

const app = document.getElementById('app')
if (app) {
  createRoot(app).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
