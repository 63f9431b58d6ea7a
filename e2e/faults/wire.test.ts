import { lossByPageView } from './supportLoss'
import {
  endMany,
  endSpans,
  expectOnce,
  flush,
  manyNames,
  namesOf,
  nextPageView,
  openPage,
  outboxIsOpen,
  turn,
} from './supportPage'
import { expect, test } from './supportTest'

test('where nothing is lost the numbers have no gaps, and the loss is 0 @engines', async ({ page, collector }) => {
  await openPage(page, collector)
  for (const count of [3, 1, 50]) {
    await endMany(page, count)
    await flush(page)
  }
  await endMany(page, 7)
  await turn(page, 'hidden')
  await collector.waitForSpans(61)
  expect([...lossByPageView(collector).values()]).toEqual([{ arrived: 61, sealed: 61, dropped: {}, gaps: [] }])
})

test('a full queue is told with the next batch: the loss is exact', async ({ page, collector }) => {
  await openPage(page, collector, { batch: { maxQueueSize: 10, maxExportBatchSize: 10 } })
  await flush(page) // until the second part is there nothing is under way
  collector.next({ delay: 300 })
  await endMany(page, 10) // under way
  await endMany(page, 25) // 10 wait, 15 do not fit
  await flush(page)
  await endSpans(page, 'last')
  expect(await flush(page)).toMatchObject({ ended: 36, exported: 21, dropped: { queue_full: 15 } })
  expect([...lossByPageView(collector).values()]).toEqual([
    { arrived: 21, sealed: 21, dropped: { queue_full: 15 }, gaps: [] },
  ])
})

test('what spans_dropped tells the page adds up to stats().dropped, reason by reason @engines', async ({
  page,
  collector,
}) => {
  collector.next({ status: 400, delay: 300 })
  collector.next({ reject: 2 })
  await openPage(page, collector, {
    compression: 'none',
    batch: { maxQueueSize: 10, maxExportBatchSize: 10 },
  })
  await flush(page) // until the second part is there nothing is under way
  await page.evaluate(() => {
    document.title = '{}'
    telemetry.on('spans_dropped', ({ count, reason }) => {
      const told = JSON.parse(document.title)
      document.title = JSON.stringify({ ...told, [reason]: (told[reason] ?? 0) + count })
    })
  })
  await endMany(page, 35) // 10 are under way and will be refused, 10 wait, 15 do not fit
  const { dropped } = await flush(page)
  expect(dropped).toEqual({ queue_full: 15, export_failed: 10, rejected: 2 })
  expect(JSON.parse(await page.title())).toEqual(dropped)
})

test('a batch that was refused is a gap in the numbers and a count in the next batch', async ({ page, collector }) => {
  await openPage(page, collector)
  await endMany(page, 4)
  await flush(page)
  collector.next({ status: 400 })
  await endMany(page, 6)
  await flush(page)
  await endMany(page, 5)
  await flush(page)
  expect([...lossByPageView(collector).values()]).toEqual([
    { arrived: 9, sealed: 15, dropped: { export_failed: 6 }, gaps: [[4, 10]] },
  ])
})

test('rejected spans are counted in the next batch', async ({ page, collector }) => {
  collector.next({ reject: 2 })
  await openPage(page, collector)
  await endMany(page, 5)
  await flush(page)
  await endMany(page, 5)
  await flush(page)
  expect([...lossByPageView(collector).values()]).toEqual([
    { arrived: 10, sealed: 10, dropped: { rejected: 2 }, gaps: [] },
  ])
  expect(collector.spanCount()).toBe(8)
})

test('what is limited by rate is counted in the next batch, and roots and errors are the last to go', async ({
  page,
  collector,
}) => {
  await openPage(page, collector, { batch: { maxSpansPerMinute: 10 } })
  await page.evaluate(() => {
    const root = telemetry.startSpan('root')
    for (let i = 0; i < 30; i++) telemetry.startSpan(`child ${i}`, { parent: root }).end()
    telemetry.startSpan('failed', { parent: root }).setStatus('error').end()
    root.end()
  })
  const { exported, dropped } = await flush(page)
  const lost = dropped.rate_limited ?? 0
  expect(exported + lost).toBe(32)
  expect(namesOf(collector)).toEqual(expect.arrayContaining(['root', 'failed']))
  expect(lost).toBe(22)
  expect([...lossByPageView(collector).values()]).toEqual([
    { arrived: exported, sealed: exported, dropped: { rate_limited: lost }, gaps: [] },
  ])
})

test('halved batches keep the numbers of their spans', async ({ page, collector }) => {
  collector.always({ maxBytes: 5000 })
  await openPage(page, collector, { compression: 'none' })
  await endMany(page, 60, 100)
  await flush(page)
  await endSpans(page, 'last')
  await flush(page)
  expect([...lossByPageView(collector).values()]).toEqual([{ arrived: 61, sealed: 61, dropped: {}, gaps: [] }])
})

test('each page view has its own id, and what was kept arrives under the one it is of @engines', async ({
  page,
  collector,
}) => {
  collector.next({ status: 503, retryAfter: 600 })
  await openPage(page, collector)
  await outboxIsOpen(page)
  await endMany(page, 3)
  await flush(page)
  await endMany(page, 5)
  await page.goto(collector.page('<p>elsewhere'))
  await nextPageView(page, collector)
  await collector.waitForSpans(8)
  await endMany(page, 2)
  await flush(page)
  const views = [...lossByPageView(collector).values()]
  expect(views).toEqual([
    { arrived: 8, sealed: 8, dropped: {}, gaps: [] },
    { arrived: 2, sealed: 2, dropped: {}, gaps: [] },
  ])
})

test('1,500 spans of one exit have numbers without gaps after the next page view', async ({
  page,
  collector,
  context,
}) => {
  await openPage(page, collector)
  await outboxIsOpen(page)
  await endMany(page, 1500)
  await page.close()
  await nextPageView(await context.newPage(), collector)
  await expectOnce(collector, manyNames(1500))
  expect([...lossByPageView(collector).values()]).toEqual([{ arrived: 1500, sealed: 1500, dropped: {}, gaps: [] }])
})
