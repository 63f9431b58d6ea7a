// @vitest-environment node
import { IDBObjectStore } from 'fake-indexeddb'
import { beforeEach, expect, it, vi } from 'vitest'
import { freshSite, openPage, openReadyPage, stored } from './outboxSite'

freshSite()
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))

/** Read after the timers were faked: the source keeps the ones that it finds. */
async function createReadiness(touch: () => void) {
  vi.resetModules()
  return (await import('../../src/outbox/outboxReady')).createReadiness(touch)
}

it('touches at once, whenever 30 seconds are over, and for five minutes after the last call', async () => {
  const touched: number[] = []
  const begun = performance.now()
  const { stay } = await createReadiness(() => touched.push(performance.now() - begun))
  stay()
  stay()
  expect(touched).toEqual([0])
  vi.advanceTimersByTime(100_000)
  stay()
  vi.advanceTimersByTime(3_600_000)
  const gaps = touched.slice(1).map((at, i) => at - touched[i]!)
  expect(Math.min(...gaps)).toBeGreaterThan(30_000)
  expect(Math.max(...gaps)).toBeLessThan(30_500)
  expect(touched.at(-1)).toBeGreaterThan(365_000)
  expect(touched.at(-1)).toBeLessThanOrEqual(400_000)
  expect(vi.getTimerCount()).toBe(0)
  stay()
  expect(touched.at(-1)).toBe(3_700_000)
})

it('leaves no timer when it is stopped', async () => {
  const touch = vi.fn()
  const { stay, stop } = await createReadiness(touch)
  stay()
  stop()
  expect(vi.getTimerCount()).toBe(0)
  stay()
  expect(touch).toHaveBeenCalledTimes(2)
})

it('a database that was opened has been written to, and nothing is left of it', async () => {
  const put = vi.spyOn(IDBObjectStore.prototype, 'put')
  await openReadyPage()
  expect(put).toHaveBeenCalledTimes(1)
  expect(await stored()).toEqual([])
})

it('nothing is written before consent', async () => {
  const put = vi.spyOn(IDBObjectStore.prototype, 'put')
  const page = openPage({ consent: () => false })
  page.stayReady()
  vi.advanceTimersByTime(60_000)
  await page.sendAll()
  expect(put).not.toHaveBeenCalled()
})
