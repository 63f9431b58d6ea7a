import { fromUtf8, toUtf8 } from '../lib/utf8'
import { FIXED32, FIXED64, joined, LENGTH, readMessage, toVarint, VARINT, varintOf } from './protobuf'

/** A type of protobuf: what [OTLP/JSON](https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding) has in the place of a value's bytes. */
interface Kind {
  readonly wireType: number
  read(bytes: Uint8Array): unknown
  write(value: unknown): Uint8Array
}
/** For each number the name, the type, and whether it is a list. */
type Fields = Readonly<Record<number, readonly [name: string, kind: Kind, isList?: true]>>

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset)

const kind = <T>(wireType: number, read: (bytes: Uint8Array) => T, write: (value: T) => Uint8Array): Kind => ({
  wireType,
  read,
  write: (value) => write(value as T),
})
const fixed = <T>(length: number, read: (view: DataView) => T, set: (view: DataView, value: T) => void): Kind =>
  kind(
    length === 4 ? FIXED32 : FIXED64,
    (bytes) => read(viewOf(bytes)),
    (value) => {
      const bytes = new Uint8Array(length)
      set(viewOf(bytes), value)
      return bytes
    },
  )

const text = kind<string>(LENGTH, fromUtf8, toUtf8)
const base64 = kind<string>(
  LENGTH,
  (bytes) => btoa(bytes.reduce((binary, byte) => binary + String.fromCharCode(byte), '')),
  (value) => Uint8Array.from(atob(value), (one) => one.charCodeAt(0)),
)
const hex = kind<string>(
  LENGTH,
  (bytes) => bytes.reduce((digits, byte) => digits + byte.toString(16).padStart(2, '0'), ''),
  (value) => Uint8Array.from(value.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)),
)
const uint = kind<number>(
  VARINT,
  (bytes) => Number(varintOf(bytes)),
  (value) => toVarint(BigInt(value)),
)
const bool = kind<boolean>(
  VARINT,
  (bytes) => varintOf(bytes) > 0n,
  (value) => toVarint(BigInt(value)),
)
const int64 = kind<string>(
  VARINT,
  (bytes) => String(BigInt.asIntN(64, varintOf(bytes))),
  (value) => toVarint(BigInt.asUintN(64, BigInt(value))),
)
const fixed32 = fixed<number>(
  4,
  (view) => view.getUint32(0, true),
  (view, value) => view.setUint32(0, value, true),
)
const nanoseconds = fixed<string>(
  8,
  (view) => String(view.getBigUint64(0, true)),
  (view, value) => view.setBigUint64(0, BigInt(value), true),
)
const double = fixed<number | string>(
  8,
  (view) => {
    const value = view.getFloat64(0, true)
    return Number.isFinite(value) ? value : String(value)
  },
  (view, value) => view.setFloat64(0, Number(value), true),
)

const message = (fields: () => Fields): Kind =>
  kind<Readonly<Record<string, unknown>>>(
    LENGTH,
    (bytes) => {
      const read: Record<string, unknown> = {}
      readMessage(bytes, (number, value) => {
        const field = fields()[number]
        if (!field) return
        const [name, { read: readValue }, isList] = field
        const one = readValue(value)
        if (!isList) read[name] = one
        else if (read[name]) (read[name] as unknown[]).push(one)
        else read[name] = [one]
      })
      return read
    },
    (given) =>
      joined(
        Object.entries(fields()).flatMap(([number, [name, { wireType, write }, isList]]) => {
          const value = given[name]
          if (value === undefined) return []
          const all = (isList ? value : [value]) as unknown[]
          return all.flatMap((one) => {
            const bytes = write(one)
            const tag = toVarint(BigInt(Number(number) * 8 + wireType))
            return wireType === LENGTH ? [tag, toVarint(BigInt(bytes.length)), bytes] : [tag, bytes]
          })
        }),
      ),
  )

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
  return request.read(bytes) as OtlpRequest
}

/** The same request of OTLP/JSON as protobuf: of every field that {@link encodeOtlpProtobuf} writes. Throws at what is none. */
export function writeOtlpProtobuf(given: OtlpRequest): Uint8Array<ArrayBuffer> {
  return request.write(given) as Uint8Array<ArrayBuffer>
}
