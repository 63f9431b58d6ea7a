import { expect } from '@playwright/test'
import type { HostileCollector } from '../support/hostileCollector/contract'
import { startHostileCollector } from '../support/hostileCollector/startHostileCollector.mjs'
import { webkitTest } from '../support/webkitTest'
import {
  beginFlush,
  endMany,
  endSpans,
  expectOnce,
  flush,
  LONG_MS,
  manyNames,
  nextPageView,
  openInBackoff,
  openPage,
  outboxIsOpen,
  statsOf,
  statusesOf,
  turn,
  whenRead,
} from './supportPage'

const test = webkitTest.extend<{ readonly collector: HostileCollector }>({
  collector: async ({ webkitGtk: { driver } }, use) => {
    const collector = await startHostileCollector({ freshConnections: true })
    await use(collector)
    await driver.get('about:blank') // the page goes before its server
    await collector.close()
  },
})

test('partial success is counted and not sent again', async ({ enginePage: page, collector }) => {
  collector.next({ reject: 1, message: 'too old' })
  await openPage(page, collector)
  await endSpans(page, 'old', 'new')
  expect(await flush(page)).toMatchObject({ queued: 0, exported: 1, stored: 0, dropped: { rejected: 1 } })
  await expectOnce(collector, ['new'])
})

test('400 is final, 503 is sent again', async ({ enginePage: page, collector }) => {
  collector.next({ status: 400 })
  collector.next({ status: 503 })
  await openPage(page, collector)
  await endSpans(page, 'a')
  await flush(page)
  await endSpans(page, 'b')
  await flush(page)
  await expectOnce(collector, ['b'])
  await expect
    .poll(() => statsOf(page))
    .toMatchObject({ queued: 0, exported: 1, stored: 0, dropped: { export_failed: 1 } })
  expect(statusesOf(collector)).toEqual([400, 503, 200])
})

test('Retry-After of another origin: nothing before its time', async ({ enginePage: page, collector }) => {
  collector.next({ status: 429, retryAfter: 2 })
  await openPage(page, collector, { endpoint: collector.otherEndpoint })
  await endSpans(page, 'a')
  await flush(page)
  await expectOnce(collector, ['a'])
  const [first, second] = collector.exports()
  expect((second?.arrivedAt ?? 0) - (first?.arrivedAt ?? 0)).toBeGreaterThanOrEqual(2000)
})

test('413 halves the batch, and all arrive', async ({ enginePage: page, collector }) => {
  collector.always({ maxBytes: 6000 })
  await openPage(page, collector, { compression: 'none' })
  await endMany(page, 100, 100)
  expect(await flush(page)).toMatchObject({ queued: 0, exported: 100, stored: 0, dropped: {} })
  await expectOnce(collector, manyNames(100))
})

test('a collector that takes neither gzip nor protobuf gets raw JSON', async ({ enginePage: page, collector }) => {
  collector.always({ gzip: false, protobuf: false })
  await openPage(page, collector)
  await endMany(page, 50)
  expect(await flush(page)).toMatchObject({ queued: 0, exported: 50, stored: 0, dropped: {} })
  await expectOnce(collector, manyNames(50))
})

for (const cut of ['at once', 'unanswered', 'half-closed'] as const)
  test(`a connection that ends ${cut}: the spans are sent again and arrive once`, async ({
    enginePage: page,
    collector,
  }) => {
    collector.next({ cut }, 2)
    await openPage(page, collector)
    await endSpans(page, 'a')
    await flush(page)
    await expectOnce(collector, ['a'])
  })

test('what waits arrives once when the visitor goes elsewhere', async ({ enginePage: page, collector }) => {
  await openPage(page, collector)
  await endMany(page, 10)
  await page.goto(collector.page('<p>elsewhere'))
  await expectOnce(collector, manyNames(10))
  expect(collector.exports()).toHaveLength(1)
})

test('to another origin 60 ms away with an own header, what waits arrives once when the visitor goes elsewhere', async ({
  enginePage: page,
  collector,
}) => {
  collector.always({ delay: 60 })
  collector.alwaysPreflight({ delay: 60 })
  await openPage(page, collector, { endpoint: collector.otherEndpoint, headers: { 'x-api-key': 'secret' } })
  await endMany(page, 10)
  await page.goto(collector.page('<p>elsewhere'))
  await expectOnce(collector, manyNames(10))
  expect(collector.exports().map(({ headers }) => headers['x-api-key'])).toEqual(['secret'])
})

test('a request under way goes on when the visitor goes elsewhere, and what waits leaves beside it', async ({
  enginePage: page,
  collector,
}) => {
  collector.next({ delay: 300 })
  await openPage(page, collector)
  await endSpans(page, 'under way')
  await beginFlush(page)
  await whenRead(collector, 1)
  await endSpans(page, 'waiting')
  await page.goto(collector.page('<p>elsewhere'))
  await expectOnce(collector, ['under way', 'waiting'])
})

test('an open span is not sent by a hide, and arrives once when it ends', async ({ enginePage: page, collector }) => {
  await openPage(page, collector)
  await outboxIsOpen(page)
  await page.evaluate(() => {
    const open = telemetry.startSpan('open')
    addEventListener('end it', () => open.end())
  })
  await endSpans(page, 'ended')
  await turn(page, 'hidden')
  await expectOnce(collector, ['ended'])
  await turn(page, 'visible')
  await page.evaluate(() => void dispatchEvent(new Event('end it')))
  await page.goto(collector.page('<p>elsewhere'))
  await expectOnce(collector, ['ended', 'open'])
})

for (const count of [10, 500, 2000])
  test(`${count} spans when the visitor goes elsewhere: all have arrived after the next page view, each once`, async ({
    enginePage: page,
    collector,
  }) => {
    await openPage(page, collector, { batch: { maxQueueSize: 4096 } })
    await outboxIsOpen(page)
    await endMany(page, count)
    await page.goto(collector.page('<p>elsewhere'))
    await nextPageView(page, collector)
    await expectOnce(collector, manyNames(count))
  })

test('what could not leave arrives with the next page view, once, in its order', async ({
  enginePage: page,
  collector,
}) => {
  collector.next({ status: 503, retryAfter: 600 })
  await openPage(page, collector)
  await outboxIsOpen(page)
  for (const name of ['a', 'b', 'c']) {
    await endSpans(page, name)
    await flush(page)
  }
  await page.goto(collector.page('<p>elsewhere'))
  await nextPageView(page, collector)
  await expectOnce(collector, ['a', 'b', 'c'])
  expect(collector.spans().map(({ name }) => name)).toEqual(['a', 'b', 'c'])
})

test('a collector that is down for ten batches gets all of them once it is up', async ({
  enginePage: page,
  collector,
}) => {
  const names = Array.from({ length: 10 }, (_, i) => `batch ${i}`)
  await openPage(page, collector, { endpoint: collector.otherEndpoint })
  await collector.goDown(collector.otherUrl)
  for (const name of names) {
    await endSpans(page, name)
    await flush(page)
  }
  await collector.comeUp()
  await expectOnce(collector, names)
  await expect.poll(() => statsOf(page), { timeout: LONG_MS }).toMatchObject({ exported: 10, stored: 0, dropped: {} })
})

test('in the collector’s backoff what ends last arrives with the next page, once', async ({
  enginePage: page,
  collector,
}) => {
  await openInBackoff(page, collector, 600)
  await endSpans(page, 'b')
  await page.goto(collector.page('<p>elsewhere'))
  await nextPageView(page, collector)
  await expectOnce(collector, ['a', 'b'])
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
})

test('what ends while a page goes in the collector’s backoff arrives once when the visitor comes back to that page', async ({
  enginePage: page,
  collector,
}) => {
  await openInBackoff(page, collector, 3)
  await page.evaluate(() => addEventListener('pagehide', () => telemetry.startSpan('last words').end()))
  await endSpans(page, 'b')
  await page.goto(collector.page('<p>elsewhere'))
  await page.evaluate(() => history.back())
  await expectOnce(collector, ['a', 'b', 'last words'])
})
