import type { BatchNote, Moment } from '../export/otlpValues'
import { toUtf8 } from '../lib/utf8'
import type { Span } from '../trace/span'
import { type OtlpWriter, writeRequest } from './otlp'
import { FIXED32, FIXED64, LENGTH, VARINT } from './protobuf'
import { ReverseBuffer } from './reverseBuffer'

const MAX_NUMBER = 24 // bytes that a tag and any number take at the most

const NIBBLE = new Uint8Array(103) // the value of a hex digit by its code, up to 'f'; filled at the first message
const doubles = new DataView(new ArrayBuffer(8))

/** [Protobuf](https://protobuf.dev/programming-guides/encoding/): each field a tag and its value, messages by length. */
class ProtobufWriter extends ReverseBuffer implements OtlpWriter {
  open(): number {
    return this.written
  }

  close(field: number, _name: string, mark: number): void {
    if (field === 0) return // the request itself has no tag
    this.ensure(MAX_NUMBER)
    this.lengthAndTag(field, this.written - mark)
  }

  openList(): void {}

  closeList(): void {}

  string(field: number, _name: string, value: string): void {
    this.ensure(value.length + MAX_NUMBER)
    if (this.ascii(value, 0, 0)) this.lengthAndTag(field, value.length)
    else this.bytes(field, '', toUtf8(value))
  }

  key(value: string): void {
    this.repeated(value, this.writeKey)
  }

  private readonly writeKey = (value: string) => this.string(1, '', value)

  bytes(field: number, _name: string, value: Uint8Array): void {
    this.ensure(value.length + MAX_NUMBER)
    this.raw(value)
    this.lengthAndTag(field, value.length)
  }

  hex(field: number, _name: string, digits: string): void {
    this.ensure(digits.length + MAX_NUMBER)
    const { buffer } = this
    let { at } = this
    for (let i = digits.length - 1; i > 0; i -= 2)
      buffer[--at] = ((NIBBLE[digits.charCodeAt(i - 1)] as number) << 4) | (NIBBLE[digits.charCodeAt(i)] as number)
    this.at = at
    this.lengthAndTag(field, digits.length >> 1)
  }

  bool(field: number, name: string, value: boolean): void {
    this.uint(field, name, value ? 1 : 0)
  }

  uint(field: number, _name: string, value: number): void {
    this.ensure(MAX_NUMBER)
    this.varint(value)
    this.varint(field * 8 + VARINT)
  }

  int64(field: number, name: string, value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) {
      this.uint(field, name, value)
      return
    }
    this.ensure(MAX_NUMBER)
    const groups: number[] = []
    // A negative number is its two's complement: always ten bytes.
    for (let rest = BigInt.asUintN(64, BigInt(value)); groups.length === 0 || rest > 0n; rest >>= 7n)
      groups.push(Number(rest & 127n))
    for (let i = groups.length - 1; i >= 0; i--) this.byte((groups[i] as number) | (i === groups.length - 1 ? 0 : 128))
    this.varint(field * 8 + VARINT)
  }

  double(field: number, _name: string, value: number): void {
    doubles.setFloat64(0, value)
    this.fixed64(field, doubles.getUint32(4), doubles.getUint32(0))
  }

  fixed32(field: number, _name: string, value: number): void {
    this.ensure(MAX_NUMBER)
    this.word(value)
    this.varint(field * 8 + FIXED32)
  }

  moment(field: number, _name: string, { ms, ns }: Moment): void {
    // ms × 10⁶ + ns in two halves: the product is beyond what a double holds exactly.
    const low = (ms % 2 ** 32) * 1e6 + ns
    this.fixed64(field, low >>> 0, Math.floor(ms / 2 ** 32) * 1e6 + Math.floor(low / 2 ** 32))
  }

  private fixed64(field: number, low: number, high: number): void {
    this.ensure(MAX_NUMBER)
    this.word(high)
    this.word(low)
    this.varint(field * 8 + FIXED64)
  }

  private lengthAndTag(field: number, length: number): void {
    this.varint(length)
    this.varint(field * 8 + LENGTH)
  }

  private word(value: number): void {
    this.byte(value >>> 24)
    this.byte(value >>> 16)
    this.byte(value >>> 8)
    this.byte(value)
  }

  private varint(value: number): void {
    if (value < 128) {
      this.byte(value)
      return
    }
    let groups = 1
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) groups++
    this.at -= groups
    let { at } = this
    let rest = value
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.buffer[at++] = (rest % 128) | 128
    this.buffer[at] = rest
  }
}

let writer: ProtobufWriter | null = null

/** The spans as one `ExportTraceServiceRequest` in protobuf. */
export function encodeOtlpProtobuf(spans: readonly Span[], note: BatchNote = []): Uint8Array<ArrayBuffer> {
  if (writer === null) {
    for (let digit = 0; digit < 16; digit++) NIBBLE[digit.toString(16).charCodeAt(0)] = digit
    writer = new ProtobufWriter() // now only: a browser may end an exit's handler anywhere, and call the next one
  }
  return writeRequest(writer, spans, note)
}
