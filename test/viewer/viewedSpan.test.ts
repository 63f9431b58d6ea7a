import { expect, test } from 'vitest'
import { readSpans } from '../../demo/viewer/model/viewedSpan'
import { spanOf, spansOf } from './spanOf'

test('a complete span is read field by field', () => {
  const span = spanOf({
    kind: 'client',
    attributes: { 'url.full': 'https://example.com/' },
    events: [{ name: 'drawn', time: 1005, attributes: { n: 1 } }],
    links: [{ traceId: 'u', spanId: 'b', attributes: {} }],
    status: { code: 'error', message: 'no' },
    droppedEventsCount: 2,
  })
  expect(span).toMatchObject({ key: 'a', kind: 'client', startTime: 1000, endTime: 1010, duration: 10 })
  expect(span.attributes.get('url.full')).toBe('https://example.com/')
  expect(span.events[0]).toMatchObject({ name: 'drawn', time: 1005 })
  expect(span.links[0]).toMatchObject({ traceId: 'u', spanId: 'b' })
  expect(span.status).toEqual({ code: 'error', message: 'no' })
  expect(span.dropped).toEqual({ attributes: 0, events: 2, links: 0 })
})

test('what is not a list of spans is no spans', () => {
  for (const json of [null, undefined, 5, 'spans', [], {}, { spans: 'many' }]) expect(readSpans(json)).toEqual([])
  expect(readSpans({ spans: [null, 3, 'span'] })).toEqual([])
})

test('a span of nothing but wrong types is still a span', () => {
  const wrong = { spanId: 7, attributes: [1], events: 'no', links: [null, 3], status: null, scope: 1, startTime: 'NaN' }
  const [span] = readSpans({ spans: [wrong] })
  expect(span).toMatchObject({ name: '', startTime: null, endTime: null, duration: null, kind: 'unspecified' })
  expect(span).toMatchObject({ events: [], links: [], status: { code: 'unset', message: '' } })
  expect(span?.attributes.size).toBe(0)
})

test('an end of zero nanoseconds means no end, whatever the duration says', () => {
  expect(spanOf({ endTimeUnixNano: '0', duration: -1.7e12 })).toMatchObject({ endTime: null, duration: null })
  expect(spanOf({ endTimeUnixNano: null })).toMatchObject({ endTime: null, duration: null })
})

test('missing milliseconds are taken from the nanoseconds', () => {
  const nano = { startTimeUnixNano: '1000500000', endTimeUnixNano: '1002250000', startTime: null, duration: null }
  expect(spanOf(nano)).toMatchObject({ startTime: 1000.5, endTime: 1002.25, duration: 1.75 })
})

test('an end before the start keeps its negative duration and gets no negative bar', () => {
  expect(spanOf({ duration: -12 })).toMatchObject({ startTime: 1000, endTime: 1000, duration: -12 })
})

test('spans with one id get keys of their own, also where an id looks like such a key', () => {
  expect(spansOf({}, {}, { spanId: 'a~2' }, {}).map((span) => span.key)).toEqual(['a', 'a~2', 'a~2~2', 'a~3'])
})

test('an attribute named __proto__ is an attribute', () => {
  const [span] = readSpans(JSON.parse('{"spans":[{"spanId":"a","attributes":{"__proto__":"x"}}]}'))
  expect([...(span?.attributes ?? [])]).toEqual([['__proto__', 'x']])
})
