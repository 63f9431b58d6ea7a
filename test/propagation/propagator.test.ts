// @vitest-environment node
import { createTraceState } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { ROOT_CONTEXT } from '../../src/context/frame'
import { contextWithBaggage } from '../../src/propagation/baggage'
import { traceHeaders } from '../../src/propagation/propagator'
import type { SpanContext } from '../../src/trace/span'

const span = (more: Partial<SpanContext> = {}): SpanContext => ({
  traceId: '12345678901234567890123456789012',
  spanId: '1234567890123456',
  traceFlags: 3,
  ...more,
})
const TRACEPARENT = ['traceparent', '00-12345678901234567890123456789012-1234567890123456-03']

describe('traceHeaders', () => {
  it('a span alone is traceparent alone', () => {
    expect(traceHeaders(span(), ROOT_CONTEXT)).toEqual([TRACEPARENT])
  })

  it('state and baggage come after it', () => {
    const context = contextWithBaggage(ROOT_CONTEXT, { user: 'zoë' })
    expect(traceHeaders(span({ traceState: ' foo=1 , bar=2' }), context)).toEqual([
      TRACEPARENT,
      ['tracestate', 'foo=1,bar=2'],
      ['baggage', 'user=zo%C3%AB'],
    ])
  })

  it('a broken state does not cost traceparent', () => {
    expect(traceHeaders(span({ traceState: 'FOO=1' }), ROOT_CONTEXT)).toEqual([TRACEPARENT])
  })

  it("OpenTelemetry's state object is understood, as SpanContext promises", () => {
    expect(traceHeaders(span({ traceState: createTraceState('foo=1') }), ROOT_CONTEXT)).toEqual([
      TRACEPARENT,
      ['tracestate', 'foo=1'],
    ])
  })

  it('every header can be sent by fetch', () => {
    const context = contextWithBaggage(ROOT_CONTEXT, { user: '日本 \r\n "x"', emoji: '👍' })
    const headers = new Headers(traceHeaders(span({ traceState: 'foo=1' }), context))
    expect([...headers.keys()]).toEqual(['baggage', 'traceparent', 'tracestate'])
  })
})
