import { fromUtf8 } from '../lib/utf8'
import { readMessage, varintOf } from './protobufReader'

/** Makes of a value's bytes what [OTLP/JSON](https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding) has in its place. */
type Read = (bytes: Uint8Array) => unknown
/** For each number the name, how to read it, and whether it is a list. */
type Fields = Readonly<Record<number, readonly [name: string, read: Read, isList?: true]>>

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset)

const text: Read = fromUtf8
const base64: Read = (bytes) => btoa(bytes.reduce((binary, byte) => binary + String.fromCharCode(byte), ''))
const hex: Read = (bytes) => bytes.reduce((digits, byte) => digits + byte.toString(16).padStart(2, '0'), '')
const uint: Read = (bytes) => Number(varintOf(bytes))
const bool: Read = (bytes) => varintOf(bytes) > 0n
const int64: Read = (bytes) => String(BigInt.asIntN(64, varintOf(bytes)))
const fixed32: Read = (bytes) => viewOf(bytes).getUint32(0, true)
const nanoseconds: Read = (bytes) => String(viewOf(bytes).getBigUint64(0, true))
const double: Read = (bytes) => {
  const value = viewOf(bytes).getFloat64(0, true)
  return Number.isFinite(value) ? value : String(value)
}

const message =
  (fields: () => Fields): Read =>
  (bytes) => {
    const read: Record<string, unknown> = {}
    readMessage(bytes, (number, value) => {
      const field = fields()[number]
      if (!field) return
      const [name, readValue, isList] = field
      const one = readValue(value)
      if (!isList) read[name] = one
      else if (read[name]) (read[name] as unknown[]).push(one)
      else read[name] = [one]
    })
    return read
  }

const VALUE: Fields = {
  1: ['stringValue', text],
  2: ['boolValue', bool],
  3: ['intValue', int64],
  4: ['doubleValue', double],
  5: ['arrayValue', message(() => ({ 1: ['values', value, true] }))],
  6: ['kvlistValue', message(() => ({ 1: ['values', pair, true] }))],
  7: ['bytesValue', base64],
}
const value = message(() => VALUE)
const PAIR: Fields = { 1: ['key', text], 2: ['value', value] }
const pair = message(() => PAIR)

const EVENT: Fields = {
  1: ['timeUnixNano', nanoseconds],
  2: ['name', text],
  3: ['attributes', pair, true],
  4: ['droppedAttributesCount', uint],
}

const LINK: Fields = {
  1: ['traceId', hex],
  2: ['spanId', hex],
  3: ['traceState', text],
  4: ['attributes', pair, true],
  5: ['droppedAttributesCount', uint],
  6: ['flags', fixed32],
}

const SPAN: Fields = {
  1: ['traceId', hex],
  2: ['spanId', hex],
  3: ['traceState', text],
  4: ['parentSpanId', hex],
  5: ['name', text],
  6: ['kind', uint],
  7: ['startTimeUnixNano', nanoseconds],
  8: ['endTimeUnixNano', nanoseconds],
  9: ['attributes', pair, true],
  10: ['droppedAttributesCount', uint],
  11: ['events', message(() => EVENT), true],
  12: ['droppedEventsCount', uint],
  13: ['links', message(() => LINK), true],
  14: ['droppedLinksCount', uint],
  15: ['status', message(() => ({ 2: ['message', text], 3: ['code', uint] }))],
  16: ['flags', fixed32],
}

const SCOPE_SPANS: Fields = {
  1: ['scope', message(() => ({ 1: ['name', text], 2: ['version', text] }))],
  2: ['spans', message(() => SPAN), true],
}

const RESOURCE_SPANS: Fields = {
  1: ['resource', message(() => ({ 1: ['attributes', pair, true] }))],
  2: ['scopeSpans', message(() => SCOPE_SPANS), true],
}

const request = message(() => ({ 1: ['resourceSpans', message(() => RESOURCE_SPANS), true] }))

/** An attribute in OTLP/JSON, as far as it has to be known here. */
export interface OtlpPair {
  readonly key?: string
  readonly value?: { readonly intValue?: unknown }
}

/** An `ExportTraceServiceRequest` in OTLP/JSON, likewise. */
export interface OtlpRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpPair[] }
    readonly scopeSpans?: readonly { readonly spans?: readonly unknown[] }[]
  }[]
}

/** The request of {@link encodeOtlpProtobuf} as OTLP/JSON: of every field that is written the same. Throws at other bytes. */
export function readOtlpProtobuf(bytes: Uint8Array): OtlpRequest {
  return request(bytes) as OtlpRequest
}
