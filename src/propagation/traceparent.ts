import { isSpanId, isTraceId } from '../lib/ids'
import type { SpanContext } from '../trace/span'

/** The `traceparent` header of a span ([Trace Context](https://www.w3.org/TR/trace-context-2/#traceparent-header)). */
export function formatTraceparent(context: SpanContext): string {
  return `00-${context.traceId}-${context.spanId}-${(context.traceFlags & 0xff).toString(16).padStart(2, '0')}`
}

const FIELDS = /^\s?([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?\s?$/

/**
 * Reads a `traceparent` header, such as a server writes into `<meta name="traceparent">`, as a parent for a span.
 *
 * @returns `null` for anything that is not valid. A version after 00 is read as far as it is known.
 */
export function readTraceparent(header: unknown): SpanContext | null {
  const [, version, traceId, spanId, flags, more] = (typeof header === 'string' && FIELDS.exec(header)) || []
  if (!isTraceId(traceId) || !isSpanId(spanId) || version === 'ff' || (version === '00' && more)) return null
  return { traceId, spanId, traceFlags: Number.parseInt(flags as string, 16), traceState: null, isRemote: true }
}
