// A page whose collector takes everything in and answers nothing: the queue fills to its last span.
import { startSpan, startTelemetry } from '@codomyrmex/telemetry'
import { enterQueue } from './queueContract'

enterQueue((endpoint) => {
  startTelemetry({ serviceName: 'shop', endpoint, instrument: false })
  return (name, attributes) => startSpan(name, { attributes }).end()
})
