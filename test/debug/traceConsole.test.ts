import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createTraceConsole, type TraceConsole } from '../../src/debug/traceConsole'
import { plainSpan } from '../export/plainSpan'

vi.hoisted(() => vi.useFakeTimers()) // before the sources take the timers that they keep

let written: string[]
let traces: TraceConsole
beforeEach(() => {
  written = []
  vi.spyOn(console, 'groupCollapsed').mockImplementation((title: string) => void written.push(`▸ ${title}`))
  vi.spyOn(console, 'groupEnd').mockImplementation(() => void written.push('▴'))
  vi.spyOn(console, 'log').mockImplementation((line: string) => void written.push(line))
  traces = createTraceConsole()
})
afterEach(() => {
  traces.stop()
  vi.restoreAllMocks()
})

const A = 'a'.repeat(32)
const B = 'b'.repeat(32)
const id = (n: number) => n.toString(16).padStart(16, '0')
const span = (traceId: string, n: number, above: number | null, over = {}) =>
  plainSpan({
    traceId,
    spanId: id(n),
    parentSpanId: above === null ? null : id(above),
    name: `span ${n}`,
    startTime: 1000 + n,
    endTime: 1100 + n,
    ...over,
  })

it('a trace is a group, and a tree: children below their parents, brothers by their beginning', () => {
  // In the order in which they end.
  for (const one of [span(A, 4, 2), span(A, 3, 1), span(A, 2, 1), span(A, 1, null, { name: 'click' })]) traces.add(one)
  vi.advanceTimersByTime(1000)
  expect(written).toEqual([
    `▸ [telemetry] click  103.0 ms, 4 spans, trace ${A}`,
    'click          100.0 ms   at 0.0',
    '  span 2       100.0 ms   at 1.0',
    '    span 4     100.0 ms   at 3.0',
    '  span 3       100.0 ms   at 2.0',
    '▴',
  ])
})

it('a span alone is a line, with the whole span beside it; a request tells its answer, a failure why', () => {
  const attributes = { 'http.response.status_code': 503, 'url.full': 'https://shop.example/cart' }
  traces.add(span(A, 1, null, { name: 'GET', attributes, status: { code: 'error', description: 'too late' } }))
  vi.advanceTimersByTime(1000)
  expect(written).toEqual([`[telemetry] GET 503 https://shop.example/cart ✗ too late  100.0 ms, trace ${A}`])
  expect(vi.mocked(console.log).mock.calls[0]?.[1]).toMatchObject({ spanId: id(1), attributes })
})

it('traces that overlap are groups of their own', () => {
  for (const one of [span(A, 1, null), span(B, 2, null), span(A, 3, 1), span(B, 4, 2)]) traces.add(one)
  vi.advanceTimersByTime(1000)
  expect(written.filter((line) => line.startsWith('▸'))).toHaveLength(2)
})

it('a trace that goes on is written all the same, in parts', () => {
  for (let n = 1; n <= 50; n++) {
    traces.add(span(A, n, n - 1))
    vi.advanceTimersByTime(100)
  }
  vi.advanceTimersByTime(1000)
  const titles = written.filter((line) => line.startsWith('▸'))
  expect(titles.length).toBeGreaterThan(1)
  expect(titles.length).toBeLessThan(5)
  expect(written.filter((line) => line.includes(' at '))).toHaveLength(50)
})

it('what waits is written when the page hides, and at the end', () => {
  traces.add(span(A, 1, null))
  dispatchEvent(new Event('pagehide'))
  expect(written).toHaveLength(1)
  traces.add(span(A, 2, null))
  traces.stop()
  expect(written).toHaveLength(2)
  vi.advanceTimersByTime(5000)
  expect(written).toHaveLength(2)
})

it('does not hold more than a hundred traces', () => {
  for (let n = 0; n < 150; n++) traces.add(span(n.toString(16).padStart(32, '0'), 1, null))
  expect(written).toHaveLength(50)
})

it('a chain of thousands is written in time, and a console that throws is none of the page’s', () => {
  for (let n = 1; n <= 5000; n++) traces.add(span(A, n, n - 1, { name: 'x' }))
  vi.mocked(console.log).mockImplementation(() => {
    throw new Error('no console')
  })
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.advanceTimersByTime(5000)
  expect(console.groupEnd).toHaveBeenCalledTimes(vi.mocked(console.groupCollapsed).mock.calls.length)
})
