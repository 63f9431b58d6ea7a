import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'

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

describe('spans around a moment at which the wall clock goes its own way', () => {
  const HOUR_MS = 3_600_000

  /** Telemetry on that clock, and what tells start and end of its spans in milliseconds after `NOW`. */
  async function startOnFreshClock() {
    await freshClock()
    const { keepSpans } = await import('../support/telemetry')
    const { telemetry, spans } = keepSpans()
    onTestFinished(() => telemetry.shutdown())
    return {
      startSpan: telemetry.startSpan,
      timesOf(name: string) {
        const { startTime, endTime } = spans.find((span) => span.name === name)!
        return [Math.round(startTime - NOW), Math.round(endTime! - NOW)]
      },
    }
  }

  // A machine that sleeps looks the same where performance.now() stands still meanwhile.
  it.each([
    ['set forward a day', 24 * HOUR_MS],
    ['eight hours on after a sleep', 8 * HOUR_MS],
    ['set back an hour', -HOUR_MS],
  ])('%s: what runs keeps its clock and its length, and the next trace has the new one', async (_what, by) => {
    const { startSpan, timesOf } = await startOnFreshClock()
    const root = startSpan('root')
    const before = startSpan('before', { parent: root })
    vi.advanceTimersByTime(2000)
    before.end()
    const across = startSpan('across', { parent: root })
    vi.advanceTimersByTime(1000)
    vi.setSystemTime(Date.now() + by)
    vi.advanceTimersByTime(1000)
    across.addEvent('awake')
    const after = startSpan('after', { parent: root })
    vi.advanceTimersByTime(500)
    after.end()
    across.end()
    root.end()
    startSpan('next', { root: true }).end()

    expect(timesOf('before')).toEqual([0, 2000])
    expect(timesOf('across')).toEqual([2000, 4500])
    expect(timesOf('after')).toEqual([4000, 4500])
    expect(timesOf('root')).toEqual([0, 4500])
    expect(timesOf('next')).toEqual([by + 4500, by + 4500])
  })

  it('a sleep between two traces is in neither', async () => {
    const { startSpan, timesOf } = await startOnFreshClock()
    startSpan('evening', { root: true }).end()
    vi.advanceTimersByTime(1000)
    vi.setSystemTime(Date.now() + 8 * HOUR_MS)
    const morning = startSpan('morning', { root: true })
    vi.advanceTimersByTime(20)
    morning.end()
    expect([timesOf('evening'), timesOf('morning')]).toEqual([
      [0, 0],
      [8 * HOUR_MS + 1000, 8 * HOUR_MS + 1020],
    ])
  })
})
