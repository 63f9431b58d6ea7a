import type { Context } from '../context/frame'
import { type SpanContext, stateOf } from '../trace/span'
import { formatBaggage } from './baggage'
import { formatTraceparent } from './traceparent'
import { readTracestate } from './tracestate'

/** The headers that take a trace to a server: `traceparent`, and `tracestate` and `baggage` where there is any. */
export function traceHeaders(span: SpanContext, context: Context): [name: string, value: string][] {
  const headers: [string, string][] = [['traceparent', formatTraceparent(span)]]
  const state = readTracestate(stateOf(span))
  if (state) headers.push(['tracestate', state])
  const baggage = formatBaggage(context)
  if (baggage) headers.push(['baggage', baggage])
  return headers
}
