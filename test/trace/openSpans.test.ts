import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SPAN_KEY } from '../../src/context/frame'
import { DEFAULT_LIMITS, type SpanLimits } from '../../src/trace/limits'
import { OpenSpans, UNFINISHED } from '../../src/trace/openSpans'
import type { RecordingSpan } from '../../src/trace/recordingSpan'
import { alwaysOn } from '../../src/trace/sampler'
import type { Span } from '../../src/trace/span'
import { SpanMaker } from '../../src/trace/tracer'
import { RESOURCE, SCOPE } from '../export/plainSpan'
import { catchReports } from '../support/reports'

let open: OpenSpans
let ended: Span[]
let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
  open = new OpenSpans()
  ended = []
})
afterEach(() => {
  vi.restoreAllMocks()
})

function start(name: string, limits: Partial<SpanLimits> = {}): RecordingSpan {
  const host = {
    detachAfter: Infinity,
    loose: null,
    early: null,
    page: null,
    resource: RESOURCE,
    limits: { ...DEFAULT_LIMITS, ...limits },
    sampler: alwaysOn(),
    spanKey: SPAN_KEY,
    shared: () => null,
    started: (span: RecordingSpan) => open.add(span),
    ended(span: RecordingSpan) {
      open.remove(span)
      ended.push(span)
    },
  }
  return new SpanMaker(host, SCOPE).startSpan(name, { parent: null }) as RecordingSpan
}
const namesOf = (spans: readonly Span[]) => spans.map(({ name }) => name).join('')

it('holds what has started and not ended, oldest first, wherever one is taken out', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => start(name))
  b!.end()
  expect(namesOf(open.snapshot())).toBe('acd')
  d!.end()
  start('e')
  expect(namesOf(open.snapshot())).toBe('ace')
  a!.end()
  c!.end()
  expect(namesOf(open.snapshot())).toBe('e')
})

it('all end at once, newest first, each once and marked', () => {
  for (const name of ['a', 'b', 'c']) start(name).setAttribute('own', name)
  open.endAll()
  expect(namesOf(ended)).toBe('cba')
  expect(ended.map(({ attributes }) => attributes)).toEqual(
    ['c', 'b', 'a'].map((own) => ({ own, [UNFINISHED]: 'page_exit' })),
  )
  expect(ended.every(({ endTime, status }) => endTime !== null && status.code === 'unset')).toBe(true)
  expect(open.snapshot()).toEqual([])
  open.endAll()
  expect(ended).toHaveLength(3)
})

it('an end that the application gives afterwards is told, and changes nothing', () => {
  const span = start('a')
  open.endAll()
  const { endTime } = span
  span.end()
  expect([ended.length, span.endTime]).toEqual([1, endTime])
  expect(reports).toHaveLength(1)
})

it('a copy looks as if it had ended now, and the span itself goes on', () => {
  const span = start('a').setAttribute('own', 1).addEvent('seen') as RecordingSpan
  const [copy] = open.snapshot()
  span.setAttribute('later', 2)
  expect(copy).toMatchObject({ name: 'a', spanId: span.spanId, traceId: span.traceId, parentSpanId: null })
  expect(copy!.attributes).toEqual({ own: 1, [UNFINISHED]: 'page_exit' })
  expect(copy!.endTime).toBeGreaterThanOrEqual(span.startTime)
  expect(copy!.events).toHaveLength(1)
  expect([span.endTime, span.attributes]).toEqual([null, { own: 1, later: 2 }])
  expect([ended, reports]).toEqual([[], []])
})

it('a copy has its mark also where the attributes are full', () => {
  const span = start('a', { attributeCountLimit: 2 }).setAttributes({ a: 1, b: 2, c: 3 }) as RecordingSpan
  const [copy] = open.snapshot()
  expect(copy!.attributes).toEqual({ a: 1, b: 2, [UNFINISHED]: 'page_exit' })
  expect([copy!.droppedAttributesCount, span.droppedAttributesCount]).toEqual([1, 1])
})

it('a span that is ended has its mark also where its attributes are full', () => {
  start('a', { attributeCountLimit: 2 }).setAttributes({ a: 1, b: 2 })
  open.endAll()
  expect(ended[0]!.attributes).toEqual({ a: 1, b: 2, [UNFINISHED]: 'page_exit' })
})

it('the 1,001st open span has the oldest forgotten here; that one can still end, once', () => {
  const oldest = start('oldest')
  for (let i = 0; i < 1000; i++) start('x')
  expect(open.snapshot()).toHaveLength(1000)
  expect(open.snapshot()).not.toContainEqual(expect.objectContaining({ name: 'oldest' }))
  oldest.end()
  expect(namesOf(ended)).toBe('oldest')
  expect(open.snapshot()).toHaveLength(1000)
  start('newest')
  expect(open.snapshot()).toHaveLength(1000)
})

it('says of a span that ends whether a copy of it is kept, until the page is shown again', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => start(name))
  open.snapshot()
  const late = start('late')
  expect([open.remove(a!), open.remove(late)]).toEqual([true, false])
  expect(open.remove(a!)).toBe(false)
  open.forget()
  expect([open.remove(b!), open.remove(c!)]).toEqual([false, false])
  expect(open.snapshot()).toEqual([])
})

it('a listener that starts a span while all end does not keep the exit busy for ever', () => {
  const end = ended.push.bind(ended)
  ended.push = (...spans) => {
    if (ended.length < 5) start('again')
    return end(...spans)
  }
  start('a')
  open.endAll()
  expect(namesOf(ended)).toBe('a')
  expect(namesOf(open.snapshot())).toBe('again')
})
