import '../supportTracing'
import { withSpan } from '@codomyrmex/telemetry'
import { ofetch } from 'ofetch'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { echo } from '../supportFlow'
import { listenForHelp } from '../supportHelp'
import App from './App.vue'
import { createShopRouter } from './router'

listenForHelp()

void withSpan('boot', async () => {
  await ofetch(echo('boot', 'config'))
  createApp(App).use(createPinia()).use(createShopRouter()).mount('#app')
})
