// What a page with this package includes, and nothing more: the counterpart of otelJson.ts.
import { getCurrentSpan, startTelemetry, withSpan } from '@codomyrmex/telemetry'
import { expose } from './expose'

startTelemetry({ serviceName: 'shop', endpoint: '/v1/traces' })

expose((work) =>
  withSpan('bench', () => {
    if (!getCurrentSpan()) throw new Error('the telemetry to be measured is off')
    return work()
  }),
)
