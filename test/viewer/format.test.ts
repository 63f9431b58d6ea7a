import { expect, test } from 'vitest'
import { formatDuration } from '../../demo/viewer/model/formatDuration'
import { formatAgo, formatClock } from '../../demo/viewer/model/formatTime'
import { formatValue } from '../../demo/viewer/model/formatValue'
import { httpUrl } from '../../demo/viewer/model/httpUrl'
import { spanDetail } from '../../demo/viewer/model/spanDetail'
import { spanOf } from './spanOf'

test('durations have three digits and a fitting unit', () => {
  const told = [0, 0.00025, 0.0421, 0.99951, 8, 62, 486.4, 999.6, 1310, 54_000, 60_000, 125_000, 3_780_000, 90_000_000]
  expect(told.map(formatDuration)).toEqual([
    '0 ms',
    '250 ns',
    '42.1 µs',
    '1.00 ms',
    '8.00 ms',
    '62.0 ms',
    '486 ms',
    '1.00 s',
    '1.31 s',
    '54.0 s',
    '1 min',
    '2 min 5 s',
    '1 h 3 min',
    '1 d 1 h',
  ])
})

test('durations that are none get a dash, negative ones a sign', () => {
  expect([null, Number.NaN, Number.POSITIVE_INFINITY].map(formatDuration)).toEqual(['–', '–', '–'])
  expect(formatDuration(-12)).toBe('−12.0 ms')
})

test('a moment is told by its distance', () => {
  const now = 1_700_000_000_000
  const ago = (seconds: number) => formatAgo(now - seconds * 1000, now)
  expect([-60, 3, 42, 90, 7200, 200_000].map(ago)).toEqual([
    'just now',
    'just now',
    '42 s ago',
    '1 min ago',
    '2 h ago',
    '2 d ago',
  ])
  expect(formatAgo(null, now)).toBe('–')
})

test('a clock shows milliseconds and survives impossible dates', () => {
  expect(formatClock(new Date(2026, 2, 1, 14, 3, 22, 7).getTime())).toBe('2026-03-01 14:03:22.007')
  expect([null, Number.NaN, 1e300].map(formatClock)).toEqual(['–', '–', '–'])
})

test('values are shown as text, lists in one line, maps in several', () => {
  expect(formatValue('<b>')).toBe('<b>')
  expect([1.5, true, null, undefined].map(formatValue)).toEqual(['1.5', 'true', 'null', ''])
  expect(formatValue(['a', 1, null])).toBe('["a", 1, null]')
  expect(formatValue({ a: { b: 1 } })).toBe('{\n  "a": {\n    "b": 1\n  }\n}')
  const circle: unknown[] = []
  circle.push(circle)
  expect(formatValue(circle)).toBe('(cannot be shown)')
})

test('only complete http and https addresses can be opened', () => {
  expect(httpUrl('https://example.com/a?b=1#c')).toBe('https://example.com/a?b=1#c')
  expect(httpUrl('HTTP://example.com')).toBe('http://example.com/')
  const others = ['javascript:alert(1)', ' https://example.com', '/path', 'https://', 'ftp://a', 'http:a', 'data:,x', 5]
  expect(others.map(httpUrl)).toEqual(others.map(() => null))
  expect(httpUrl('https://a.example/x\njavascript:alert(1)')).toBeNull()
})

test('a span named by its method is told apart by its path', () => {
  const detail = (name: string, attributes: object) => spanDetail(spanOf({ name, attributes }))
  expect(detail('GET', { 'url.full': 'https://a.example/api/cart?id=1' })).toBe('/api/cart?id=1')
  expect(detail('GET', { 'url.full': 'not a url' })).toBe('not a url')
  expect(detail('GET /api/:id', { 'http.route': '/api/:id' })).toBe('')
  expect(detail('SELECT', { 'db.query.text': 'SELECT 1\n  FROM t' })).toBe('SELECT 1 FROM t')
  expect(detail('work', { other: 1 })).toBe('')
  const events = [{ name: 'exception', time: null, attributes: { 'exception.message': 'no such cart' } }]
  expect(spanDetail(spanOf({ name: 'exception', events }))).toBe('no such cart')
  expect(detail('x', { 'db.query.text': 'y'.repeat(1e6) })).toHaveLength(160)
})
