const SPAN_IDS_A_POOL = 256 // 4,096 hex digits: one string that a few hundred ids share
const SPAN_ID_DIGITS = 16
const TRACE_ID_DIGITS = 32

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

let pool = ''
let at = 0

/** A random span id: 16 lowercase hex digits, never all zero (Trace Context, section 3.2.2.4). */
export function newSpanId(): string {
  return take(SPAN_ID_DIGITS)
}

/** A random trace id: 32 lowercase hex digits, never all zero (Trace Context, section 3.2.2.3). */
export function newTraceId(): string {
  return take(TRACE_ID_DIGITS)
}

// Cutting ids from one long string costs a few nanoseconds and retains 20 bytes an id; building each from its bytes costs
// twenty times that and leaves a chain of string pieces behind.
function take(digits: number): string {
  if (at + digits > pool.length) refill()
  const id = pool.slice(at, at + digits)
  at += digits
  return /[^0]/.test(id) ? id : take(digits)
}

function refill(): void {
  const bytes = new Uint8Array((SPAN_IDS_A_POOL * SPAN_ID_DIGITS) / 2)
  fillRandom(bytes)
  let digits = ''
  for (const byte of bytes) digits += HEX[byte]
  pool = digits
  at = 0
}

function fillRandom(bytes: Uint8Array<ArrayBuffer>): void {
  if (typeof crypto === 'object' && crypto.getRandomValues) crypto.getRandomValues(bytes)
  else for (let i = 0; i < bytes.length; i++) bytes[i] = Math.random() * 256 // old webviews: unique enough, not secret
}

/** True for 32 lowercase hex digits that are not all zero. */
export function isTraceId(id: unknown): id is string {
  return typeof id === 'string' && /^(?!0+$)[0-9a-f]{32}$/.test(id)
}

/** True for 16 lowercase hex digits that are not all zero. */
export function isSpanId(id: unknown): id is string {
  return typeof id === 'string' && /^(?!0+$)[0-9a-f]{16}$/.test(id)
}
