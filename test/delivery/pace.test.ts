import { expect, it } from 'vitest'
import { createPace } from '../../src/delivery/pace'

/** A pace on a clock of its own; `random` is what the jitter draws. */
function paceAt(random: number) {
  let now = 1000
  const pace = createPace(
    () => now,
    () => random,
  )
  return {
    ...pace,
    pass(ms: number) {
      now += ms
    },
  }
}

it('nothing waits before anything failed', () => {
  expect(paceAt(0).wait()).toBe(0)
})

it('waits twice as long after each failure, up to a minute', () => {
  const pace = paceAt(1)
  const waits = Array.from({ length: 9 }, () => {
    pace.fails(null)
    const wait = pace.wait()
    pace.pass(wait)
    return wait
  })
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
})

it('the jitter takes away half at the most', () => {
  const pace = paceAt(0)
  pace.fails(null)
  expect(pace.wait()).toBe(500)
})

it('the wait passes with time and is over then', () => {
  const pace = paceAt(1)
  pace.fails(null)
  pace.pass(400)
  expect(pace.wait()).toBe(600)
  pace.pass(5000)
  expect(pace.wait()).toBe(0)
})

it('an answer ends the wait, and the next failure is a first one', () => {
  const pace = paceAt(1)
  for (let i = 0; i < 5; i++) pace.fails(null)
  pace.works()
  expect(pace.wait()).toBe(0)
  pace.fails(null)
  expect(pace.wait()).toBe(1000)
})

it('requests under way together that fail together are one failure', () => {
  const pace = paceAt(1)
  for (let i = 0; i < 4; i++) pace.fails(null)
  expect(pace.wait()).toBe(1000)
  pace.pass(1000)
  pace.fails(null)
  expect(pace.wait()).toBe(2000)
})

it('the answer to an earlier request does not shorten what the collector asked for', () => {
  const pace = paceAt(1)
  pace.fails(90_000)
  pace.works()
  expect(pace.wait()).toBe(90_000)
  pace.pass(90_000)
  pace.fails(null)
  expect(pace.wait()).toBe(1000)
})

it('what the collector asks for is taken, without jitter, up to an hour', () => {
  const pace = paceAt(0)
  pace.fails(90_000)
  expect(pace.wait()).toBe(90_000)
  const silenced = paceAt(0)
  silenced.fails(1e12)
  expect(silenced.wait()).toBe(3_600_000)
})

it('a later failure never shortens what the collector asked for', () => {
  const pace = paceAt(1)
  pace.fails(90_000)
  pace.fails(null)
  pace.fails(0)
  expect(pace.wait()).toBe(90_000)
})

it('a thousand failures are no endless wait', () => {
  const pace = paceAt(1)
  for (let i = 0; i < 2000; i++) {
    pace.pass(pace.wait())
    pace.fails(null)
  }
  expect(pace.wait()).toBe(60_000)
})

it('a wish for no pause at all is none: the pause is our own', () => {
  const pace = paceAt(1)
  pace.fails(0)
  expect(pace.wait()).toBe(1000)
})

it('a timer of whole milliseconds, set for the wait, finds it over', () => {
  for (const random of [0.0001, 0.3333, 0.9999]) {
    const pace = paceAt(random)
    pace.pass(0.7)
    pace.fails(null)
    pace.pass(123.4)
    pace.pass(Math.trunc(pace.wait()))
    expect(pace.wait()).toBe(0)
  }
})
