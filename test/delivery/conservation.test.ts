// @vitest-environment node
import { expect, it, vi } from 'vitest'
import { FakeCollector } from '../export/fakeCollector'
import { newSite } from '../export/fakePage'
import {
  begin,
  calmDown,
  doubled,
  ENDPOINTS,
  live,
  lostOf,
  misnumbered,
  playInFakeTime,
  seeds,
  sum,
} from '../export/randomPage'
import { createRandom } from '../support/random'

playInFakeTime()

it.each(seeds)(
  'what ended on a page that lives arrived, or is counted as dropped, and once (seed %i)',
  async (seed) => {
    const random = createRandom(seed)
    const run = await begin(random, new FakeCollector(), newSite(random.next() < 0.7))
    await live(run, 60)
    const { page, processor, dropped, ended, log } = run
    await calmDown(page)
    const lost = lostOf(run)
    const told = { queued: processor.queued, stored: processor.stored, doubled: doubled(page.collector) }
    expect(told, log.join()).toEqual({ queued: 0, stored: 0, doubled: [] })
    expect(processor.exported + sum(dropped)).toBe(ended.size)
    // One whose answer was lost may be counted as dropped though it arrived; no other one.
    expect(sum(dropped)).toBeGreaterThanOrEqual(lost.length)
    expect(sum(dropped) - lost.length).toBeLessThanOrEqual(page.collector.unheard.size)
    expect(misnumbered(page.collector)).toEqual([])
    await processor.shutdown()
    expect(vi.getTimerCount()).toBe(0)
  },
)

it.each(seeds)('what ended on a page that was left arrived with it or with the next one (seed %i)', async (seed) => {
  const random = createRandom(seed)
  const collector = new FakeCollector()
  const site = newSite()
  const endpoint = random.pick(ENDPOINTS)
  const run = await begin(random, collector, site, endpoint)
  await live(run, 30)
  const { page, dropped } = run
  await calmDown(page, 100_000)
  await live(run, 10, 'good')
  await vi.advanceTimersByTimeAsync(50) // a database that is just being opened can neither keep nor forget anything
  page.leave(false)
  await page.die()
  const next = await begin(random, collector, site, endpoint)
  await calmDown(next.page)
  const lost = lostOf(run)
  expect({ doubled: doubled(collector), misnumbered: misnumbered(collector) }).toEqual({ doubled: [], misnumbered: [] })
  // What the page could count, and what a collector refused without anybody to hear of it.
  expect(lost.length, run.log.join()).toBeLessThanOrEqual(sum(dropped))
})
