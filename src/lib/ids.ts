import { fromUtf8 } from './utf8'

const POOL_BYTES = 8192 // 1,024 span ids are cut from one string: making each from its bytes costs ten times as much
const SPAN_ID_DIGITS = 16
const TRACE_ID_DIGITS = 32
const ZERO = 48

/** The span id that is none. */
export const NO_SPAN_ID: string = '0'.repeat(SPAN_ID_DIGITS)
/** The trace id that is none. */
export const NO_TRACE_ID: string = '0'.repeat(TRACE_ID_DIGITS)

const bytes = new Uint8Array(POOL_BYTES)
const PAIR = new Uint16Array(256) // two ASCII digits each; filled at the first id
let pool = ''
let at = 0

/** A random span id: 16 lowercase hex digits, never all zero (Trace Context, section 3.2.2.4). */
export function newSpanId(): string {
  return take(SPAN_ID_DIGITS, NO_SPAN_ID)
}

/** A random trace id: 32 lowercase hex digits, never all zero (Trace Context, section 3.2.2.3). */
export function newTraceId(): string {
  return take(TRACE_ID_DIGITS, NO_TRACE_ID)
}

/** The id of a trace's first span: the second half of the trace's own, as Zipkin has it. Random digits are most of what a span costs. */
export function rootSpanId(traceId: string): string {
  const half = TRACE_ID_DIGITS - SPAN_ID_DIGITS
  const id = traceId.slice(half)
  return traceId.charCodeAt(half) === ZERO && id === NO_SPAN_ID ? newSpanId() : id // one digit is cheaper to look at than all
}

function take(length: number, none: string): string {
  if (at + length > pool.length) refill()
  const id = pool.slice(at, at + length)
  const firstByte = bytes[at >> 1]
  at += length
  return firstByte === 0 && id === none ? take(length, none) : id
}

function refill(): void {
  fillRandom(bytes)
  pool = toHex(bytes)
  at = 0
}

/** By the platform's own method where there is one (2025 and later). */
function toHex(from: Uint8Array & { toHex?(): string }): string {
  if (from.toHex) return from.toHex()
  if (PAIR[0] === 0) for (let byte = 0; byte < 256; byte++) PAIR[byte] = ascii(byte >> 4) | (ascii(byte & 15) << 8)
  const pairs = new Uint16Array(from.length)
  for (let i = 0; i < from.length; i++) pairs[i] = PAIR[from[i] as number] as number
  return fromUtf8(new Uint8Array(pairs.buffer))
}

function ascii(digit: number): number {
  return digit < 10 ? ZERO + digit : 87 + digit
}

function fillRandom(bytes: Uint8Array<ArrayBuffer>): void {
  try {
    crypto.getRandomValues(bytes)
  } catch {
    // Missing in old webviews, or replaced by somebody's mock.
  }
  // Unique enough, though not secret, for what was not filled.
  if (bytes.every((byte) => byte === 0)) for (let i = 0; i < bytes.length; i++) bytes[i] = Math.random() * 256
}

/** True for 32 lowercase hex digits that are not all zero. */
export function isTraceId(id: unknown): id is string {
  return typeof id === 'string' && /^(?!0+$)[0-9a-f]{32}$/.test(id)
}

/** True for 16 lowercase hex digits that are not all zero. */
export function isSpanId(id: unknown): id is string {
  return typeof id === 'string' && /^(?!0+$)[0-9a-f]{16}$/.test(id)
}
