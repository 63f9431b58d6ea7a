// The same with OpenTelemetry's batch processor and its defaults.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web'
import { enterQueue } from './queueContract'

enterQueue((url) => {
  const provider = new WebTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  })
  const tracer = provider.getTracer('bench')
  return (name, attributes) => tracer.startSpan(name, { attributes }).end()
})
