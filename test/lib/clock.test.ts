import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const NOW = Date.UTC(2026, 10, 22, 12)

/** The clock as a page has it that begins at `NOW`. */
async function freshClock() {
  vi.resetModules()
  return import('../../src/lib/clock')
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('anchorAt', () => {
  it('and monotonic() together are the epoch milliseconds of now, and the anchor is whole', async () => {
    const { anchorAt, monotonic } = await freshClock()
    vi.advanceTimersByTime(1234)
    const now = monotonic()
    expect(Number.isInteger(anchorAt(now))).toBe(true)
    expect(Math.abs(anchorAt(now) + now - (NOW + 1234))).toBeLessThanOrEqual(0.5)
  })

  it('stays while the clocks drift apart by no more than 50 ms', async () => {
    const { anchorAt, monotonic } = await freshClock()
    const first = anchorAt(monotonic())
    vi.setSystemTime(Date.now() + 50)
    vi.advanceTimersByTime(5000)
    expect(anchorAt(monotonic())).toBe(first)
  })

  it.each([60_000, -60_000])('follows a wall clock that was set by %i ms, within a second', async (by) => {
    const { anchorAt, monotonic } = await freshClock()
    const first = anchorAt(monotonic())
    vi.setSystemTime(Date.now() + by)
    vi.advanceTimersByTime(1000)
    expect(anchorAt(monotonic())).toBe(first + by)
  })
})

describe('sinceAnchor', () => {
  it('takes epoch milliseconds, with their fraction', async () => {
    const { sinceAnchor } = await freshClock()
    expect(sinceAnchor(NOW + 12.5, NOW)).toBe(12.5)
  })

  it('takes a Date, also one before the anchor', async () => {
    const { sinceAnchor } = await freshClock()
    expect(sinceAnchor(new Date(NOW + 7), NOW)).toBe(7)
    expect(sinceAnchor(new Date(NOW - 7), NOW)).toBe(-7)
  })

  it('takes a value of performance.now(), of now and of the past', async () => {
    const { sinceAnchor, monotonic } = await freshClock()
    vi.advanceTimersByTime(5000)
    const now = monotonic()
    expect([sinceAnchor(now, NOW), sinceAnchor(now - 1.25, NOW), sinceAnchor(0, NOW)]).toEqual([now, now - 1.25, 0])
  })

  it('keeps each nanosecond of an HrTime', async () => {
    const { sinceAnchor } = await freshClock()
    const seconds = Math.floor(NOW / 1000)
    for (const nanos of [0, 1, 999, 123_456_789, 999_999_999]) {
      const offset = sinceAnchor([seconds + 3600, nanos], NOW - 54_321)
      expect(Math.round((offset as number) * 1e6)).toBe((3600_000 + 54_321) * 1e6 + nanos)
    }
  })

  it.each([
    [Number.NaN],
    [Infinity],
    [new Date(Number.NaN)],
    [[]],
    [[1]],
    [[Number.NaN, 0]],
    [[1n, 2n]],
    [[Symbol('s'), 0]],
    ['2026-11-22'],
    [5n],
    [null],
    [undefined],
    [{}],
    [true],
  ])('is null, and throws nothing, for %o', async (time) => {
    const { sinceAnchor } = await freshClock()
    expect(sinceAnchor(time, NOW)).toBeNull()
  })
})

it('a page without `performance` counts by the wall clock', async () => {
  vi.stubGlobal('performance', undefined)
  const { anchorAt, monotonic } = await freshClock()
  vi.advanceTimersByTime(2500)
  expect(monotonic()).toBe(2500)
  expect(anchorAt(monotonic()) + monotonic()).toBe(NOW + 2500)
})
