import type { InstrumentationScope, Resource } from '../../src/trace/resource'
import type { Span } from '../../src/trace/span'

export const RESOURCE: Resource = { attributes: { 'service.name': 'shop' } }
export const SCOPE: InstrumentationScope = { name: 'tests', version: null }

/** A span as a processor of somebody else may make it: a plain object, not our class. */
export function plainSpan(more: Partial<Span> = {}): Span {
  return {
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: '0123456789abcdef',
    parentSpanId: null,
    name: 'work',
    kind: 'internal',
    startTime: 1_790_000_000_000,
    endTime: 1_790_000_000_001,
    attributes: {},
    events: [],
    links: [],
    status: { code: 'unset', description: null },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    resource: RESOURCE,
    scope: SCOPE,
    traceFlags: 1,
    traceState: null,
    hasRemoteParent: false,
    ...more,
  }
}

/** So many spans, named by their number. */
export function plainSpans(count: number, more: Partial<Span> = {}): Span[] {
  return Array.from({ length: count }, (_, i) => plainSpan({ name: String(i), ...more }))
}
