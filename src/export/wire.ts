// What both encodings read of a span, and the numbers that OTLP gives to our words.
import type { AttributeList, Attributes, AttributeValue } from '../trace/attributes'
import { EventRecord, RecordingSpan, type Span, type SpanEvent, type SpanKind, type StatusCode } from '../trace/span'

export const KIND_NUMBER: Readonly<Record<SpanKind, number>> = {
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
}
export const STATUS_NUMBER: Readonly<Record<StatusCode, number>> = { unset: 0, ok: 1, error: 2 }

const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

/** OTLP's `flags`: the trace flags, and what is known of where the other span is. */
export function wireFlags(traceFlags: number, isRemote: boolean): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0)
}

/** A moment without loss: whole milliseconds since the epoch, and nanoseconds (0 to 999,999) after them. */
export interface Moment {
  ms: number
  ns: number
}

/** From a whole anchor and a fraction after it: a double cannot hold epoch milliseconds to the nanosecond. */
function moment(anchor: number, offset: number): Moment {
  const whole = Math.floor(offset)
  const ns = Math.round((offset - whole) * 1e6)
  const ms = anchor + whole + (ns === 1e6 ? 1 : 0)
  return ms < 0 ? { ms: 0, ns: 0 } : { ms, ns: ns === 1e6 ? 0 : ns }
}

export function startOf(span: Span): Moment {
  return span instanceof RecordingSpan ? moment(span.anchor, span.startOffset) : moment(0, span.startTime)
}

export function endOf(span: Span): Moment {
  return span instanceof RecordingSpan
    ? moment(span.anchor, span.endOffset ?? span.startOffset)
    : moment(0, span.endTime ?? span.startTime)
}

export function timeOf(event: SpanEvent): Moment {
  return event instanceof EventRecord ? moment(event.anchor, event.offset) : moment(0, event.time)
}

const NOTHING: readonly never[] = []

/** The attributes of whatever holds some, as key, value, key, value. Our own spans keep them so; others are taken apart. */
export function flatAttributes(holder: { readonly attributes: Attributes }): readonly (string | AttributeValue)[] {
  const { list } = holder as { readonly list?: AttributeList | null }
  if (list !== undefined) return list?.items ?? NOTHING
  return Object.entries(holder.attributes).flatMap(([key, value]) =>
    value === null || value === undefined ? NOTHING : [key, value],
  )
}

/** A number that OTLP says as `intValue`; the others are `doubleValue`. */
export function isWireInt(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0)
}

const MAX_INT64 = 2n ** 63n

export function fitsInt64(value: bigint): boolean {
  return value < MAX_INT64 && value >= -MAX_INT64
}
