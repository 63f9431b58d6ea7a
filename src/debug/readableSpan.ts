import type { Span } from '../trace/span'

/** What a reader wants to see of a span, without the classes and accessors that it is made of. */
export function readableSpan(span: Span): object {
  const {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind,
    startTime,
    endTime,
    attributes,
    events,
    links,
    status,
    resource,
    scope,
  } = span
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind,
    startTime,
    endTime,
    attributes,
    events: events.map((event) => ({ name: event.name, time: event.time, attributes: event.attributes })),
    links,
    status,
    resource,
    scope,
  }
}
