import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { JSON_BOUNDS, PROTOBUF_BOUNDS, sizeBound } from '../../src/export/sizeBound'
import type { Attributes } from '../../src/trace/attributes'
import { RecordingSpan } from '../../src/trace/recordingSpan'
import type { Span } from '../../src/trace/span'
import { encodeOtlpJson } from '../../src/wire/otlpJson'
import { encodeOtlpProtobuf } from '../../src/wire/otlpProtobuf'
import { catchReports } from '../support/reports'
import { anySpans, makerOf } from '../wire/anySpan'

beforeEach(() => {
  catchReports()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const syntaxes = [
  ['protobuf', encodeOtlpProtobuf, PROTOBUF_BOUNDS],
  ['JSON', encodeOtlpJson, JSON_BOUNDS],
] as const

/** The same as a span of our own, as an application would have made it. */
function recorded(plain: Span, spans: Span[]): RecordingSpan {
  const { traceId, parentSpanId, traceFlags, traceState, name, kind, attributes, status } = plain
  const parent = parentSpanId ? { traceId, spanId: parentSpanId, traceFlags: traceFlags | 1, traceState } : null
  const span = makerOf(spans).startSpan(name, { kind, parent: parent as never, attributes, startTime: plain.startTime })
  for (const event of plain.events) span.addEvent(event.name, event.attributes, event.time)
  for (const link of plain.links) span.addLink(link)
  span.setStatus(status.code, status.description ?? undefined)
  span.end()
  expect(span).toBeInstanceOf(RecordingSpan)
  return span as RecordingSpan
}

it.each(syntaxes)('%s: no span takes more than its bound, whatever it holds', (_name, encode, bounds) => {
  fc.assert(
    fc.property(anySpans, (plain) => {
      const spans: Span[] = []
      const first = recorded(plain[0]!, spans)
      let before = encode([first], []).length
      // Each adds its own bytes, and now and then one to the length of the list that it is in.
      for (let i = 1; i < plain.length; i++) {
        const span = recorded(plain[i]!, spans)
        const after = encode(spans.slice(0, i + 1), []).length
        expect(after - before).toBeLessThanOrEqual(sizeBound(span, bounds))
        before = after
      }
    }),
    { numRuns: 150, seed: 4 },
  )
})

it.each(syntaxes)('%s: links, events and attributes at their limits stay within the bound', (_name, encode, bounds) => {
  const spans: Span[] = []
  const span = makerOf(spans).startSpan('x', { parent: null })
  const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, traceState: 'a=1'.repeat(170) }
  const attributes: Attributes = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`\u0001${i}`, -1.5e-300]))
  span.setAttributes({ ...attributes, list: Array.from({ length: 300 }, () => '\uffff'), big: -(2n ** 63n) })
  for (let i = 0; i < 130; i++) span.addLink({ context, attributes }).addEvent('\u0001', attributes)
  span.setStatus('error', '\u0001'.repeat(1000)).end()
  expect(encode(spans, []).length).toBeLessThanOrEqual(sizeBound(span as RecordingSpan, bounds))
})

const ordinary: [what: string, attributes: Attributes][] = [
  ['none', {}],
  ['of a request', { 'http.request.method': 'GET', 'http.response.status_code': 200, 'server.address': 'shop.test' }],
  [
    'of a page',
    { 'url.full': 'https://shop.test/products/4711?colour=red', 'user.plan': 'pro', 'session.id': 'f'.repeat(32) },
  ],
  ['numbers alone', { a: 1, b: 2.5, c: true, d: -7, e: 1e9 }],
]
it.each(syntaxes.flatMap((syntax) => ordinary.map((given) => [syntax[0], given[0], syntax, given[1]] as const)))(
  '%s, attributes %s: the bound is less than four times the size',
  (_name, _what, [, encode, bounds], attributes) => {
    const spans: Span[] = []
    const maker = makerOf(spans)
    for (let i = 0; i < 2; i++) maker.startSpan('GET /products', { parent: null, attributes }).end()
    const size = encode(spans, []).length - encode(spans.slice(1), []).length
    expect(sizeBound(spans[1] as RecordingSpan, bounds) / size).toBeLessThan(4)
  },
)
