const FIRST_SIZE = 64 * 1024
const MAX_KNOWN = 1000 // names; a page has few
const MAX_KNOWN_LENGTH = 100
const MAX_KEPT = 1024 * 1024 // a rare giant batch must not hold its memory for ever

/**
 * Bytes written from the end to the beginning. What is inside a message is written before what says its length or opens it, so
 * lengths need neither a first pass nor a copy.
 *
 * ```
 *   free ────────────┐◀─ grows this way ─ message 1 │ message 2 │ end of buffer
 *                    at
 * ```
 */
export class ReverseBuffer {
  protected buffer = new Uint8Array(FIRST_SIZE)
  protected at = FIRST_SIZE
  private readonly known = new Map<string, Uint8Array>()

  reset(): void {
    if (this.buffer.length > MAX_KEPT) this.buffer = new Uint8Array(FIRST_SIZE)
    this.at = this.buffer.length
  }

  /** A copy of what was written. */
  take(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(this.at)
  }

  /** Bytes written so far. */
  protected get written(): number {
    return this.buffer.length - this.at
  }

  /** Makes room for so many more bytes. */
  protected ensure(bytes: number): void {
    if (this.at >= bytes) return
    const { written } = this
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, written + bytes))
    larger.set(this.buffer.subarray(this.at), larger.length - written)
    this.buffer = larger
    this.at = larger.length - written
  }

  /** Writes text of the codes 32 to 126 as it is. False, and nothing written, when it holds others or one of `unlike`. */
  protected ascii(text: string, unlike1: number, unlike2: number): boolean {
    this.ensure(text.length)
    const { buffer } = this
    let { at } = this
    for (let i = text.length - 1; i >= 0; i--) {
      const code = text.charCodeAt(i)
      if (code < 32 || code > 126 || code === unlike1 || code === unlike2) return false
      buffer[--at] = code
    }
    this.at = at
    return true
  }

  /** The same name again and again: the bytes that it made the first time are copied. */
  protected repeated(text: string, write: (text: string) => void): void {
    const known = this.known.get(text)
    if (known) {
      this.ensure(known.length)
      let { at } = this
      for (let i = known.length - 1; i >= 0; i--) this.buffer[--at] = known[i] as number
      this.at = at
      return
    }
    const { written } = this
    write(text)
    if (this.known.size < MAX_KNOWN && text.length < MAX_KNOWN_LENGTH)
      this.known.set(text, this.buffer.slice(this.at, this.buffer.length - written))
  }

  protected raw(bytes: Uint8Array): void {
    this.ensure(bytes.length)
    this.at -= bytes.length
    this.buffer.set(bytes, this.at)
  }

  protected byte(value: number): void {
    this.buffer[--this.at] = value
  }
}
