import type { Page } from '@playwright/test'
import {
  beginFlush,
  duplicateNames,
  endSpans,
  expectOnce,
  flush,
  namesOf,
  openPage,
  outboxIsOpen,
  statsOf,
  whenRead,
} from './supportPage'
import { expect, test } from './supportTest'

/** The clocks of the page run, and jump when it sleeps: all that was due fires when it wakes. */
async function openSleeper(page: Page, collector: Parameters<typeof openPage>[1], scheduledDelay: number) {
  await page.clock.install()
  await openPage(page, collector, { compression: 'none', batch: { scheduledDelay } })
  await outboxIsOpen(page)
}

const sleep = (page: Page) => page.clock.fastForward('08:00:00')

test('what waits when the machine falls asleep leaves when it wakes, and later spans have the time of day', async ({
  page,
  collector,
}) => {
  await openSleeper(page, collector, 3_600_000)
  await endSpans(page, 'before')
  await sleep(page)
  await expectOnce(collector, ['before']) // by the SDK's own timer: it is the page's clock that it goes by
  await endSpans(page, 'after')
  const now = await page.evaluate(() => Date.now())
  expect(await flush(page)).toMatchObject({ exported: 2, stored: 0, dropped: {} })
  await expectOnce(collector, ['after', 'before'])
  const [before, after] = collector.spans()
  const slept = Number(after?.startTime) - Number(before?.startTime)
  expect(slept).toBeGreaterThanOrEqual(8 * 3_600_000)
  expect(slept).toBeLessThan(8 * 3_600_000 + 60_000)
  expect(Math.abs(Number(after?.startTime) - now)).toBeLessThan(1000)
})

for (const { what, takes, times } of [
  { what: 'never reached the collector arrives when the machine wakes, once', takes: false, times: 1 },
  { what: 'the collector had comes twice, with the same ids', takes: true, times: 2 },
])
  test(`a request under way when the machine falls asleep that ${what}, and nothing counts as dropped`, async ({
    page,
    collector,
  }) => {
    collector.next({ delay: Number.POSITIVE_INFINITY, takes })
    await openSleeper(page, collector, 3_600_000)
    await endSpans(page, 'under way')
    await beginFlush(page)
    await whenRead(collector, 1)
    await endSpans(page, 'waiting')
    await sleep(page)
    await expect.poll(() => statsOf(page)).toMatchObject({ queued: 0, exported: 2, stored: 0, dropped: {} })
    expect(namesOf(collector)).toEqual(['under way', 'waiting'])
    expect(duplicateNames(collector)).toEqual(times === 2 ? [['under way', 2]] : [])
  })
