import { active } from '../../src/context/context'
import { SpanContextMap } from '../../src/context/frame'
import { newSpanId, newTraceId } from '../../src/lib/ids'
import { TraceContext } from '../../src/trace/span'

/** A context with a span of its own in it. */
export function contextWithNewSpan(): SpanContextMap {
  return new SpanContextMap(new TraceContext(newTraceId(), newSpanId(), 1, null), null)
}

/** The span that is current here, without any telemetry. */
export function activeSpan(): TraceContext | null {
  return active().span
}
