import '../supportTracing'
import { withSpan } from '@codomyrmex/telemetry'
import { createRoot } from 'react-dom/client'
import { Provider } from 'react-redux'
import { echo } from '../supportFlow'
import { listenForHelp } from '../supportHelp'
import { App } from './App'
import { createShopStore } from './store'

listenForHelp()

void withSpan('boot', async () => {
  const config = await fetch(echo('boot', 'config'))
  await config.json()
  createRoot(document.getElementById('app') as HTMLElement).render(
    <Provider store={createShopStore()}>
      <App />
    </Provider>,
  )
})
