import type { Page } from '@playwright/test'
import {
  beginFlush,
  duplicateNames,
  endMany,
  endSpans,
  expectOnce,
  flush,
  keptBodies,
  LONG_MS,
  namesOf,
  openPage,
  sentences,
  statsOf,
  whenRead,
} from './supportPage'
import { expect, test } from './supportTest'

test.use({ freshConnections: true })

const FEW_REQUESTS = 8 // what the pace lets through within some seconds

const allSent = (page: Page, exported: number) =>
  expect.poll(() => statsOf(page), { timeout: LONG_MS }).toMatchObject({ queued: 0, exported, stored: 0, dropped: {} })

for (const cut of ['at once', 'while reading', 'unanswered', 'half-closed'] as const)
  test(`a connection that ends ${cut}: the spans are sent again and arrive once @engines`, async ({
    page,
    collector,
    told,
  }) => {
    collector.next({ cut }, 2) // engines may ask twice by themselves
    await openPage(page, collector)
    await endSpans(page, 'a')
    await flush(page)
    await expectOnce(collector, ['a'])
    await allSent(page, 1)
    expect(sentences(told)).toEqual([expect.stringContaining('kept and sent later')])
  })

test('a collector that took the spans and was cut off before its answer gets them again, with the same ids', async ({
  page,
  collector,
}) => {
  collector.next({ cut: 'unanswered', takes: true })
  await openPage(page, collector)
  await endSpans(page, 'a')
  await flush(page)
  await allSent(page, 1)
  expect(namesOf(collector)).toEqual(['a'])
  expect(duplicateNames(collector)).toEqual([['a', 2]]) // its first try's fate cannot be known
})

for (const [takes, what, times] of [
  [false, 'lost them', 0],
  [true, 'has them', 2],
] as const)
  test(`no answer within the timeout from a collector that ${what}: sent again`, async ({ page, collector }) => {
    collector.next({ delay: Number.POSITIVE_INFINITY, takes })
    await openPage(page, collector, { timeout: 300 })
    await endSpans(page, 'a')
    expect(await flush(page)).toMatchObject({ exported: 0, stored: 1 })
    await allSent(page, 1)
    expect(namesOf(collector)).toEqual(['a'])
    expect(duplicateNames(collector)).toEqual(times ? [['a', times]] : [])
  })

test('an answer that begins with success and never ends is a success', async ({ page, collector }) => {
  collector.next({ slowAnswer: Number.POSITIVE_INFINITY })
  await openPage(page, collector, { timeout: 300 })
  await endSpans(page, 'a')
  expect(await flush(page)).toMatchObject({ exported: 1, stored: 0, dropped: {} })
  await endSpans(page, 'b')
  await flush(page)
  await expectOnce(collector, ['a', 'b'])
})

test('a collector far away costs no spans of a page where much ends @engines', async ({ page, collector }) => {
  collector.always({ delay: 600 })
  await openPage(page, collector, { endpoint: collector.otherEndpoint, batch: { maxQueueSize: 512 } })
  const rounds = 16
  for (let round = 0; round < rounds; round++) {
    await endMany(page, 100, 100) // a batch of some 110 leaves at a time: more than one is under way, or the queue overflows
    await page.waitForTimeout(350)
  }
  expect(await flush(page)).toMatchObject({ exported: 100 * rounds, stored: 0, dropped: {} })
  expect([collector.spanCount(), collector.duplicates()]).toEqual([100 * rounds, []])
})

test('a collector that restarts between two batches gets both @engines', async ({ page, collector }) => {
  await openPage(page, collector)
  await endSpans(page, 'a')
  await flush(page)
  await collector.restart()
  await endSpans(page, 'b')
  await flush(page)
  await expectOnce(collector, ['a', 'b'])
  await allSent(page, 2)
})

test('a collector that restarts in the middle of a request gets the spans from the second one', async ({
  page,
  collector,
}) => {
  collector.next({ delay: Number.POSITIVE_INFINITY, takes: false })
  await openPage(page, collector)
  await endSpans(page, 'a')
  await beginFlush(page)
  await whenRead(collector, 1)
  await collector.restart()
  await expectOnce(collector, ['a'])
  await allSent(page, 1)
})

test('a collector that is down for 20 batches is asked a few times, and gets all of them once it is up @engines', async ({
  page,
  collector,
  told,
}) => {
  let asked = 0
  page.on('request', (request) => {
    if (request.url() === collector.otherEndpoint) asked++
  })
  const names = Array.from({ length: 20 }, (_, i) => `batch ${String(i).padStart(2, '0')}`)
  await openPage(page, collector, { endpoint: collector.otherEndpoint })
  await collector.goDown(collector.otherUrl)
  for (const name of names) {
    await endSpans(page, name)
    await flush(page)
  }
  expect(await statsOf(page)).toMatchObject({ queued: 0, exported: 0, stored: 20, dropped: {} })
  expect(asked).toBeGreaterThan(0)
  expect(asked).toBeLessThanOrEqual(FEW_REQUESTS)
  await collector.comeUp()
  await expectOnce(collector, names)
  await allSent(page, 20)
  expect(await keptBodies(page)).toBe(0)
  expect(sentences(told)).toEqual([expect.stringContaining('kept and sent later')])
})

test('while the collector answers 503 one request at a time asks whether it is back, ever more rarely', async ({
  page,
  collector,
}) => {
  collector.next({ status: 503 }, 3)
  await openPage(page, collector)
  for (const name of ['a', 'b', 'c', 'd']) {
    await endSpans(page, name)
    await flush(page)
  }
  await collector.waitFor(() => collector.spanCount() === 4, 2 * LONG_MS)
  const times = collector.exports().map(({ arrivedAt }) => arrivedAt)
  expect(times).toHaveLength(4) // what waited is one request
  const waits = [1, 2, 3].map((i) => (times[i] ?? 0) - (times[i - 1] ?? 0))
  expect(waits.map((wait, i) => wait >= 500 * 2 ** i)).toEqual([true, true, true])
  await expectOnce(collector, ['a', 'b', 'c', 'd'])
})

test('batches that overtake each other all arrive', async ({ page, collector }) => {
  collector.next({ delay: 400 })
  await openPage(page, collector, { batch: { maxExportBatchSize: 2 } })
  await endSpans(page, 'a', 'b', 'c', 'd', 'e')
  await flush(page)
  await expectOnce(collector, ['a', 'b', 'c', 'd', 'e'])
  expect(collector.exports()).toHaveLength(3)
})
