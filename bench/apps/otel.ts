// The same job by OpenTelemetry's packages, wired as their documentation does.
import 'zone.js'
import { ZoneContextManager } from '@opentelemetry/context-zone-peer-dep'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch'
import { XMLHttpRequestInstrumentation } from '@opentelemetry/instrumentation-xml-http-request'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type SpanExporter, WebTracerProvider } from '@opentelemetry/sdk-trace-web'
import { expose } from './expose'

export function startOtel(exporter: SpanExporter): void {
  const provider = new WebTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  provider.register({ contextManager: new ZoneContextManager() })
  registerInstrumentations({ instrumentations: [new FetchInstrumentation(), new XMLHttpRequestInstrumentation()] })

  const tracer = provider.getTracer('bench')
  expose((work) =>
    tracer.startActiveSpan('bench', async (span) => {
      try {
        return await work()
      } finally {
        span.end()
      }
    }),
  )
}
