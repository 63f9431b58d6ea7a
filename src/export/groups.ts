import type { InstrumentationScope, Resource } from '../trace/resource'
import type { Span } from '../trace/span'

/** Spans of one resource, by scope, in the order in which they came: the shape of an OTLP request. */
export type Groups = Map<Resource, Map<InstrumentationScope, Span[]>>

export function groupSpans(spans: readonly Span[]): Groups {
  const groups: Groups = new Map()
  for (const span of spans) {
    const scopes = groups.get(span.resource) ?? new Map<InstrumentationScope, Span[]>()
    if (scopes.size === 0) groups.set(span.resource, scopes)
    const list = scopes.get(span.scope)
    if (list) list.push(span)
    else scopes.set(span.scope, [span])
  }
  return groups
}
