import { expect, it } from 'vitest'
import { createRateLimit, type RateLimits } from '../../src/process/rateLimit'
import type { Span } from '../../src/trace/span'
import { plainSpan } from '../export/plainSpan'

const child = plainSpan({ parentSpanId: 'b'.repeat(16) })
const root = plainSpan()
const broken = plainSpan({ parentSpanId: 'b'.repeat(16), status: { code: 'error', description: null } })

function limitOf(limits: Partial<RateLimits>) {
  let now = 0
  const admits = createRateLimit({ maxSpansPerMinute: Infinity, maxBytesPerMinute: Infinity, ...limits }, () => now)
  return {
    /** How many of `count` such spans may go. */
    admitted: (span: Span, count: number, size = 1) =>
      Array.from({ length: count }, () => admits(span, size)).filter(Boolean).length,
    pass(ms: number) {
      now += ms
    },
  }
}

it('without limits everything goes', () => {
  expect(limitOf({}).admitted(child, 10_000)).toBe(10_000)
})

it('a minute may be spent at once, but for the fifth that errors and roots have', () => {
  const limit = limitOf({ maxSpansPerMinute: 100 })
  expect(limit.admitted(child, 200)).toBe(80)
  expect(limit.admitted(broken, 15)).toBe(15)
  expect(limit.admitted(child, 10)).toBe(0)
  expect(limit.admitted(root, 200)).toBe(5)
})

it('time gives back its share, up to one minute', () => {
  const limit = limitOf({ maxSpansPerMinute: 60 })
  limit.admitted(root, 100)
  limit.pass(10_000)
  expect(limit.admitted(root, 100)).toBe(10)
  limit.pass(3_600_000)
  expect(limit.admitted(root, 100)).toBe(60)
})

it('bytes are limited beside spans; what is turned away costs nothing', () => {
  const limit = limitOf({ maxSpansPerMinute: 10, maxBytesPerMinute: 1000 })
  expect(limit.admitted(root, 100, 600)).toBe(1)
  expect(limit.admitted(root, 100, 401)).toBe(0)
  expect(limit.admitted(root, 4, 100)).toBe(4)
  expect(limit.admitted(root, 100, 0)).toBe(5)
})

it('a clock that goes backwards gives nothing back and takes nothing', () => {
  const limit = limitOf({ maxSpansPerMinute: 10 })
  limit.admitted(root, 10)
  limit.pass(-600_000)
  expect(limit.admitted(root, 10)).toBe(0)
  limit.pass(6000)
  expect(limit.admitted(root, 10)).toBe(1)
})
