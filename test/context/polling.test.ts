// @vitest-environment node
// What runs on and on in the context of a span must not pile zones up: each would keep its span alive.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import type { Zone } from '../../src/context/frame'
import { activeSpan, contextWithNewSpan } from '../support/contexts'

let stop: () => void
beforeAll(() => {
  stop = startContext()
})
afterAll(() => stop())

const currentZone = () => (globalThis as unknown as { Zone: { current: Zone } }).Zone.current
const depth = () => {
  let zones = 0
  for (let zone = currentZone(); zone.parent; zone = zone.parent) zones++
  return zones
}

it.each([
  ['microtasks', 10_000, (next: () => void) => queueMicrotask(next)],
  ['promises', 10_000, (next: () => void) => void Promise.resolve().then(next)],
  ['timers', 500, (next: () => void) => void setTimeout(next, 0)],
])('a poll by %s stays at depth 1, in one zone, for %i rounds', async (_by, rounds, schedule) => {
  const context = contextWithNewSpan()
  const zones = new Set<Zone>()
  const depths = new Set<number>()
  const spans = new Set<unknown>()
  await new Promise<void>((done) => {
    const poll = (left: number) =>
      runIn(context, () => {
        zones.add(currentZone())
        depths.add(depth())
        spans.add(activeSpan())
        if (left === 0) done()
        else schedule(() => poll(left - 1))
      })
    poll(rounds)
  })
  expect([...depths]).toEqual([1])
  expect(zones.size).toBe(1)
  expect([...spans]).toEqual([context.span])
})

it('a chain of ten thousand awaits in a span makes no second zone', async () => {
  const context = contextWithNewSpan()
  const zones = new Set<Zone>()
  await runIn(context, async () => {
    for (let i = 0; i < 10_000; i++) {
      await (async () => {})()
      zones.add(currentZone())
    }
  })
  expect(zones.size).toBe(1)
})
