import type { TelemetryOptions } from '@codomyrmex/telemetry'
import type { Page } from '@playwright/test'
import type { HostileCollector } from '../support/hostileCollector/contract'
import { crash } from './supportLeavings'
import {
  beginFlush,
  duplicateNames,
  endMany,
  endSpans,
  expectOnce,
  flush,
  manyNames,
  namesOf,
  nextPageView,
  openInBackoff,
  openPage,
  outboxIsOpen,
  statsOf,
  turn,
  whenRead,
} from './supportPage'
import { expect, test } from './supportTest'

// Chromium alone has deferred requests.

/** Stands before everything: `document.title` then counts the deferred requests that were asked for. */
const COUNT_ARMED = `<script>
  document.title = 'armed 0'
  {
    let armed = 0
    const own = globalThis.fetchLater
    globalThis.fetchLater = (...args) => {
      document.title = 'armed ' + ++armed
      return own(...args)
    }
  }
</script>`

const isArmed = (page: Page) => page.waitForFunction(() => !/armed 0|^page$/.test(document.title))

async function openArmed(page: Page, collector: HostileCollector, count: number, options: TelemetryOptions = {}) {
  await openPage(page, collector, options, COUNT_ARMED)
  await outboxIsOpen(page)
  await endMany(page, count)
  await isArmed(page)
}

for (const count of [1, 100])
  test(`${count} spans that wait arrive when the page crashes, once`, async ({ page, collector, context }) => {
    await openArmed(page, collector, count)
    expect(collector.requests).toEqual([])
    await crash(page)
    await expectOnce(collector, manyNames(count))
    await nextPageView(await context.newPage(), collector)
    await expectOnce(collector, manyNames(count))
  })

test('batches that wait behind a slow answer arrive when the page crashes, once', async ({ page, collector }) => {
  collector.next({ delay: Number.POSITIVE_INFINITY, takes: true })
  await openPage(page, collector, {}, COUNT_ARMED)
  await endMany(page, 250, 100) // one batch is under way, one is complete, one is not
  await whenRead(collector, 1)
  await page.waitForFunction(() => Number(document.title.replace('armed ', '')) > 1)
  const before = collector.spanCount()
  expect(before).toBeLessThan(125)
  await crash(page)
  await expectOnce(collector, manyNames(250))
  expect(collector.exports()).toHaveLength(3)
})

test('of a backlog the browser has as much as it takes when the page crashes, and was never asked for more', async ({
  page,
  collector,
}) => {
  collector.next({ delay: Number.POSITIVE_INFINITY, takes: false })
  const count = `<script>
    globalThis.refusals = 0
    const own = globalThis.fetchLater
    globalThis.fetchLater = (...args) => {
      try { return own(...args) } catch (error) { globalThis.refusals++; throw error }
    }
  </script>`
  await openPage(page, collector, { compression: 'none', batch: { maxExportBatchBytes: 20_000 } }, count + COUNT_ARMED)
  await endMany(page, 500, 100)
  await whenRead(collector, 1)
  const [{ bytes: firstBytes } = { bytes: 0 }] = collector.exports()
  await page.waitForFunction(() => Number(document.title.replace('armed ', '')) > 6)
  expect(await page.evaluate('refusals')).toBe(0)
  await crash(page)
  const armedBytes = () => collector.exports().reduce((sum, { bytes }) => sum + bytes, -firstBytes)
  await expect.poll(armedBytes).toBeGreaterThan(58_000) // of 64 KiB, what surrounds the bodies included
  expect(new Set(namesOf(collector)).size).toBe(namesOf(collector).length)
})

test('a request that would die with its page is sent again when the page crashes', async ({ page, collector }) => {
  collector.next({ delay: Number.POSITIVE_INFINITY, takes: false })
  await openPage(page, collector, { compression: 'none' })
  await endMany(page, 1, 50_000) // more than the share that leaves room for an exit
  await beginFlush(page)
  await whenRead(collector, 1)
  await crash(page)
  await expectOnce(collector, manyNames(1))
  expect(collector.exports()).toHaveLength(2)
})

test('an own header goes with the spans of a page that crashes', async ({ page, collector }) => {
  await openArmed(page, collector, 5, { headers: { 'x-api-key': 'secret' } })
  await crash(page)
  await expectOnce(collector, manyNames(5))
  expect(collector.exports()[0]?.headers['x-api-key']).toBe('secret')
})

test('spans for another origin arrive when the page crashes', async ({ page, collector }) => {
  await openArmed(page, collector, 5, { endpoint: collector.otherEndpoint })
  await crash(page)
  await expectOnce(collector, manyNames(5))
})

for (const [title, leave] of Object.entries({
  'is closed': (page: Page) => page.close(),
  'is left': (page: Page, collector: HostileCollector) => page.goto(collector.page('<p>elsewhere')),
  'is loaded again': (page: Page) => page.reload(),
}))
  test(`what was armed does not arrive a second time when the page ${title}`, async ({ page, collector, context }) => {
    await openArmed(page, collector, 10)
    await leave(page, collector)
    await expectOnce(collector, manyNames(10))
    await nextPageView(await context.newPage(), collector)
    await expectOnce(collector, manyNames(10))
    expect(collector.exports()).toHaveLength(1)
  })

test('what has left is no longer armed: a crash after it sends nothing', async ({ page, collector, context }) => {
  await openArmed(page, collector, 10)
  await flush(page)
  await crash(page)
  await nextPageView(await context.newPage(), collector)
  await expectOnce(collector, manyNames(10))
  expect(collector.exports()).toHaveLength(1)
})

test('with deferred: false nothing is armed, and a crash loses what waited', async ({ page, collector, context }) => {
  await openPage(page, collector, { deferred: false }, COUNT_ARMED)
  await endSpans(page, 'a')
  await flush(page)
  await endSpans(page, 'b')
  await page.waitForTimeout(500) // longer than arming takes where it is on
  expect(await page.title()).toBe('armed 0')
  await crash(page)
  await nextPageView(await context.newPage(), collector)
  await expectOnce(collector, ['a'])
})

test('what is kept on the device survives a crash and arrives with the next page', async ({
  page,
  collector,
  context,
}) => {
  await openInBackoff(page, collector, 600)
  await crash(page)
  await nextPageView(await context.newPage(), collector)
  await expectOnce(collector, ['a'])
})

test('a span that is open when a hidden page crashes arrives, marked, once', async ({ page, collector, context }) => {
  await openPage(page, collector)
  await outboxIsOpen(page)
  await page.evaluate(() => void telemetry.startSpan('open'))
  await turn(page, 'hidden')
  expect(namesOf(collector)).toEqual([])
  await crash(page)
  await expectOnce(collector, ['open'])
  expect(collector.spans()[0]?.attributes['codomyrmex.unfinished']).toBe('page_exit')
  await nextPageView(await context.newPage(), collector)
  await expectOnce(collector, ['open'])
})

for (const [what, script] of Object.entries({
  'refuses by its quota': `globalThis.fetchLater = () => { throw new DOMException('full', 'QuotaExceededError') }`,
  'is missing': 'delete globalThis.fetchLater',
}))
  test(`where fetchLater ${what} spans leave as ever`, async ({ page, collector }) => {
    await openPage(page, collector, { batch: { scheduledDelay: 800 } }, `<script>${script}</script>`)
    await endSpans(page, 'a')
    await expectOnce(collector, ['a'])
    await endSpans(page, 'b')
    await page.close()
    await expectOnce(collector, ['a', 'b'])
  })

test('the page’s own deferred requests may have spent the quota: an exit does not need it', async ({
  page,
  collector,
}) => {
  const own = `<script>
    globalThis.kept = fetchLater('/v1/traces?own', { method: 'POST', body: 'x'.repeat(60_000) })
    globalThis.refusals = 0
    const real = globalThis.fetchLater
    globalThis.fetchLater = (...args) => {
      try { return real(...args) } catch (error) { globalThis.refusals++; throw error }
    }
  </script>`
  await openPage(page, collector, {}, own + COUNT_ARMED)
  await outboxIsOpen(page)
  await endMany(page, 50, 200) // more than the page has left
  await isArmed(page)
  expect(await page.evaluate('refusals')).toBe(1)
  await page.close()
  await collector.waitFor(() => collector.spanCount() === 50)
  expect(namesOf(collector)).toEqual(manyNames(50).sort())
  expect(duplicateNames(collector)).toEqual([])
})

test('arming is not counted as sending', async ({ page, collector }) => {
  await openArmed(page, collector, 10)
  expect(await statsOf(page)).toMatchObject({ queued: 10, exported: 0, stored: 0, dropped: {} })
  expect(collector.requests).toEqual([])
})
