import type { Page, Request } from '@playwright/test'
import type { Lab } from './support/startLab'
import { expect, openLab, test } from './support/test'

// The file for script tags has two parts: what a page does before the second one has come, and where it never comes. Random plays of
// the same are in test/export/firstPart.test.ts.

const SECOND_PART = '**/telemetry.delivery.*.min.js*'

const arrived = (lab: Lab, count = 1) =>
  lab.collector.waitFor(() => lab.collector.store.spans().length === count && lab.collector.store.spans())

const exportsOf = (lab: Lab) =>
  lab.collector.requests.filter(({ method }) => method === 'POST').map(({ headers }) => headers['content-type'])

/** What the page asks of the second part. */
function asksOf(page: Page): string[] {
  const asks: string[] = []
  page.on('request', (request: Request) => {
    if (request.url().includes('telemetry.delivery.')) asks.push(request.url())
  })
  return asks
}

const start = (page: Page, options: object = {}) =>
  page.evaluate((given) => {
    api.startTelemetry({ serviceName: 'young', ...given })
    api.withSpan('first', () => {})
  }, options)

test('it comes within two seconds of the first span, once, and exports are then as they were asked for @engines', async ({
  page,
  lab,
}) => {
  const asks = asksOf(page)
  await openLab(page, lab)
  await page.evaluate(() => void api.startTelemetry({ serviceName: 'young', batch: { scheduledDelay: 100 } }))
  await page.waitForTimeout(500)
  expect(asks).toEqual([]) // no span, nothing to deliver
  await page.evaluate(() => void api.withSpan('first', () => {}))
  await expect.poll(() => asks.length, { timeout: 2000 }).toBe(1)
  await arrived(lab)
  await page.evaluate(() => void api.withSpan('second', () => {}))
  await arrived(lab, 2)
  expect([asks.length, exportsOf(lab)]).toEqual([1, ['application/x-protobuf', 'application/x-protobuf']])
})

// Of Firefox, which Playwright does not let go on while it holds a request back, the next test shows it.
test('spans of a page that is left before it has come arrive as JSON', async ({ page, lab }) => {
  await page.route(SECOND_PART, () => {})
  await openLab(page, lab)
  await page.evaluate(() => {
    api.startTelemetry({ serviceName: 'young' })
    api.withSpan('first', () => {})
    location.href = '/lab/echo'
  })
  await page.waitForURL('**/lab/echo')
  expect((await arrived(lab)).map(({ name }) => name)).toEqual(['first'])
  expect(exportsOf(lab)).toEqual(['application/json'])
})

test('where it cannot be loaded the page is told once, the spans wait, and leave with the page @engines', async ({
  page,
  lab,
  told,
}) => {
  await page.route(SECOND_PART, (route) => route.abort())
  await openLab(page, lab)
  await start(page, { batch: { scheduledDelay: 10 } })
  await expect.poll(() => told.filter((line) => line.includes('cannot be loaded')).length).toBe(1)
  await page.evaluate(() => {
    for (let i = 0; i < 50; i++) api.withSpan('later', () => {})
  })
  await page.waitForTimeout(300)
  expect(exportsOf(lab)).toEqual([])
  await page.close()
  await arrived(lab, 51)
  expect(new Set(exportsOf(lab))).toEqual(new Set(['application/json']))
  expect(lab.collector.store.stats().duplicates).toBe(0)
})

test('where it cannot be loaded what is flushed leaves as JSON @engines', async ({ page, lab }) => {
  await page.route(SECOND_PART, (route) => route.abort())
  await openLab(page, lab)
  await start(page)
  await page.evaluate(() => void api.startTelemetry().forceFlush())
  expect((await arrived(lab)).map(({ name }) => name)).toEqual(['first'])
  await page.evaluate(() => {
    api.withSpan('second', () => {})
    void api.startTelemetry().forceFlush()
  })
  expect((await arrived(lab, 2)).map(({ name }) => name)).toEqual(['first', 'second'])
  expect(new Set(exportsOf(lab))).toEqual(new Set(['application/json']))
})

test('stored spans of an earlier page leave with a page that makes none', async ({ page, lab }) => {
  let isBusy = true
  await page.route('**/v1/traces', (route) => (isBusy ? route.fulfill({ status: 503 }) : route.continue()))
  await openLab(page, lab)
  await start(page, { batch: { scheduledDelay: 10 } })
  await page.waitForFunction(() => api.startTelemetry().stats().stored === 1)
  isBusy = false
  await page.reload()
  await page.waitForFunction(() => typeof api === 'object')
  await page.evaluate(() => void api.startTelemetry({ serviceName: 'young' }))
  expect((await arrived(lab)).map(({ name }) => name)).toEqual(['first'])
})

test('where it cannot be loaded a logout is over, forgets what waits, and the rest when it has come @engines', async ({
  page,
  lab,
}) => {
  await page.route(SECOND_PART, (route) => route.abort())
  await openLab(page, lab)
  await start(page)
  const dropped = await page.evaluate(async () => {
    const counts: unknown[] = []
    api.on('spans_dropped', ({ count, reason }) => counts.push([count, reason]))
    await api.startTelemetry().clearOutbox()
    return counts
  })
  expect(dropped).toEqual([[1, 'outbox_cleared']])
  await page.unroute(SECOND_PART)
  await page.evaluate(() => {
    dispatchEvent(new Event('online'))
    api.withSpan('after', () => {})
  })
  await page.evaluate(() => void api.startTelemetry().forceFlush())
  expect((await arrived(lab)).map(({ name }) => name)).toEqual(['after'])
})

test('what could not be loaded is asked for again when the network is back @engines', async ({ page, lab }) => {
  await page.route(SECOND_PART, (route) => route.abort())
  const asks = asksOf(page)
  await openLab(page, lab)
  await start(page, { batch: { scheduledDelay: 10 } })
  await expect.poll(() => asks.length).toBe(1)
  await page.waitForTimeout(200)
  await page.unroute(SECOND_PART)
  await page.evaluate(() => void dispatchEvent(new Event('online')))
  expect((await arrived(lab)).map(({ name }) => name)).toEqual(['first'])
  expect(exportsOf(lab)).toEqual(['application/x-protobuf'])
})

test('a page that hides at once hears a collector that is busy, and its spans arrive later', async ({ page, lab }) => {
  let isBusy = true
  await page.route('**/v1/traces', (route) => (isBusy ? route.fulfill({ status: 503 }) : route.continue()))
  await openLab(page, lab)
  await page.evaluate(() => {
    api.startTelemetry({ serviceName: 'young' })
    api.withSpan('first', () => {})
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  })
  await page.waitForTimeout(500)
  expect(lab.collector.store.spans()).toEqual([])
  isBusy = false
  expect((await arrived(lab)).map(({ name }) => name)).toEqual(['first'])
})

test('what passes the budget of a page that is left at once comes with the next page', async ({ page, lab }) => {
  await openLab(page, lab)
  await page.evaluate(() => {
    api.startTelemetry({ serviceName: 'young' })
    for (let i = 0; i < 300; i++) api.startSpan(`span ${i}`, { attributes: { text: 'x'.repeat(500) } }).end()
    location.reload()
  })
  await page.waitForFunction(() => typeof api === 'object')
  await start(page, { batch: { scheduledDelay: 10 } })
  await arrived(lab, 301)
  expect(lab.collector.store.stats().duplicates).toBe(0)
})

test('the file with both parts asks for nothing', async ({ page, lab }) => {
  const asks = asksOf(page)
  await page.goto(
    lab.page(
      '<script type="module" src="/telemetry.full.min.js" data-service-name="whole" data-batch-scheduled-delay="10"></script>',
    ),
  )
  await page.evaluate(async () => {
    const { withSpan } = (await import('/telemetry.full.min.js' as string)) as typeof api
    withSpan('first', () => {})
  })
  await arrived(lab)
  expect([asks, exportsOf(lab)]).toEqual([[], ['application/x-protobuf']])
})
