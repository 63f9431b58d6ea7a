import type { InstrumentationScope, Resource } from '../trace/resource'
import type { Span, SpanKind, StatusCode } from '../trace/span'

// What the encoders of OTLP share: numbers of enums and flags, moments, groups.

/** Attributes that one body has beside those of its resource: key, value, key, value. */
export type BatchNote = readonly (string | number)[]

export const KIND: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 }
export const STATUS: Readonly<Record<StatusCode, number>> = { unset: 0, ok: 1, error: 2 }

const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

/** The trace flags, and what is known of where the other span is. */
export function flagsOf(traceFlags: number, isRemote: boolean): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0)
}

const MAX_INT64 = 2n ** 63n

/** False where no field of OTLP, which have 64 bits at the most, holds it. */
export function isInt64(value: bigint): boolean {
  return value < MAX_INT64 && value >= -MAX_INT64
}

/** A moment without loss: whole milliseconds since the epoch, and nanoseconds (0 to 999,999) after them. */
export interface Moment {
  readonly ms: number
  readonly ns: number
}

const MAX_MS = 18_446_744_073_709 // as nanoseconds the last that 64 bits hold

/** From a whole anchor and a fraction after it: a double cannot hold epoch milliseconds to the nanosecond. */
export function moment(anchor: number, offset: number): Moment {
  const whole = Math.floor(offset)
  const ns = Math.round((offset - whole) * 1e6)
  const ms = anchor + whole + (ns === 1e6 ? 1 : 0)
  if (!(ms >= 0)) return { ms: 0, ns: 0 } // NaN too
  return ms > MAX_MS ? { ms: MAX_MS, ns: 0 } : { ms, ns: ns === 1e6 ? 0 : ns }
}

/** By resource and scope. */
export function groupSpans(spans: readonly Span[]): [Resource, [InstrumentationScope, Span[]][]][] {
  const groups = new Map<Resource, Map<InstrumentationScope, Span[]>>()
  for (const span of spans) {
    const scopes = groups.get(span.resource) ?? new Map<InstrumentationScope, Span[]>()
    if (scopes.size === 0) groups.set(span.resource, scopes)
    const list = scopes.get(span.scope)
    if (list) list.push(span)
    else scopes.set(span.scope, [span])
  }
  return [...groups].map(([resource, scopes]) => [resource, [...scopes]])
}
