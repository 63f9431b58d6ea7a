import type { Attributes, AttributeValue } from '../trace/attributes'
import type { InstrumentationScope, Resource } from '../trace/resource'
import type { Link, Span, SpanEvent } from '../trace/span'
import { groupSpans } from './groups'
import { ReverseWriter } from './reverseWriter'
import {
  endOf,
  fitsInt64,
  flatAttributes,
  isWireInt,
  KIND_NUMBER,
  type Moment,
  STATUS_NUMBER,
  startOf,
  timeOf,
  wireFlags,
} from './wire'

// Field numbers of opentelemetry/proto/{collector/trace,trace,common,resource}/v1. The writer goes from the end of the
// message to its beginning, so each function writes its highest field first, and a length is known when it is written.

const writer = new ReverseWriter()

/** The spans as one `ExportTraceServiceRequest` in protobuf. */
export function encodeOtlpProtobuf(spans: readonly Span[]): Uint8Array<ArrayBuffer> {
  writer.reset()
  for (const [resource, scopes] of [...groupSpans(spans)].reverse()) {
    const end = writer.mark()
    for (const [scope, ofScope] of [...scopes].reverse()) writeScopeSpans(scope, ofScope)
    writeResource(resource)
    writer.message(1, end)
  }
  return writer.take()
}

function writeResource(resource: Resource): void {
  const end = writer.mark()
  writeAttributes(1, resource)
  writer.message(1, end)
}

function writeScopeSpans(scope: InstrumentationScope, spans: readonly Span[]): void {
  const end = writer.mark()
  for (let i = spans.length - 1; i >= 0; i--) writeSpan(spans[i] as Span)
  const scopeEnd = writer.mark()
  if (scope.version) writer.string(2, scope.version)
  writer.string(1, scope.name)
  writer.message(1, scopeEnd)
  writer.message(2, end)
}

function writeSpan(span: Span): void {
  const end = writer.mark()
  writer.fixed32(16, wireFlags(span.traceFlags, span.hasRemoteParent))
  writeStatus(span)
  writeCount(14, span.droppedLinksCount)
  for (let i = span.links.length - 1; i >= 0; i--) writeLink(span.links[i] as Link)
  writeCount(12, span.droppedEventsCount)
  for (let i = span.events.length - 1; i >= 0; i--) writeEvent(span.events[i] as SpanEvent)
  writeCount(10, span.droppedAttributesCount)
  writeAttributes(9, span)
  writeMoment(8, endOf(span))
  writeMoment(7, startOf(span))
  writer.uint(6, KIND_NUMBER[span.kind])
  writer.string(5, span.name)
  if (span.parentSpanId) writer.hex(4, span.parentSpanId)
  if (span.traceState) writer.string(3, span.traceState)
  writer.hex(2, span.spanId)
  writer.hex(1, span.traceId)
  writer.message(2, end)
}

function writeStatus({ status }: Span): void {
  if (status.code === 'unset') return
  const end = writer.mark()
  writer.uint(3, STATUS_NUMBER[status.code])
  if (status.description) writer.string(2, status.description)
  writer.message(15, end)
}

function writeEvent(event: SpanEvent): void {
  const end = writer.mark()
  writeCount(4, event.droppedAttributesCount)
  writeAttributes(3, event)
  writer.string(2, event.name)
  writeMoment(1, timeOf(event))
  writer.message(11, end)
}

function writeLink(link: Link): void {
  const { traceId, spanId, traceFlags, traceState, isRemote } = link.context
  const end = writer.mark()
  writer.fixed32(6, wireFlags(traceFlags, isRemote === true))
  writeCount(5, link.droppedAttributesCount)
  writeAttributes(4, link)
  if (traceState) writer.string(3, String(traceState))
  writer.hex(2, spanId)
  writer.hex(1, traceId)
  writer.message(13, end)
}

function writeCount(field: number, count: number): void {
  if (count > 0) writer.uint(field, count)
}

function writeMoment(field: number, { ms, ns }: Moment): void {
  // ms × 10⁶ + ns in two halves: the product is beyond what a double holds exactly.
  const high = Math.floor(ms / 2 ** 32)
  const low = (ms % 2 ** 32) * 1e6 + ns
  writer.fixed64(field, low >>> 0, high * 1e6 + Math.floor(low / 2 ** 32))
}

function writeAttributes(field: number, holder: { readonly attributes: Attributes }): void {
  const items = flatAttributes(holder)
  for (let i = items.length - 2; i >= 0; i -= 2) writePair(field, items[i] as string, items[i + 1] as AttributeValue)
}

function writePair(field: number, key: string, value: AttributeValue | null | undefined): void {
  const end = writer.mark()
  writeValue(2, value)
  writer.string(1, key)
  writer.message(field, end)
}

function writeValue(field: number, value: AttributeValue | null | undefined): void {
  const end = writer.mark()
  switch (typeof value) {
    case 'string':
      writer.string(1, value)
      break
    case 'boolean':
      writer.uint(2, value ? 1 : 0)
      break
    case 'number':
      if (isWireInt(value)) writer.int64(3, value)
      else writer.double(4, value)
      break
    case 'bigint':
      if (fitsInt64(value)) writer.bigint(3, value)
      else writer.string(1, String(value))
      break
    default:
      if (value) writeCompound(value)
  }
  writer.message(field, end)
}

function writeCompound(value: Exclude<AttributeValue, string | number | boolean | bigint>): void {
  const end = writer.mark()
  if (value instanceof Uint8Array) {
    writer.bytes(7, value)
    return
  }
  if (Array.isArray(value)) {
    for (let i = value.length - 1; i >= 0; i--) writeValue(1, value[i] as AttributeValue)
    writer.message(5, end)
    return
  }
  for (const [key, item] of Object.entries(value).reverse()) writePair(1, key, item as AttributeValue)
  writer.message(6, end)
}
