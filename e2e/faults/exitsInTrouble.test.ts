import type { Page } from '@playwright/test'
import { CLOSING } from './supportLeavings'
import {
  beginFlush,
  duplicateNames,
  endMany,
  endSpans,
  expectOnce,
  flush,
  LONG_MS,
  manyNames,
  namesOf,
  nextPageView,
  openInBackoff,
  openPage,
  outboxIsOpen,
  pageUrl,
  sentences,
  start,
  turn,
  whenRead,
} from './supportPage'
import { expect, test } from './supportTest'

/** Compression that begins and never ends. The class stays the platform's: beside a polyfill nothing is compressed. */
const STUCK_COMPRESSION = `<script>
  ReadableStream.prototype.pipeThrough = () => new ReadableStream()
</script>`

async function goOffline(page: Page): Promise<void> {
  await page.context().setOffline(true)
  await page.waitForFunction(() => !navigator.onLine)
}

for (const { title, act } of CLOSING) {
  test(`a batch that is being compressed leaves raw when ${title}`, async ({ page, collector }) => {
    await openPage(page, collector, {}, STUCK_COMPRESSION)
    await endMany(page, 50)
    await beginFlush(page)
    expect(collector.requests).toEqual([])
    await act(page, collector)
    await expectOnce(collector, manyNames(50))
    expect(collector.exports().map(({ encoding }) => encoding)).toEqual([null])
  })

  test(`while the collector wants to be left alone nothing is sent when ${title}, and all arrives with the next page @engines`, async ({
    page,
    collector,
    context,
  }) => {
    await openInBackoff(page, collector, 600)
    await endSpans(page, 'b')
    await act(page, collector)
    expect(collector.exports()).toHaveLength(1)
    await nextPageView(await context.newPage(), collector)
    await expectOnce(collector, ['a', 'b'])
    expect(collector.exports()).toHaveLength(2)
  })
}

test('spans of a page that is offline when it is closed arrive with the next page, once', async ({
  page,
  collector,
  context,
}) => {
  await openPage(page, collector)
  await outboxIsOpen(page)
  await goOffline(page)
  await endMany(page, 100)
  await page.close()
  await context.setOffline(false)
  await nextPageView(await context.newPage(), collector)
  await expectOnce(collector, manyNames(100))
})

test('a page that was offline for a while sends what it has kept when it is online again, without a hide', async ({
  page,
  collector,
  context,
  told,
}) => {
  await openPage(page, collector)
  await goOffline(page)
  await endSpans(page, 'a')
  await flush(page)
  await endSpans(page, 'b')
  expect(await flush(page)).toMatchObject({ queued: 0, exported: 0, stored: 2, dropped: {} })
  expect(collector.requests).toEqual([])
  await context.setOffline(false)
  await expectOnce(collector, ['a', 'b'])
  expect(sentences(told)).toEqual([])
})

test('headers that were fetched once go with an exit while newer ones are on their way @engines', async ({
  page,
  collector,
}) => {
  await page.goto(pageUrl(collector))
  await page.evaluate(() => {
    let asked = 0
    globalThis.telemetry = api.startTelemetry({
      instrument: false,
      headers: async () => (asked++ === 0 ? { 'x-token': 'first' } : new Promise<never>(() => {})),
      batch: { scheduledDelay: 3_600_000 },
    })
  })
  await flush(page) // both parts are there
  await endSpans(page, 'under way')
  await beginFlush(page)
  await endSpans(page, 'waiting')
  await page.goto(collector.page('<p>elsewhere'))
  await expectOnce(collector, ['under way', 'waiting'])
  expect(collector.exports().map(({ headers }) => headers['x-token'])).toEqual(['first', 'first'])
})

test('headers that were never had do not hold up an exit: what needs them arrives with a page that has them', async ({
  page,
  collector,
  context,
}) => {
  await page.goto(pageUrl(collector))
  await page.evaluate(() => {
    globalThis.telemetry = api.startTelemetry({
      instrument: false,
      headers: () => new Promise<never>(() => {}),
      batch: { scheduledDelay: 3_600_000 },
    })
  })
  await endSpans(page, 'under way')
  await beginFlush(page)
  await outboxIsOpen(page)
  await endSpans(page, 'waiting')
  await page.close()
  expect(collector.requests).toEqual([])
  await nextPageView(await context.newPage(), collector)
  await expectOnce(collector, ['under way', 'waiting'])
})

for (const way of ['keepalive fetch', 'beacon'] as const)
  for (const { title, act } of CLOSING.filter(({ title }) => /closed$|of the site/.test(title)))
    test(`the page’s own ${way} has spent the budget when ${title}: all arrives, at once or with the next page`, async ({
      page,
      collector,
      context,
    }) => {
      collector.always(({ path }) => (path.includes('own') ? { delay: 3000, takes: false } : {}))
      await openPage(page, collector)
      await outboxIsOpen(page)
      await page.evaluate((isBeacon) => {
        const body = 'x'.repeat(63_000)
        if (isBeacon) navigator.sendBeacon('/v1/traces?own', body)
        else void fetch('/v1/traces?own', { method: 'POST', keepalive: true, body }).catch(() => {})
      }, way === 'beacon')
      await collector.waitFor(() => collector.exports().some(({ path }) => path.includes('own')), LONG_MS)
      await endMany(page, 100)
      await act(page, collector)
      await nextPageView(await context.newPage(), collector)
      await expectOnce(collector, manyNames(100))
    })

test('a body counts until its answer is over: nothing is sent in its place that the browser would refuse at an exit', async ({
  page,
  collector,
  context,
}) => {
  collector.next({ status: 400, slowAnswer: 10_000, body: 'no' })
  await openPage(page, collector, { endpoint: collector.otherEndpoint })
  await outboxIsOpen(page)
  await endMany(page, 27, 600)
  await beginFlush(page)
  await collector.waitFor(() => collector.exports()[0]?.status === 400, LONG_MS)
  await page.waitForTimeout(200) // the answer's headers are with the page, which has nothing to show for it
  await endMany(page, 70, 600)
  await page.close({ runBeforeUnload: true })
  await nextPageView(await context.newPage(), collector, { endpoint: collector.otherEndpoint })
  await expectOnce(collector, manyNames(70))
})

test('what the collector has taken is not sent again at an exit, though its answer is not over', async ({
  page,
  collector,
}) => {
  collector.always({ slowAnswer: 10_000, reject: 0, message: 'slow' })
  await openPage(page, collector, { endpoint: collector.otherEndpoint })
  await endMany(page, 1, 50_000) // larger than the share of the living page: no keepalive
  await beginFlush(page)
  await collector.waitFor(() => collector.exports()[0]?.status === 200, LONG_MS)
  await page.waitForTimeout(200) // the answer's headers are with the page
  await page.goto(collector.page('<p>elsewhere'))
  await page.waitForTimeout(1000)
  expect(duplicateNames(collector)).toEqual([])
  expect(collector.exports()).toHaveLength(1)
})

for (const count of [10, 500, 2000])
  for (const { title, act } of CLOSING)
    test(`${count} spans when ${title}: all have arrived after the next page view, each once @engines`, async ({
      page,
      collector,
      context,
    }) => {
      await openPage(page, collector, { batch: { maxQueueSize: 4096 } })
      await outboxIsOpen(page)
      await endMany(page, count)
      await act(page, collector)
      await nextPageView(await context.newPage(), collector)
      await expectOnce(collector, manyNames(count))
    })

/** While the first page of a tab lives nobody opens the outbox: somebody is about to delete it, and somebody keeps it open. */
const STUCK_DATABASE = `<script>
  if (!sessionStorage.getItem('was stuck')) {
    sessionStorage.setItem('was stuck', 'yes')
    const opening = indexedDB.open('codomyrmex-telemetry')
    opening.onsuccess = () => {
      globalThis.kept = opening.result
      indexedDB.deleteDatabase('codomyrmex-telemetry')
      globalThis.isStuck = true
    }
  }
</script>`

for (const { title, act } of CLOSING)
  test(`2000 spans when ${title} before the outbox is open: all have arrived after the next page view, each once`, async ({
    page,
    collector,
    context,
  }) => {
    await page.goto(pageUrl(collector, STUCK_DATABASE))
    await page.waitForFunction('isStuck')
    await start(page, { batch: { maxQueueSize: 4096 }, deferred: false })
    await endMany(page, 2000)
    await act(page, collector)
    await nextPageView(await context.newPage(), collector)
    await expectOnce(collector, manyNames(2000))
  })

test('a hidden page without room keeps what does not fit, and sends it when it is shown', async ({
  page,
  collector,
}) => {
  collector.next({ delay: 2000 }, 2)
  await openPage(page, collector, { batch: { maxQueueSize: 4096 }, deferred: false })
  await outboxIsOpen(page)
  await endMany(page, 1000, 100)
  await turn(page, 'hidden')
  await whenRead(collector, 1)
  expect(namesOf(collector).length).toBeLessThan(1000)
  await turn(page, 'visible')
  await expectOnce(collector, manyNames(1000))
})

test('with outbox: false a page in the collector’s backoff still takes its last chance', async ({
  page,
  collector,
}) => {
  collector.next({ status: 503, retryAfter: 600 })
  await openPage(page, collector, { outbox: false })
  await endSpans(page, 'a')
  await flush(page)
  await endSpans(page, 'b')
  await page.goto(collector.page('<p>elsewhere'))
  await expectOnce(collector, ['a', 'b'])
})

test('start() after a page view without spans finds nothing to send', async ({ page, collector }) => {
  await openPage(page, collector)
  await page.goto(pageUrl(collector))
  await start(page)
  await nextPageView(page, collector)
  expect(collector.requests).toEqual([])
})

test('spans that ended offline before a crash arrive, once, with a page that comes ten minutes later', async ({
  page,
  collector,
  context,
}) => {
  await openPage(page, collector)
  await outboxIsOpen(page)
  await goOffline(page)
  await endMany(page, 100)
  await page.waitForTimeout(500) // no event tells of the copy
  const crashed = page.waitForEvent('crash')
  await page.goto('chrome://crash').catch(() => {})
  await crashed
  await page.close()
  await context.setOffline(false)
  const later = await context.newPage()
  await openPage(later, collector, {}, `<script>const { now } = Date; Date.now = () => now() + 660_000</script>`)
  await expectOnce(collector, manyNames(100))
})

test('a span too large for an exit holds up no other: the small ones arrive at once, it with the next page', async ({
  page,
  collector,
  context,
}) => {
  collector.next({ delay: 300 }) // so that the large one waits
  await openPage(page, collector)
  await outboxIsOpen(page)
  await endSpans(page, 'before')
  await endMany(page, 1, 100_000)
  await endSpans(page, 'after')
  await page.close()
  await expectOnce(collector, ['after', 'before'])
  await nextPageView(await context.newPage(), collector)
  await expectOnce(collector, ['after', 'before', 'span 0'])
})
