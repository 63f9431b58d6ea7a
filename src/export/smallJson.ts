import { bare } from '../lib/bare'
import { toUtf8 } from '../lib/utf8'
import type { AttributeList, Attributes } from '../trace/attributes'
import { EventRecord, RecordingSpan } from '../trace/recordingSpan'
import { readSpanContext, type Span } from '../trace/span'
import { type BatchNote, flagsOf, groupSpans, isInt64, KIND, moment, STATUS } from './otlpValues'

// OTLP/JSON in few lines instead of little time: for what leaves before the part with the fast encoders has come. Every object and every
// list is without a prototype, since `JSON.stringify` would call a `toJSON` that somebody has put there.

/** The spans as one `ExportTraceServiceRequest`. */
export function encodeSmallJson(spans: readonly Span[], note: BatchNote): Uint8Array<ArrayBuffer> {
  const resourceSpans = groupSpans(spans).map(([resource, scopes]) => {
    const attributes = pairs([...Object.entries(resource.attributes).flat(), ...note])
    const scopeSpans = scopes.map(([{ name, version }, ofScope]) =>
      bare({ scope: bare({ name: whole(name), version: text(version) }), spans: bare(ofScope.map(spanOf)) }),
    )
    return bare({ resource: bare({ attributes }), scopeSpans: bare(scopeSpans) })
  })
  return toUtf8(JSON.stringify(bare({ resourceSpans: bare(resourceSpans) })))
}

/** Half of a surrogate pair is no text in UTF-8. Nothing of an empty one. */
function text(value: string | null | undefined): string | undefined {
  return value ? whole(value) : undefined
}

const whole = (value: string) => value.replace(/\p{Cs}/gu, '\ufffd')
/** Left out where it is 0, or none. */
const count = (value: number) => value || undefined

function time(anchor: number, offset: number): string {
  const { ms, ns } = moment(anchor, offset)
  return ms > 0 ? ms + String(ns).padStart(6, '0') : String(ns)
}

function spanOf(span: Span) {
  const { code, description } = span.status
  const [anchor, start, end] =
    span instanceof RecordingSpan
      ? [span.anchor, span.startOffset, span.endOffset ?? span.startOffset]
      : [0, span.startTime, span.endTime ?? span.startTime]
  const events = span.events.map((event) =>
    bare({
      timeUnixNano: event instanceof EventRecord ? time(event.anchor, event.offset) : time(0, event.time),
      name: whole(event.name),
      ...recorded(event),
    }),
  )
  const links = span.links.flatMap((link) => {
    const context = readSpanContext(link.context)
    if (!context) return []
    const { traceId, spanId, traceFlags, traceState, isRemote } = context
    const flags = flagsOf(traceFlags, isRemote === true)
    return bare({ traceId, spanId, traceState: text(traceState as string), ...recorded(link), flags })
  })
  return bare({
    traceId: span.traceId,
    spanId: span.spanId,
    traceState: text(span.traceState),
    parentSpanId: span.parentSpanId ?? undefined,
    name: whole(span.name),
    kind: KIND[span.kind],
    startTimeUnixNano: time(anchor, start),
    endTimeUnixNano: time(anchor, end),
    ...recorded(span),
    events: filled(events, span.events),
    droppedEventsCount: count(span.droppedEventsCount),
    links: filled(links, span.links),
    droppedLinksCount: count(span.droppedLinksCount),
    status: code === 'unset' ? undefined : bare({ message: text(description), code: STATUS[code] }),
    flags: flagsOf(span.traceFlags, span.hasRemoteParent),
  })
}

const filled = (items: object[], { length }: readonly unknown[]) => (length > 0 ? bare(items) : undefined)

interface Recorded {
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
}

/** Our own holders keep key, value, key, value; others are taken apart. */
function recorded(holder: Recorded) {
  const { list: own } = holder as { readonly list?: AttributeList | null }
  return {
    attributes: pairs(own === undefined ? Object.entries(holder.attributes).flat() : (own?.items ?? [])),
    droppedAttributesCount: count(holder.droppedAttributesCount),
  }
}

function pairs(items: readonly unknown[]) {
  const found: object[] = []
  for (let i = 0; i < items.length; i += 2) {
    const value = items[i + 1]
    if (value !== null && value !== undefined) found.push(pair(items[i] as string, value))
  }
  return filled(found, items)
}

function pair(key: string, value: unknown) {
  return bare({ key: whole(key), value: bare(anyValue(value)) })
}

function anyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: whole(value) }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { [isInt64(value) ? 'intValue' : 'stringValue']: String(value) }
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return { doubleValue: '-0' }
    if (Number.isSafeInteger(value)) return { intValue: String(value) }
    return { doubleValue: Number.isFinite(value) ? value : String(value) }
  }
  if (value instanceof Uint8Array)
    return { bytesValue: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join('')) }
  if (typeof value !== 'object' || value === null) return {}
  const isList = Array.isArray(value)
  const values = isList
    ? value.map((item) => bare(anyValue(item)))
    : Object.entries(value).map(([key, item]) => pair(key, item))
  return { [isList ? 'arrayValue' : 'kvlistValue']: bare({ values: bare(values) }) }
}
