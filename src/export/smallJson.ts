import { toUtf8 } from '../lib/utf8'
import type { AttributeList, Attributes } from '../trace/attributes'
import { EventRecord, RecordingSpan } from '../trace/recordingSpan'
import { readSpanContext, type Span } from '../trace/span'
import { type BatchNote, flagsOf, groupSpans, isInt64, KIND, moment, STATUS } from './otlpValues'

// OTLP/JSON in few lines instead of little time: for what leaves before the part with the fast encoders has come. Texts put together by
// hand, since `JSON.stringify` would call a `toJSON` that somebody has put on every list.

/** The spans as one `ExportTraceServiceRequest`. */
export function encodeSmallJson(spans: readonly Span[], note: BatchNote): Uint8Array<ArrayBuffer> {
  const resourceSpans = groupSpans(spans).map(([resource, scopes]) => {
    const attributes = fields(pairs([...Object.entries(resource.attributes).flat(), ...note]))
    const scopeSpans = scopes.map(([{ name, version }, ofScope]) =>
      fields(
        field('scope', fields(text('name', name), version && text('version', version))),
        whole('spans', ofScope.map(spanOf)),
      ),
    )
    return fields(field('resource', attributes), whole('scopeSpans', scopeSpans))
  })
  return toUtf8(fields(whole('resourceSpans', resourceSpans)))
}

type Field = string | false | null | undefined

const fields = (...given: Field[]): string => `{${given.filter(Boolean).join(',')}}`
const field = (name: string, json: string | number | boolean): string => `"${name}":${json}`
const whole = (name: string, items: readonly string[]): string => field(name, `[${items.join(',')}]`)
const text = (name: string, value: string): string => field(name, quoted(value))
const count = (name: string, value: number): Field => value > 0 && field(name, value)

/** Half of a surrogate pair is no text in UTF-8. */
function quoted(value: string): string {
  return JSON.stringify(value.replace(/\p{Cs}/gu, '\ufffd'))
}

function time(name: string, anchor: number, offset: number): string {
  const { ms, ns } = moment(anchor, offset)
  return field(name, `"${ms > 0 ? ms + String(ns).padStart(6, '0') : ns}"`)
}

function spanOf(span: Span): string {
  const { code, description } = span.status
  const [anchor, start, end] =
    span instanceof RecordingSpan
      ? [span.anchor, span.startOffset, span.endOffset ?? span.startOffset]
      : [0, span.startTime, span.endTime ?? span.startTime]
  return fields(
    text('traceId', span.traceId),
    text('spanId', span.spanId),
    span.traceState && text('traceState', span.traceState),
    span.parentSpanId && text('parentSpanId', span.parentSpanId),
    text('name', span.name),
    field('kind', KIND[span.kind]),
    time('startTimeUnixNano', anchor, start),
    time('endTimeUnixNano', anchor, end),
    attributesOf(span),
    count('droppedAttributesCount', span.droppedAttributesCount),
    span.events.length > 0 &&
      whole(
        'events',
        span.events.map((event) =>
          fields(
            event instanceof EventRecord
              ? time('timeUnixNano', event.anchor, event.offset)
              : time('timeUnixNano', 0, event.time),
            text('name', event.name),
            attributesOf(event),
            count('droppedAttributesCount', event.droppedAttributesCount),
          ),
        ),
      ),
    count('droppedEventsCount', span.droppedEventsCount),
    span.links.length > 0 &&
      whole(
        'links',
        span.links.flatMap((link) => {
          const context = readSpanContext(link.context)
          if (!context) return []
          const { traceId, spanId, traceFlags, traceState, isRemote } = context
          return fields(
            text('traceId', traceId),
            text('spanId', spanId),
            traceState && text('traceState', traceState as string),
            attributesOf(link),
            count('droppedAttributesCount', link.droppedAttributesCount),
            field('flags', flagsOf(traceFlags, isRemote === true)),
          )
        }),
      ),
    count('droppedLinksCount', span.droppedLinksCount),
    code !== 'unset' &&
      field('status', fields(description && text('message', description), field('code', STATUS[code]))),
    field('flags', flagsOf(span.traceFlags, span.hasRemoteParent)),
  )
}

/** Our own holders keep key, value, key, value; others are taken apart. */
function attributesOf(holder: { readonly attributes: Attributes }): Field {
  const { list: own } = holder as { readonly list?: AttributeList | null }
  return pairs(own === undefined ? Object.entries(holder.attributes).flat() : (own?.items ?? []))
}

function pairs(items: readonly unknown[]): Field {
  const found: string[] = []
  for (let i = 0; i < items.length; i += 2) {
    const value = items[i + 1]
    if (value !== null && value !== undefined) found.push(pair(items[i] as string, value))
  }
  return items.length > 0 && whole('attributes', found)
}

function pair(key: string, value: unknown): string {
  return fields(text('key', key), field('value', anyValue(value)))
}

function anyValue(value: unknown): string {
  if (typeof value === 'string') return fields(text('stringValue', value))
  if (typeof value === 'boolean') return fields(field('boolValue', value))
  if (typeof value === 'bigint') return fields(field(isInt64(value) ? 'intValue' : 'stringValue', `"${value}"`))
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return fields(field('doubleValue', '-0'))
    if (Number.isSafeInteger(value)) return fields(field('intValue', `"${value}"`))
    return fields(field('doubleValue', Number.isFinite(value) ? value : `"${value}"`))
  }
  if (value instanceof Uint8Array)
    return fields(field('bytesValue', `"${btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(''))}"`))
  if (typeof value !== 'object' || value === null) return '{}'
  return Array.isArray(value)
    ? fields(field('arrayValue', fields(whole('values', value.map(anyValue)))))
    : fields(
        field(
          'kvlistValue',
          fields(
            whole(
              'values',
              Object.entries(value).map(([key, item]) => pair(key, item)),
            ),
          ),
        ),
      )
}
