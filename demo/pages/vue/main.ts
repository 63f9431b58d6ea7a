import { startTelemetry } from '@codomyrmex/telemetry'
import { createApp } from 'vue'
import { otlpEndpoint } from '../otlpEndpoint'
import App from './App.vue'
import '../page.css'

startTelemetry({
  serviceName: 'shop-vue',
  endpoint: otlpEndpoint(),
  instrument: { load: true, errors: true, page: true },
})
createApp(App).mount('#app')
