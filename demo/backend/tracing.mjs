// @ts-check
// The official OpenTelemetry Node packages, set up as their documentation shows. Nothing of our own package is used here: the
// trace that continues in this process proves that software written by others understands our headers.

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

const EXPORT_DELAY_MS = 200 // short, so that the viewer shows both halves of a trace at about the same time

/**
 * Starts tracing of this process. Call it before `node:http` is required: the instrumentation patches what is required after it.
 * @param {{ serviceName: string, collectorUrl: string, isTraced: (req: import('node:http').IncomingMessage) => boolean }} options
 * @returns {() => Promise<void>} sends what is left and stops
 */
export function startTracing({ serviceName, collectorUrl, isTraced }) {
  const exporter = new OTLPTraceExporter({ url: collectorUrl })
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: EXPORT_DELAY_MS })],
  })
  provider.register() // with its defaults: W3C traceparent and baggage
  registerInstrumentations({
    instrumentations: [new HttpInstrumentation({ ignoreIncomingRequestHook: (req) => !isTraced(req) })],
  })
  return () => provider.shutdown()
}
