import { expect, test } from 'vitest'
import { listPath, readRoute, spanHash, tracePath } from '../../demo/viewer/model/route'
import { rowWindow, scrollToRow } from '../../demo/viewer/model/rowWindow'
import { filterTraces, readFilter, writeFilter } from '../../demo/viewer/model/traceFilter'
import { readTraceSummaries } from '../../demo/viewer/model/traceSummary'

const traces = readTraceSummaries({
  traces: [
    { traceId: 'abc1', rootName: 'click Buy', rootService: 'shop', services: ['shop', 'cart-api'], errorCount: 1 },
    { traceId: 'def2', rootName: 'load', rootService: 'blog', services: ['blog'], errorCount: 0 },
    { traceId: '', rootName: 'cannot be opened' },
    null,
  ],
})
const found = (text: string, errorsOnly = false) => filterTraces(traces, { text, errorsOnly }).map((t) => t.traceId)

test('summaries without an id are left out, odd fields are made safe', () => {
  expect(traces.map((trace) => trace.traceId)).toEqual(['abc1', 'def2'])
  const odd = { traceId: 'x', services: [1, null, 'a', 'a'], duration: 'NaN', spanCount: -3, errorCount: 1.5 }
  expect(readTraceSummaries({ traces: [odd] })[0]).toMatchObject({
    rootName: '',
    services: ['1', 'a'],
    duration: null,
    startTime: null,
    spanCount: 0,
    errorCount: 1,
  })
  expect(readTraceSummaries('nonsense')).toEqual([])
})

test('the filter looks at name, services and trace id, whatever the case, and wants every word', () => {
  expect(found('')).toEqual(['abc1', 'def2'])
  expect(found('BUY')).toEqual(['abc1'])
  expect(found('cart-api click')).toEqual(['abc1'])
  expect(found('def')).toEqual(['def2'])
  expect(found('click blog')).toEqual([])
  expect(found('', true)).toEqual(['abc1'])
})

test('a filter comes back from the address bar as it went in', () => {
  for (const filter of [
    { text: 'a b&c=#ü', errorsOnly: true },
    { text: '', errorsOnly: false },
  ]) {
    expect(readFilter(writeFilter(filter))).toEqual(filter)
  }
  expect(writeFilter({ text: '  ', errorsOnly: false })).toBe('')
  expect(writeFilter({ text: 'x', errorsOnly: true })).toBe('?q=x&errors=1')
})

test('a permalink is read back to the trace and the span it was made of', () => {
  const url = new URL(tracePath('a/b%', 'c#d'), 'http://localhost')
  expect(readRoute(url.pathname, url.search, url.hash)).toEqual({ page: 'trace', traceId: 'a/b%', spanId: 'c#d' })
  expect(readRoute('/viewer/trace/abc/', '', '')).toEqual({ page: 'trace', traceId: 'abc', spanId: null })
  expect(spanHash(null)).toBe('')
})

test('every other address is the list', () => {
  expect(readRoute('/viewer/', '?q=x', '')).toEqual({ page: 'list', search: '?q=x' })
  expect(readRoute('/viewer/trace/', '', '#span=a').page).toBe('list')
  expect(readRoute('/viewer/trace/%E0%A4%A', '', '')).toMatchObject({ page: 'trace', traceId: '%E0%A4%A' })
  expect(listPath('?q=x')).toBe('/viewer/?q=x')
})

test('the drawn rows cover the seen ones with a margin, and never more than there are', () => {
  expect(rowWindow(0, 600, 30, 2000)).toEqual({ first: 0, end: 40 })
  const middle = rowWindow(30_000, 600, 30, 2000)
  expect(middle.first).toBeLessThanOrEqual(1000 - 16)
  expect(middle.end).toBeGreaterThanOrEqual(1020 + 16)
  expect(rowWindow(0, 600, 30, 5)).toEqual({ first: 0, end: 5 })
  expect(rowWindow(90_000, 600, 30, 5)).toEqual({ first: 5, end: 5 })
  expect(rowWindow(-50, 600, 30, 2000).first).toBe(0)
})

test('a row that is seen does not move the list, others move it no further than needed', () => {
  expect(scrollToRow(5, 100, 300, 30)).toBe(100)
  expect(scrollToRow(0, 100, 300, 30)).toBe(0)
  expect(scrollToRow(20, 100, 300, 30)).toBe(330)
  expect(scrollToRow(20, 100, 300, 30, 100)).toBe(430)
  expect(scrollToRow(20, 100, 20, 30)).toBe(600)
})
