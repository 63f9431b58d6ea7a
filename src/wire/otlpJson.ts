import type { BatchNote, Moment } from '../export/otlpValues'
import { fromUtf8, toUtf8 } from '../lib/utf8'
import type { Span } from '../trace/span'
import { type OtlpWriter, writeRequest } from './otlp'
import { ReverseBuffer } from './reverseBuffer'

const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const OPEN = { list: 91, object: 123 }
const CLOSE = { list: 93, object: 125 }
const ZERO = 48
const MAX_PUNCTUATION = 8
const MAX_DIGITS = 32

/**
 * [OTLP/JSON](https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): hex ids, 64-bit integers as strings, enums as
 * integers, `NaN` and the infinities as strings. Written as bytes: through strings or objects it takes several times as long.
 */
class JsonWriter extends ReverseBuffer implements OtlpWriter {
  open(): number {
    this.begin(CLOSE.object)
    return 0
  }

  close(_field: number, name: string): void {
    this.end(OPEN.object, name)
  }

  openList(): void {
    this.begin(CLOSE.list)
  }

  closeList(name: string): void {
    this.end(OPEN.list, name)
  }

  string(_field: number, name: string, value: string): void {
    this.comma()
    this.text(value)
    this.named(name)
  }

  key(value: string): void {
    this.repeated(value, this.writeKey)
  }

  private readonly writeKey = (value: string) => this.string(1, 'key', value)

  bytes(_field: number, name: string, value: Uint8Array): void {
    let binary = ''
    for (const byte of value) binary += String.fromCharCode(byte)
    this.quoted(name, btoa(binary))
  }

  hex(_field: number, name: string, digits: string): void {
    this.quoted(name, digits)
  }

  bool(_field: number, name: string, value: boolean): void {
    this.plain(name, String(value))
  }

  uint(_field: number, name: string, value: number): void {
    this.plain(name, String(value))
  }

  int64(_field: number, name: string, value: number | bigint): void {
    this.quoted(name, String(value))
  }

  double(_field: number, name: string, value: number): void {
    if (Number.isFinite(value)) this.plain(name, Object.is(value, -0) ? '-0' : String(value))
    else this.quoted(name, String(value))
  }

  fixed32(_field: number, name: string, value: number): void {
    this.plain(name, String(value))
  }

  moment(_field: number, name: string, { ms, ns }: Moment): void {
    if (ms < 1e6) {
      this.quoted(name, ms === 0 ? String(ns) : ms + String(ns).padStart(6, '0'))
      return
    }
    this.comma()
    this.ensure(MAX_DIGITS)
    this.byte(QUOTE)
    this.digits(ns, 6)
    const millions = Math.floor(ms / 1e6) // what is left has no more than 31 bits
    this.digits(ms - millions * 1e6, 6)
    this.digits(millions, String(millions).length)
    this.byte(QUOTE)
    this.named(name)
  }

  /** The last `count` decimal digits of a number of 31 bits. */
  private digits(value: number, count: number): void {
    let rest = value
    for (let i = 0; i < count; i++) {
      const next = (rest / 10) | 0
      this.byte(ZERO + rest - next * 10)
      rest = next
    }
  }

  private begin(closing: number): void {
    this.comma()
    this.byte(closing)
  }

  private end(opening: number, name: string): void {
    this.ensure(MAX_PUNCTUATION)
    this.byte(opening)
    this.named(name)
  }

  /** Between this value and the one after it, if there is one: then what follows does not begin with a closing bracket. */
  private comma(): void {
    this.ensure(MAX_PUNCTUATION)
    const next = this.buffer[this.at]
    if (this.written > 0 && next !== CLOSE.object && next !== CLOSE.list) this.byte(COMMA)
  }

  private plain(name: string, value: string): void {
    this.comma()
    this.ascii(value, 0, 0)
    this.named(name)
  }

  private quoted(name: string, value: string): void {
    this.comma()
    this.byte(QUOTE)
    this.ascii(value, 0, 0)
    this.ensure(MAX_PUNCTUATION)
    this.byte(QUOTE)
    this.named(name)
  }

  private text(value: string): void {
    this.byte(QUOTE)
    if (!this.ascii(value, QUOTE, BACKSLASH)) {
      // Half of a surrogate pair is no text in UTF-8: the first encoding makes it U+FFFD, as it is in protobuf.
      const whole = fromUtf8(toUtf8(value))
      this.raw(toUtf8(JSON.stringify(whole).slice(1, -1)))
    }
    this.ensure(MAX_PUNCTUATION)
    this.byte(QUOTE)
  }

  /** The name before a value; none before an item of a list. */
  private named(name: string): void {
    if (name === '') return
    this.ensure(name.length + MAX_PUNCTUATION)
    this.byte(COLON)
    this.byte(QUOTE)
    this.ascii(name, 0, 0)
    this.byte(QUOTE)
  }
}

let writer: JsonWriter | null = null

/** The spans as one `ExportTraceServiceRequest` in JSON. */
export function encodeOtlpJson(spans: readonly Span[], note: BatchNote = []): Uint8Array<ArrayBuffer> {
  writer ??= new JsonWriter()
  return writeRequest(writer, spans, note)
}
