import type { AttributeValue } from '../trace/attributes'
import type { Link, Span, SpanEvent } from '../trace/span'
import { groupSpans } from './groups'
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

// OTLP/JSON by the rules of the OTLP specification: hex ids, 64-bit integers as strings, enums as integers, keys in
// lowerCamelCase, `NaN` and the infinities as strings, fields with their default value left out. The text is put together
// directly: building an object tree for JSON.stringify costs four times as much.

/** The spans as one `ExportTraceServiceRequest` in UTF-8. */
export function encodeOtlpJson(spans: readonly Span[]): Uint8Array<ArrayBuffer> {
  let resources = ''
  for (const [resource, scopes] of groupSpans(spans)) {
    let scopeSpans = ''
    for (const [scope, ofScope] of scopes) {
      let list = ''
      for (const span of ofScope) list += (list && ',') + spanJson(span)
      const version = scope.version ? `,"version":${quote(scope.version)}` : ''
      scopeSpans += `${scopeSpans && ','}{"scope":{"name":${quote(scope.name)}${version}},"spans":[${list}]}`
    }
    resources += `${resources && ','}{"resource":{${attributesJson(resource, '')}},"scopeSpans":[${scopeSpans}]}`
  }
  return new TextEncoder().encode(`{"resourceSpans":[${resources}]}`)
}

function spanJson(span: Span): string {
  let json = `{"traceId":"${span.traceId}","spanId":"${span.spanId}"`
  if (span.traceState) json += `,"traceState":${quote(span.traceState)}`
  if (span.parentSpanId) json += `,"parentSpanId":"${span.parentSpanId}"`
  json += `,"flags":${wireFlags(span.traceFlags, span.hasRemoteParent)},"name":${quote(span.name)},"kind":${KIND_NUMBER[span.kind]}`
  json += `,"startTimeUnixNano":"${nanos(startOf(span))}","endTimeUnixNano":"${nanos(endOf(span))}"`
  json += attributesJson(span, ',') + dropped('Attributes', span.droppedAttributesCount)
  if (span.events.length > 0) json += `,"events":[${span.events.map(eventJson).join(',')}]`
  json += dropped('Events', span.droppedEventsCount)
  if (span.links.length > 0) json += `,"links":[${span.links.map(linkJson).join(',')}]`
  json += dropped('Links', span.droppedLinksCount)
  const { code, description } = span.status
  if (code !== 'unset')
    json += `,"status":{${description ? `"message":${quote(description)},` : ''}"code":${STATUS_NUMBER[code]}}`
  return `${json}}`
}

function eventJson(event: SpanEvent): string {
  const more = attributesJson(event, ',') + dropped('Attributes', event.droppedAttributesCount)
  return `{"timeUnixNano":"${nanos(timeOf(event))}","name":${quote(event.name)}${more}}`
}

function linkJson(link: Link): string {
  const { traceId, spanId, traceFlags, traceState, isRemote } = link.context
  const state = traceState ? `,"traceState":${quote(String(traceState))}` : ''
  const more = attributesJson(link, ',') + dropped('Attributes', link.droppedAttributesCount)
  return `{"traceId":"${traceId}","spanId":"${spanId}"${state}${more},"flags":${wireFlags(traceFlags, isRemote === true)}}`
}

function dropped(what: string, count: number): string {
  return count > 0 ? `,"dropped${what}Count":${count}` : ''
}

function nanos({ ms, ns }: Moment): string {
  return ms === 0 ? String(ns) : ms + String(ns).padStart(6, '0')
}

const quotedKeys = new Map<string, string>() // attribute names repeat; a page has few
const MAX_QUOTED_KEYS = 1000

function keyJson(key: string): string {
  let quoted = quotedKeys.get(key)
  if (quoted === undefined) {
    quoted = `{"key":${quote(key)},"value":`
    if (quotedKeys.size < MAX_QUOTED_KEYS) quotedKeys.set(key, quoted)
  }
  return quoted
}

function attributesJson(holder: Parameters<typeof flatAttributes>[0], before: string): string {
  const items = flatAttributes(holder)
  if (items.length === 0) return ''
  let json = ''
  for (let i = 0; i < items.length; i += 2)
    json += `${(json && ',') + keyJson(items[i] as string) + valueJson(items[i + 1] as AttributeValue)}}`
  return `${before}"attributes":[${json}]`
}

function valueJson(value: AttributeValue | null | undefined): string {
  switch (typeof value) {
    case 'string':
      return `{"stringValue":${quote(value)}}`
    case 'boolean':
      return `{"boolValue":${value}}`
    case 'number':
      return isWireInt(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${doubleJson(value)}}`
    case 'bigint':
      return fitsInt64(value) ? `{"intValue":"${value}"}` : `{"stringValue":"${value}"}`
  }
  if (value === null || value === undefined) return '{}'
  if (value instanceof Uint8Array) return `{"bytesValue":"${base64(value)}"}`
  if (Array.isArray(value)) return `{"arrayValue":{"values":[${value.map(valueJson).join(',')}]}}`
  const pairs = Object.entries(value).map(([key, item]) => `${keyJson(key) + valueJson(item as AttributeValue)}}`)
  return `{"kvlistValue":{"values":[${pairs.join(',')}]}}`
}

function doubleJson(value: number): string {
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? String(value) : `"${value}"`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them raw
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/

function quote(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`
  // Half of a surrogate pair is no text in UTF-8: it becomes U+FFFD here as it does in protobuf.
  return JSON.stringify(text).replace(/\\ud[89a-f][0-9a-f]{2}/g, (half, at: number, all: string) =>
    isEscaped(all, at) ? half : '\ufffd',
  )
}

/** True when the backslash at `at` belongs to an escaped backslash before it, so that `\\ud800` is text. */
function isEscaped(json: string, at: number): boolean {
  let backslashes = 0
  while (json[at - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}

function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
