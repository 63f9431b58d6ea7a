export type { ContextMode } from './context/carrier'
export type { Context } from './context/frame'
export { ConsoleExporter } from './export/console'
export type { DeferredLimits, OTLPExporterOptions, OutboxLimits } from './export/exporterOptions'
export type { HeadersInput } from './export/headers'
export { InMemoryExporter } from './export/inMemory'
export type { BeaconMode } from './export/lanes'
export { OTLPExporter } from './export/otlpExporter'
export type { HttpOptions } from './instrument/httpSpan'
export type { UrlPattern } from './instrument/urls'
export type { TimeInput } from './lib/clock'
export type { InstrumentOptions, TelemetryOptions } from './options'
export type { BatchOptions } from './process/batch'
export { BatchSpanProcessor } from './process/batch'
export type { ExportResult, SpanExporter, SpanProcessor } from './process/processor'
export type { RateLimits } from './process/rateLimit'
export { SimpleSpanProcessor } from './process/simple'
export type { Baggage } from './propagation/baggage'
export { readTraceparent } from './propagation/traceparent'
export type { Telemetry, TelemetryStats } from './startTelemetry'
export { createTelemetry, on, startTelemetry } from './startTelemetry'
export type { DropReason, TelemetryApi, TelemetryEvents, Traced } from './trace/api'
export {
  bind,
  getCurrentSpan,
  getErrorSpan,
  linkSpan,
  startSpan,
  traced,
  withBaggage,
  withContext,
  withSpan,
} from './trace/api'
export type { Attributes, AttributeValue } from './trace/attributes'
export type { SpanLimits } from './trace/limits'
export type { InstrumentationScope, Resource } from './trace/resource'
export type { Sampler, SamplingDecision, SamplingResult } from './trace/sampler'
export { alwaysOff, alwaysOn, parentBased, ratio } from './trace/sampler'
export type { Link, Span, SpanContext, SpanEvent, SpanKind, SpanStatus, StatusCode, StatusInput } from './trace/span'
export { TraceContext } from './trace/span'
export type { ParentInput, SpanOptions, Tracer } from './trace/tracer'
