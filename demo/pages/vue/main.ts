import { startTelemetry } from '@codomyrmex/telemetry'
import { createApp } from 'vue'
import { otlpEndpoint } from '../otlpEndpoint'
import App from './App.vue'
import '../page.css'

startTelemetry({ serviceName: 'shop-vue', endpoint: otlpEndpoint() })
createApp(App).mount('#app')
