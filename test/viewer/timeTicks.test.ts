import { expect, test } from 'vitest'
import { timeTicks } from '../../demo/viewer/model/timeTicks'

const labels = (from: number, to: number, wanted: number) => timeTicks(from, to, wanted).map((tick) => tick.label)

test('ticks are round and start at zero', () => {
  expect(labels(0, 486, 5)).toEqual(['0', '100 ms', '200 ms', '300 ms', '400 ms'])
  expect(labels(0, 3200, 4)).toEqual(['0', '1 s', '2 s', '3 s'])
})

test('a label has as many decimals as its step needs', () => {
  expect(labels(0, 2, 4)).toEqual(['0', '500 µs', '1.0 ms', '1.5 ms', '2.0 ms'])
  expect(labels(0, 0.01, 2)).toEqual(['0', '5 µs', '10 µs'])
  expect(labels(1200, 1300, 4)).toEqual(['1.20 s', '1.25 s', '1.30 s'])
})

test('long times count in minutes and hours', () => {
  expect(labels(0, 150_000, 5)).toEqual(['0', '30 s', '1 min', '1 min 30 s', '2 min', '2 min 30 s'])
  expect(labels(0, 7_200_000, 4)).toEqual(['0', '30 min', '1 h', '1 h 30 min', '2 h'])
})

test('a window into the trace has the ticks that lie in it', () => {
  expect(timeTicks(130, 260, 3).map((tick) => tick.time)).toEqual([150, 200, 250])
})

test('no length, no ticks; and never more than a handful', () => {
  for (const to of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) expect(timeTicks(0, to, 5)).toEqual([])
  for (let exponent = -4; exponent < 15; exponent++) {
    const ticks = timeTicks(0, 3.7 * 10 ** exponent, 6)
    expect(ticks.length).toBeGreaterThan(1)
    expect(ticks.length).toBeLessThan(9)
  }
})
