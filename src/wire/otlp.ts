import { type BatchNote, flagsOf, groupSpans, isInt64, KIND, type Moment, moment, STATUS } from '../export/otlpValues'
import type { AttributeList, Attributes, AttributeValue } from '../trace/attributes'
import { EventRecord, RecordingSpan } from '../trace/recordingSpan'
import type { InstrumentationScope } from '../trace/resource'
import { type Link, readSpanContext, type Span, type SpanEvent } from '../trace/span'

// An OTLP request, field by field: number and JSON name as in opentelemetry/proto/{collector/trace,trace,common,resource}/v1.
// The only file that knows them; how a field looks on the wire is the writer's. Writers go from the end to the beginning, so
// everything here is written last field first, and lists last item first.

/** One syntax of OTLP. */
export interface OtlpWriter {
  reset(): void
  take(): Uint8Array<ArrayBuffer>
  /** Begins a message; what it gives goes to `close`. */
  open(): number
  /** Ends a message: a field, or with an empty name an item of a list. */
  close(field: number, name: string, mark: number): void
  openList(): void
  closeList(name: string): void
  string(field: number, name: string, value: string): void
  /** Field 1, `key`, of a pair whose value is written. */
  key(value: string): void
  bytes(field: number, name: string, value: Uint8Array): void
  /** Lowercase hex digits: bytes in protobuf, digits in JSON. */
  hex(field: number, name: string, digits: string): void
  bool(field: number, name: string, value: boolean): void
  /** A small number that is not negative. */
  uint(field: number, name: string, value: number): void
  /** A safe integer. */
  int64(field: number, name: string, value: number | bigint): void
  double(field: number, name: string, value: number): void
  fixed32(field: number, name: string, value: number): void
  moment(field: number, name: string, value: Moment): void
}

/** The spans as one `ExportTraceServiceRequest` ([OTLP](https://opentelemetry.io/docs/specs/otlp/)). */
export function writeRequest(w: OtlpWriter, spans: readonly Span[], note: BatchNote): Uint8Array<ArrayBuffer> {
  w.reset()
  const request = w.open()
  w.openList()
  for (const [resource, scopes] of groupSpans(spans).reverse()) {
    const mark = w.open()
    w.openList()
    for (const [scope, ofScope] of scopes.reverse()) writeScopeSpans(w, scope, ofScope)
    w.closeList('scopeSpans')
    const inner = w.open()
    writeItems(w, 1, [...Object.entries(resource.attributes).flat(), ...note])
    w.close(1, 'resource', inner)
    w.close(1, '', mark)
  }
  w.closeList('resourceSpans')
  w.close(0, '', request)
  return w.take()
}

function writeScopeSpans(w: OtlpWriter, scope: InstrumentationScope, spans: readonly Span[]): void {
  const mark = w.open()
  w.openList()
  for (let i = spans.length - 1; i >= 0; i--) writeSpan(w, spans[i] as Span)
  w.closeList('spans')
  const inner = w.open()
  if (scope.version) w.string(2, 'version', scope.version)
  w.string(1, 'name', scope.name)
  w.close(1, 'scope', inner)
  w.close(2, '', mark)
}

function writeSpan(w: OtlpWriter, span: Span): void {
  const mark = w.open()
  const isOurs = span instanceof RecordingSpan
  writeFlags(w, 16, span.traceFlags, span.hasRemoteParent)
  const { code, description } = span.status
  if (code !== 'unset') {
    const status = w.open()
    w.uint(3, 'code', STATUS[code])
    if (description) w.string(2, 'message', description)
    w.close(15, 'status', status)
  }
  writeCount(w, 14, 'droppedLinksCount', span.droppedLinksCount)
  writeList(w, 'links', span.links, writeLink)
  writeCount(w, 12, 'droppedEventsCount', span.droppedEventsCount)
  writeList(w, 'events', span.events, writeEvent)
  writeCount(w, 10, 'droppedAttributesCount', span.droppedAttributesCount)
  writeAttributes(w, 9, span)
  const { startTime, endTime } = isOurs ? NO_TIMES : span
  w.moment(
    8,
    'endTimeUnixNano',
    isOurs ? moment(span.anchor, span.endOffset ?? span.startOffset) : moment(0, endTime ?? startTime),
  )
  w.moment(7, 'startTimeUnixNano', isOurs ? moment(span.anchor, span.startOffset) : moment(0, startTime))
  w.uint(6, 'kind', KIND[span.kind])
  w.string(5, 'name', span.name)
  if (span.parentSpanId) w.hex(4, 'parentSpanId', span.parentSpanId)
  if (span.traceState) w.string(3, 'traceState', span.traceState)
  w.hex(2, 'spanId', span.spanId)
  w.hex(1, 'traceId', span.traceId)
  w.close(2, '', mark)
}

const NO_TIMES = { startTime: 0, endTime: 0 }

function writeEvent(w: OtlpWriter, event: SpanEvent): void {
  const mark = w.open()
  writeCount(w, 4, 'droppedAttributesCount', event.droppedAttributesCount)
  writeAttributes(w, 3, event)
  w.string(2, 'name', event.name)
  w.moment(1, 'timeUnixNano', event instanceof EventRecord ? moment(event.anchor, event.offset) : moment(0, event.time))
  w.close(11, '', mark)
}

function writeLink(w: OtlpWriter, link: Link): void {
  const context = readSpanContext(link.context)
  if (!context) return
  const { traceId, spanId, traceFlags, traceState, isRemote } = context
  const mark = w.open()
  writeFlags(w, 6, traceFlags, isRemote === true)
  writeCount(w, 5, 'droppedAttributesCount', link.droppedAttributesCount)
  writeAttributes(w, 4, link)
  if (traceState) w.string(3, 'traceState', traceState as string)
  w.hex(2, 'spanId', spanId)
  w.hex(1, 'traceId', traceId)
  w.close(13, '', mark)
}

function writeList<T>(w: OtlpWriter, name: string, items: readonly T[], write: (w: OtlpWriter, item: T) => void): void {
  if (items.length === 0) return
  w.openList()
  for (let i = items.length - 1; i >= 0; i--) write(w, items[i] as T)
  w.closeList(name)
}

function writeCount(w: OtlpWriter, field: number, name: string, count: number): void {
  if (count > 0) w.uint(field, name, count)
}

function writeFlags(w: OtlpWriter, field: number, traceFlags: number, isRemote: boolean): void {
  w.fixed32(field, 'flags', flagsOf(traceFlags, isRemote))
}

/** Our own holders keep key, value, key, value; others are taken apart. */
function writeAttributes(w: OtlpWriter, field: number, holder: { readonly attributes: Attributes }): void {
  const { list } = holder as { readonly list?: AttributeList | null }
  writeItems(w, field, list === undefined ? Object.entries(holder.attributes).flat() : (list?.items ?? []))
}

function writeItems(w: OtlpWriter, field: number, items: readonly (AttributeValue | null | undefined)[]): void {
  if (items.length === 0) return
  w.openList()
  for (let i = items.length - 2; i >= 0; i -= 2) {
    const value = items[i + 1] as AttributeValue | null | undefined
    if (value !== null && value !== undefined) writePair(w, field, items[i] as string, value)
  }
  w.closeList('attributes')
}

function writePair(w: OtlpWriter, field: number, key: string, value: unknown): void {
  const mark = w.open()
  writeValue(w, 2, 'value', value)
  w.key(key)
  w.close(field, '', mark)
}

function writeValue(w: OtlpWriter, field: number, name: string, value: unknown): void {
  const mark = w.open()
  if (typeof value === 'string') w.string(1, 'stringValue', value)
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) w.int64(3, 'intValue', value)
    else w.double(4, 'doubleValue', value)
  } else if (typeof value === 'boolean') w.bool(2, 'boolValue', value)
  else if (typeof value === 'bigint') {
    if (isInt64(value)) w.int64(3, 'intValue', value)
    else w.string(1, 'stringValue', String(value))
  } else if (value instanceof Uint8Array) w.bytes(7, 'bytesValue', value)
  else if (typeof value === 'object' && value !== null) writeCompound(w, value)
  w.close(field, name, mark)
}

function writeCompound(w: OtlpWriter, value: object): void {
  const mark = w.open()
  w.openList()
  if (Array.isArray(value)) for (let i = value.length - 1; i >= 0; i--) writeValue(w, 1, '', value[i])
  else for (const [key, item] of Object.entries(value).reverse()) writePair(w, 1, key, item)
  w.closeList('values')
  if (Array.isArray(value)) w.close(5, 'arrayValue', mark)
  else w.close(6, 'kvlistValue', mark)
}
