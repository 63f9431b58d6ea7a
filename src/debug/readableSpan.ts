import type { Span } from '../trace/span'

const SHOWN = [
  ...(['traceId', 'spanId', 'parentSpanId', 'name', 'kind', 'startTime', 'endTime'] as const),
  ...(['attributes', 'events', 'links', 'status', 'resource', 'scope'] as const),
]

/** What a reader wants to see of a span, without the classes and accessors that it is made of. */
export function readableSpan(span: Span): object {
  const events = span.events.map(({ name, time, attributes }) => ({ name, time, attributes }))
  return { ...Object.fromEntries(SHOWN.map((name) => [name, span[name]])), events }
}
