// OpenTelemetry JS as its documentation sets it up for pages, with the one function of ours that the applications call.
import 'zone.js'
import { trace } from '@opentelemetry/api'
import { ZoneContextManager } from '@opentelemetry/context-zone-peer-dep'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch'
import { XMLHttpRequestInstrumentation } from '@opentelemetry/instrumentation-xml-http-request'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { WebTracerProvider } from '@opentelemetry/sdk-trace-web'
import type { SeenSpan } from './supportJudge'

const exporter = new InMemorySpanExporter()
const provider = new WebTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
provider.register({ contextManager: new ZoneContextManager() })
registerInstrumentations({ instrumentations: [new FetchInstrumentation(), new XMLHttpRequestInstrumentation()] })
const tracer = trace.getTracer('application')

/** Runs the function in a new span and ends it when its promise does. */
export function withSpan<T>(name: string, run: () => T): T {
  return tracer.startActiveSpan(name, (span) => {
    const result = run()
    const end = () => span.end()
    // Not `instanceof Promise`: that is zone.js' own class by now, and an async function gives the browser's.
    if (result instanceof Object && 'then' in result) Promise.resolve(result).then(end, end)
    else end()
    return result
  })
}

const spans = (): readonly SeenSpan[] =>
  exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    spanId: span.spanContext().spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? null,
  }))
Object.assign(globalThis, { spans })
