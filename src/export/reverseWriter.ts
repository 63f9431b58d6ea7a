const FIRST_SIZE = 64 * 1024
const MAX_KEPT = 1024 * 1024 // a rare giant batch must not hold its memory for ever
const MAX_NUMBER = 24 // bytes that a tag and any number take at the most

const VARINT = 0
const FIXED64 = 1
const LENGTH = 2
const FIXED32 = 5

/**
 * Writes protobuf from the end of a buffer to its beginning. A message is written before its length, so lengths need neither
 * a first pass nor a copy.
 *
 * ```
 *   free ────────────┐◀─ grows this way ─ message 1 │ message 2 │ end of buffer
 *                    at
 * ```
 */
export class ReverseWriter {
  private buffer = new Uint8Array(FIRST_SIZE)
  private view = new DataView(this.buffer.buffer)
  private at = FIRST_SIZE

  reset(): void {
    if (this.buffer.length > MAX_KEPT) this.use(new Uint8Array(FIRST_SIZE))
    this.at = this.buffer.length
  }

  /** A copy of what was written. */
  take(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(this.at)
  }

  /** How much stands already: where a message that is written now will end. */
  mark(): number {
    return this.buffer.length - this.at
  }

  /** Closes the message that began at `mark`: its length and its tag. */
  message(field: number, mark: number): void {
    this.ensure(MAX_NUMBER)
    this.varint(this.buffer.length - this.at - mark)
    this.varint(field * 8 + LENGTH)
  }

  string(field: number, text: string): void {
    this.ensure(text.length * 3 + MAX_NUMBER)
    const end = this.at
    const { buffer } = this
    let at = end
    for (let i = text.length - 1; i >= 0; i--) {
      const code = text.charCodeAt(i)
      if (code > 127) {
        this.bytes(field, new TextEncoder().encode(text))
        return
      }
      buffer[--at] = code
    }
    this.at = at
    this.varint(end - at)
    this.varint(field * 8 + LENGTH)
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.ensure(bytes.length + MAX_NUMBER)
    this.at -= bytes.length
    this.buffer.set(bytes, this.at)
    this.varint(bytes.length)
    this.varint(field * 8 + LENGTH)
  }

  /** Hex digits as bytes. */
  hex(field: number, digits: string): void {
    this.ensure(digits.length + MAX_NUMBER)
    const { buffer } = this
    for (let i = digits.length - 2; i >= 0; i -= 2)
      buffer[--this.at] = (digit(digits.charCodeAt(i)) << 4) | digit(digits.charCodeAt(i + 1))
    this.varint(digits.length / 2)
    this.varint(field * 8 + LENGTH)
  }

  uint(field: number, value: number): void {
    this.ensure(MAX_NUMBER)
    this.varint(value)
    this.varint(field * 8 + VARINT)
  }

  /** A safe integer as int64. */
  int64(field: number, value: number): void {
    if (value < 0) this.bigint(field, BigInt(value))
    else this.uint(field, value)
  }

  bigint(field: number, value: bigint): void {
    this.ensure(MAX_NUMBER)
    const bits = BigInt.asUintN(64, value) // negative numbers are two's complement: always ten bytes
    const groups: number[] = []
    for (let rest = bits; groups.length === 0 || rest > 0n; rest >>= 7n) groups.push(Number(rest & 127n))
    groups.forEach((_, i) => {
      const group = groups[groups.length - 1 - i] as number
      this.buffer[--this.at] = i === 0 ? group : group | 128
    })
    this.varint(field * 8 + VARINT)
  }

  double(field: number, value: number): void {
    this.ensure(MAX_NUMBER)
    this.at -= 8
    this.view.setFloat64(this.at, value, true)
    this.varint(field * 8 + FIXED64)
  }

  fixed64(field: number, low: number, high: number): void {
    this.ensure(MAX_NUMBER)
    this.at -= 8
    this.view.setUint32(this.at, low, true)
    this.view.setUint32(this.at + 4, high, true)
    this.varint(field * 8 + FIXED64)
  }

  fixed32(field: number, value: number): void {
    this.ensure(MAX_NUMBER)
    this.at -= 4
    this.view.setUint32(this.at, value, true)
    this.varint(field * 8 + FIXED32)
  }

  private varint(value: number): void {
    if (value < 128) {
      this.buffer[--this.at] = value
      return
    }
    let groups = 1
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) groups++
    this.at -= groups
    let at = this.at
    let rest = value
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.buffer[at++] = (rest % 128) | 128
    this.buffer[at] = rest
  }

  private ensure(bytes: number): void {
    if (this.at >= bytes) return
    const written = this.buffer.length - this.at
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, written + bytes))
    larger.set(this.buffer.subarray(this.at), larger.length - written)
    this.use(larger)
    this.at = larger.length - written
  }

  private use(buffer: Uint8Array<ArrayBuffer>): void {
    this.buffer = buffer
    this.view = new DataView(buffer.buffer)
  }
}

function digit(code: number): number {
  return code <= 57 ? code - 48 : (code & 31) + 9 // 0-9, then a-f or A-F
}
