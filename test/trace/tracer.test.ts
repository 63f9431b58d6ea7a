import { ROOT_CONTEXT as OTEL_ROOT, trace as otelTrace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ROOT_CONTEXT, SPAN_KEY } from '../../src/context/frame'
import type { Sampler, SamplingResult } from '../../src/trace/sampler'
import { alwaysOff } from '../../src/trace/sampler'
import type { SpanContext } from '../../src/trace/span'
import { catchReports } from '../support/reports'
import { keepSpans, type TestTelemetry } from '../support/telemetry'

let test: TestTelemetry
let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
  test = keepSpans()
})
afterEach(async () => {
  await test.telemetry.shutdown()
  vi.restoreAllMocks()
})

const remote: SpanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  traceState: 'vendor=1',
  isRemote: true,
}
const sampling = (result: SamplingResult | (() => SamplingResult)) => {
  const shouldSample = vi.fn<Sampler['shouldSample']>(() => (typeof result === 'function' ? result() : result))
  return { sampler: { shouldSample, toString: () => 'test' }, shouldSample }
}

describe('ids', () => {
  it('are lowercase hex, new for every root, with the random flag', () => {
    const spans = Array.from({ length: 2000 }, () => test.telemetry.startSpan('work'))
    for (const span of spans) {
      expect(span.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/)
      expect(span.spanId).toMatch(/^(?!0{16})[0-9a-f]{16}$/)
      expect(span.traceFlags).toBe(3)
    }
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2000)
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(2000)
  })
})

describe('the parent', () => {
  it('is nobody outside of spans', () => {
    test.telemetry.startSpan('work').end()
    expect(test.spans[0]).toMatchObject({ parentSpanId: null, traceState: null, hasRemoteParent: false })
  })

  it('is the current span', () => {
    test.telemetry.withSpan('outer', (outer) => {
      const inner = test.telemetry.startSpan('inner')
      inner.end()
      expect(test.spans[0]).toMatchObject({
        traceId: outer.traceId,
        parentSpanId: outer.spanId,
        hasRemoteParent: false,
      })
    })
  })

  it('is not a span that was only started', () => {
    test.telemetry.startSpan('first')
    test.telemetry.startSpan('second').end()
    expect(test.spans[0]!.parentSpanId).toBeNull()
  })

  it('is the one given, over the current one', () => {
    const given = test.telemetry.startSpan('given')
    test.telemetry.withSpan('current', () => {
      test.telemetry.startSpan('child', { parent: given }).end()
      test.telemetry.startSpan('child', { attributes: { a: 1 } }, given).end()
      test.telemetry.startSpan('child', { a: 1 }, given).end()
    })
    for (const span of test.spans.slice(0, 3))
      expect(span).toMatchObject({ traceId: given.traceId, parentSpanId: given.spanId })
    expect(test.spans.slice(1, 3).map(({ attributes }) => attributes)).toEqual([{ a: 1 }, { a: 1 }])
  })

  it('by position keeps the options beside it', () => {
    const given = test.telemetry.startSpan('given')
    test.telemetry.startSpan('child', { kind: 'client' }, given).end()
    expect(test.spans[0]).toMatchObject({ kind: 'client', attributes: {}, parentSpanId: given.spanId })
  })

  it.each([{ parent: null }, { root: true }])('is nobody with %j, whatever is current', (options) => {
    test.telemetry.withSpan('outer', (outer) => {
      test.telemetry.startSpan('inner', options).end()
      expect(test.spans[0]!.parentSpanId).toBeNull()
      expect(test.spans[0]!.traceId).not.toBe(outer.traceId)
    })
  })

  it('is ids from another process: trace, state and flags go on, and it is told as remote', () => {
    test.telemetry.startSpan('work', { parent: remote }).end()
    expect(test.spans[0]).toMatchObject({
      traceId: remote.traceId,
      parentSpanId: remote.spanId,
      traceState: 'vendor=1',
      traceFlags: 1,
      hasRemoteParent: true,
    })
  })

  it.each([
    [1, 1],
    [3, 3],
    [2, 2],
    [0, 0],
    [0xff, 3],
  ])('with flags %i gives a child with flags %i: the random flag goes on unchanged', (given, expected) => {
    const span = test.telemetry.startSpan('work', { parent: { ...remote, traceFlags: given } })
    expect(span.traceFlags).toBe(expected)
  })

  it("is a span of another library, in OpenTelemetry's context or alone", () => {
    const other = otelTrace.wrapSpanContext({ ...remote, traceState: undefined } as never)
    test.telemetry.startSpan('alone', { parent: other as never }).end()
    test.telemetry.startSpan('in context', { parent: otelTrace.setSpan(OTEL_ROOT, other) as never }).end()
    expect(test.spans.map(({ parentSpanId }) => parentSpanId)).toEqual([remote.spanId, remote.spanId])
  })

  it('is the span of a context of ours', () => {
    const given = test.telemetry.startSpan('given')
    test.telemetry.startSpan('child', { parent: ROOT_CONTEXT.setValue(SPAN_KEY, given) }).end()
    test.telemetry.withSpan('current', () => test.telemetry.startSpan('root', { parent: ROOT_CONTEXT }).end())
  })

  it.each([
    [{ ...remote, traceId: '0'.repeat(32) }],
    [{ ...remote, spanId: '0'.repeat(16) }],
    [{ ...remote, traceId: remote.traceId.toUpperCase() }],
    [{ ...remote, spanId: 'short' }],
    [{}],
  ])('with ids that are not valid (%j) is nobody, and is reported', (parent) => {
    test.telemetry.startSpan('work', { parent: parent as never }).end()
    expect(test.spans[0]!.parentSpanId).toBeNull()
    expect(reports).toHaveLength(1)
  })

  it('is what processors are told of: the context that holds it', () => {
    const given = test.telemetry.startSpan('given')
    test.telemetry.withSpan('current', (current) => {
      test.processor.parents.length = 0
      test.telemetry.startSpan('of current')
      test.telemetry.startSpan('of given', { parent: given })
      test.telemetry.startSpan('of nobody', { parent: null })
      test.telemetry.startSpan('root', { root: true })
      const parents = test.processor.parents.map((parent) =>
        test.telemetry.withContext(parent, () => test.telemetry.getCurrentSpan()),
      )
      expect(parents).toEqual([current, given, null, null])
    })
  })
})

describe('kinds', () => {
  it.each([
    [undefined, 'internal'],
    ['client', 'client'],
    ['server', 'server'],
    ['producer', 'producer'],
    ['consumer', 'consumer'],
    [0, 'internal'],
    [1, 'server'],
    [2, 'client'],
    [3, 'producer'],
    [4, 'consumer'],
  ])('%j is %s', (kind, word) => {
    test.telemetry.startSpan('work', { kind: kind as never }).end()
    expect(test.spans[0]!.kind).toBe(word)
    expect(reports).toEqual([])
  })

  it.each([5, -1, 1.5, 'odd', null, {}])('%j is internal, and reported', (kind) => {
    test.telemetry.startSpan('work', { kind: kind as never }).end()
    expect(test.spans[0]!.kind).toBe('internal')
    expect(reports).toHaveLength(1)
  })
})

describe('the sampler', () => {
  it('sees name, kind, attributes, links and parent', async () => {
    const { sampler, shouldSample } = sampling({ decision: 'recordAndSample' })
    const own = keepSpans({ sampler })
    const links = [{ context: remote }]
    own.telemetry.startSpan('work', { kind: 'client', attributes: { a: 1 }, links, parent: remote })
    expect(shouldSample).toHaveBeenCalledOnce()
    const [, traceId, name, kind, attributes, seenLinks, parent] = shouldSample.mock.calls[0]!
    expect([traceId, name, kind, attributes, seenLinks]).toEqual([remote.traceId, 'work', 'client', { a: 1 }, links])
    expect(parent).toMatchObject({ traceId: remote.traceId, spanId: remote.spanId, traceFlags: 1 })
    await own.telemetry.shutdown()
  })

  it('drop: new valid ids, not sampled, not recording, seen by nobody; attributes are not even copied', async () => {
    const own = keepSpans({ sampler: alwaysOff() })
    const heard = vi.fn()
    own.telemetry.on('span_started', heard)
    const span = own.telemetry.startSpan('work')
    span.setAttribute('a', 1).addEvent('e').setStatus('error').end()
    expect(span.isRecording()).toBe(false)
    expect(span.traceFlags).toBe(2)
    expect(span.spanId).toMatch(/^[0-9a-f]{16}$/)
    expect(own.processor.started).toEqual([])
    expect(own.telemetry.startSpan('child', { parent: span }).traceId).toBe(span.traceId)
    expect(heard).not.toHaveBeenCalled()
    expect(own.telemetry.stats()).toMatchObject({ started: 0, ended: 0 })
    await own.telemetry.shutdown()
  })

  it('record: processors see the span, exporters and servers are told it is not sampled, no events are emitted', async () => {
    const own = keepSpans({ sampler: sampling({ decision: 'record' }).sampler })
    const heard = vi.fn()
    own.telemetry.on('span_started', heard)
    own.telemetry.on('span_ended', heard)
    const span = own.telemetry.startSpan('work')
    expect(span.isRecording()).toBe(true)
    expect(span.traceFlags & 1).toBe(0)
    span.end()
    expect(own.spans).toHaveLength(1)
    expect(heard).not.toHaveBeenCalled()
    await own.telemetry.shutdown()
  })

  it('adds attributes over those of the span, and a trace state', async () => {
    const own = keepSpans({
      sampler: sampling({ decision: 'recordAndSample', attributes: { a: 2, b: 3 }, traceState: 'ot=th:8' }).sampler,
    })
    own.telemetry.startSpan('work', { attributes: { a: 1 }, parent: remote }).end()
    expect(own.spans[0]).toMatchObject({ attributes: { a: 2, b: 3 }, traceState: 'ot=th:8' })
    await own.telemetry.shutdown()
  })

  it('takes the trace state away with null, and leaves the parent’s without one', async () => {
    const cleared = keepSpans({ sampler: sampling({ decision: 'recordAndSample', traceState: null }).sampler })
    const left = keepSpans({ sampler: sampling({ decision: 'drop' }).sampler })
    expect(cleared.telemetry.startSpan('work', { parent: remote }).traceState).toBeNull()
    expect(left.telemetry.startSpan('work', { parent: remote }).traceState).toBe('vendor=1')
    await cleared.telemetry.shutdown()
    await left.telemetry.shutdown()
  })

  it.each<[string, () => SamplingResult]>([
    [
      'throws',
      () => {
        throw new Error('a sampler of the page')
      },
    ],
    ['gives nothing', () => undefined as never],
    ['gives an odd decision', () => ({ decision: 'maybe' }) as never],
  ])('that %s is reported, and the page goes on with a span', async (_name, result) => {
    const own = keepSpans({ sampler: sampling(result).sampler })
    let span: unknown
    expect(() => {
      span = own.telemetry.startSpan('work')
      own.telemetry.withSpan('work', () => {})
    }).not.toThrow()
    expect(span).toHaveProperty('traceId', expect.stringMatching(/^[0-9a-f]{32}$/))
    expect(reports).toHaveLength(1)
    await own.telemetry.shutdown()
  })
})

describe('attributes of every span', () => {
  it('are under those of the span, and can be changed and removed later', async () => {
    const own = keepSpans({ attributes: { plan: 'pro', a: 0 } })
    own.telemetry.startSpan('one', { attributes: { a: 1 } }).end()
    own.telemetry.setAttributes({ plan: null, more: true })
    own.telemetry.startSpan('two').end()
    expect(own.spans.map(({ attributes }) => attributes)).toEqual([
      { plan: 'pro', a: 1 },
      { a: 0, more: true },
    ])
    await own.telemetry.shutdown()
  })

  it.each([null, undefined, 'text', 5])('setAttributes(%j) is harmless', (value) => {
    expect(() => test.telemetry.setAttributes(value as never)).not.toThrow()
    test.telemetry.startSpan('work').end()
    expect(test.spans[0]!.attributes).toEqual({})
  })
})

it('getTracer gives spans their scope', () => {
  test.telemetry.getTracer('library', '1.2.3').startSpan('one').end()
  test.telemetry.getTracer('library').startSpan('two').end()
  test.telemetry.startSpan('three').end()
  expect(test.spans.map(({ scope }) => scope)).toEqual([
    { name: 'library', version: '1.2.3' },
    { name: 'library', version: null },
    { name: '@codomyrmex/telemetry', version: expect.any(String) },
  ])
})
