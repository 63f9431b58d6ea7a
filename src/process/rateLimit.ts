import { monotonic } from '../lib/clock'
import type { Span } from '../trace/span'

/** What one page may send in a minute. */
export interface RateLimits {
  /** Spans a minute. @default Infinity */
  readonly maxSpansPerMinute: number
  /** Bytes a minute, by their upper bound before compression. @default Infinity */
  readonly maxBytesPerMinute: number
}

const MINUTE_MS = 60_000
const KEPT_FOR_IMPORTANT = 0.2 // of each limit: errors and roots may have it when all others are turned away

/**
 * Two token buckets, of a minute each. A page that begins may spend a whole minute at once; then it gets what time gives
 * back. The last fifth is for spans that say most: those with an error, and the first of a trace.
 */
export function createRateLimit({ maxSpansPerMinute, maxBytesPerMinute }: RateLimits, now: () => number = monotonic) {
  if (maxSpansPerMinute === Infinity && maxBytesPerMinute === Infinity) return () => true
  let spans = maxSpansPerMinute
  let bytes = maxBytesPerMinute
  let last = now()
  const refilled = (left: number, limit: number, share: number) =>
    Math.min(limit, left + (limit === Infinity ? 0 : limit * share))
  /** True when the span may go; it is counted then. */
  return (span: Span, size: number): boolean => {
    const time = now()
    const share = Math.max(0, time - last) / MINUTE_MS
    last = time
    spans = refilled(spans, maxSpansPerMinute, share)
    bytes = refilled(bytes, maxBytesPerMinute, share)
    const kept = span.status.code === 'error' || span.parentSpanId === null ? 0 : KEPT_FOR_IMPORTANT
    const has = (left: number, limit: number, cost: number) => limit === Infinity || left - cost >= limit * kept
    if (!has(spans, maxSpansPerMinute, 1) || !has(bytes, maxBytesPerMinute, size)) return false
    spans -= 1
    bytes -= size
    return true
  }
}
