// OpenTelemetry JS with its defaults, as the counterpart of what the page of ours starts. Its set-up stands in a script before it.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web'

declare global {
  /** What differs from cell to cell. */
  var lossSetup: { readonly endpoint: string; readonly headers?: Record<string, string> }
  /** Each contestant's way to make a span that ends at once. */
  var endSpan: (name: string, attributes: Record<string, string | number | boolean>) => void
  /** So many of them within 100 ms. */
  var endSpans: (count: number) => Promise<void>
  /** What ours still means to send. */
  var countWaiting: () => number
}

const { endpoint, headers } = globalThis.lossSetup
const exporter = new OTLPTraceExporter({ url: endpoint, ...(headers && { headers }) })
const provider = new WebTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'loss' }),
  spanProcessors: [new BatchSpanProcessor(exporter)],
})
const tracer = provider.getTracer('loss')

globalThis.endSpan = (name, attributes) => tracer.startSpan(name, { attributes }).end()
