import type { TelemetryOptions } from '@codomyrmex/telemetry'
import type { BrowserContext, Page } from '@playwright/test'
import { chromiumPath } from '../support/chromiumPath'
import type { HostileCollector } from '../support/hostileCollector/contract'
import { launchWithTabs } from '../support/launchWithTabs'
import { crash } from './supportLeavings'
import {
  endMany,
  endSpans,
  expectOnce,
  flush,
  keptBodies,
  LONG_MS,
  manyNames,
  nextPageView,
  openInBackoff,
  openPage,
  outboxIsOpen,
  statsOf,
  statusesOf,
} from './supportPage'
import { test as base, expect } from './supportTest'

/** A browser whose tabs hide each other: in the one that Playwright launches every tab stays visible. */
const test = base.extend<{ readonly tabs: BrowserContext }>({
  tabs: async ({ launchOptions }, use) => {
    const { context, close } = await launchWithTabs(chromiumPath(launchOptions))
    await use(context)
    await close()
  },
})

async function hide(page: Page): Promise<void> {
  const front = await page.context().newPage()
  await front.bringToFront()
  await page.waitForFunction(() => document.visibilityState === 'hidden', null, { polling: 20 })
}

async function show(page: Page): Promise<void> {
  await page.bringToFront()
  await page.waitForFunction(() => document.visibilityState === 'visible', null, { polling: 20 })
}

/** A tab in front whose outbox is open. */
async function openTab(tabs: BrowserContext, collector: HostileCollector, options: TelemetryOptions = {}) {
  const page = await tabs.newPage()
  await openPage(page, collector, options)
  await outboxIsOpen(page)
  return page
}

/** The browser puts a hidden page to sleep, and the page hears of it. */
async function freeze(page: Page): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page)
  await page.evaluate(() => {
    for (const type of ['freeze', 'resume']) document.addEventListener(type, () => console.log(type))
  })
  const frozen = page.waitForEvent('console', (message) => message.text() === 'freeze')
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  await frozen
  return async () => {
    const resumed = page.waitForEvent('console', (message) => message.text() === 'resume')
    await session.send('Page.setWebLifecycleState', { state: 'active' })
    await resumed
  }
}

test('a page that hides, freezes and resumes sends everything once', async ({ tabs, collector }) => {
  const page = await tabs.newPage()
  await openPage(page, collector)
  await endSpans(page, 'shown')
  await hide(page)
  await expectOnce(collector, ['shown'])
  await endSpans(page, 'hidden')
  await expectOnce(collector, ['hidden', 'shown'])
  const thaw = await freeze(page)
  await thaw()
  await show(page)
  await endSpans(page, 'shown again')
  await flush(page)
  await expectOnce(collector, ['hidden', 'shown', 'shown again'])
})

test('what ends in a hidden page that was frozen is kept while the collector wants to be left alone', async ({
  tabs,
  collector,
}) => {
  const page = await tabs.newPage()
  await openInBackoff(page, collector, 600)
  await hide(page)
  const thaw = await freeze(page)
  await thaw()
  expect(await page.evaluate(() => document.visibilityState)).toBe('hidden')
  await outboxIsOpen(page)
  await endSpans(page, 'b')
  await expect.poll(() => keptBodies(page)).toBe(2)
  await page.close()
  expect(statusesOf(collector)).toEqual([503])
  await nextPageView(await tabs.newPage(), collector)
  await expectOnce(collector, ['a', 'b'])
})

test('a span that a hidden page has started arrives, marked, when the page is frozen and then killed', async ({
  tabs,
  collector,
}) => {
  const page = await openTab(tabs, collector)
  await hide(page)
  await page.evaluate(() => void telemetry.startSpan('open'))
  await freeze(page)
  await crash(page)
  await nextPageView(await tabs.newPage(), collector)
  await expectOnce(collector, ['open'])
  expect(collector.spans()[0]?.attributes['codomyrmex.unfinished']).toBe('page_exit')
})

test('a frozen page holds no database: another tab may delete it', async ({ tabs, collector }) => {
  const page = await openTab(tabs, collector)
  await hide(page)
  await freeze(page)
  const other = await tabs.newPage()
  await other.goto(collector.page('<p>other'))
  const ended = await other.evaluate(
    () =>
      new Promise((resolve) => {
        const deleting = indexedDB.deleteDatabase('codomyrmex-telemetry')
        for (const type of ['success', 'blocked', 'error']) deleting.addEventListener(type, () => resolve(type))
      }),
  )
  expect(ended).toBe('success')
})

test('a span that is open when the tab is put behind another is sent once, when it ends', async ({
  tabs,
  collector,
}) => {
  const page = await openTab(tabs, collector)
  await page.evaluate(() => {
    const open = telemetry.startSpan('open')
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && open.end())
  })
  await hide(page)
  await show(page)
  await hide(page)
  await expectOnce(collector, ['open'])
  expect(collector.spans()[0]?.attributes['codomyrmex.unfinished']).toBeUndefined()
})

test('a tab that is closed while it is behind another has sent its open span, marked, once', async ({
  tabs,
  collector,
}) => {
  const page = await openTab(tabs, collector)
  await page.evaluate(() => void telemetry.startSpan('open'))
  await hide(page)
  await page.close()
  await nextPageView(await tabs.newPage(), collector)
  await expectOnce(collector, ['open'])
  expect(collector.spans()[0]?.attributes['codomyrmex.unfinished']).toBe('page_exit')
})

test('a tab that crashes while it is behind another loses nothing and sends nothing twice', async ({
  tabs,
  collector,
}) => {
  const page = await openTab(tabs, collector)
  await endMany(page, 300)
  await hide(page)
  await crash(page)
  await nextPageView(await tabs.newPage(), collector)
  await expectOnce(collector, manyNames(300))
})

for (const [lane, options] of Object.entries({
  'the lane that is taken by default': {},
  'keepalive requests': { beacon: 'never' },
} satisfies Record<string, TelemetryOptions>))
  test(`spans that end in a hidden tab, whose timers are throttled, all arrive after a 503, each once, by ${lane}`, async ({
    tabs,
    collector,
  }) => {
    const page = await openTab(tabs, collector, options)
    await hide(page)
    collector.next({ status: 503, retryAfter: 1 })
    await endSpans(page, 'a')
    await collector.waitFor(() => collector.exports()[0]?.outcome === 'answered', LONG_MS)
    await endSpans(page, 'b', 'c')
    await expectOnce(collector, ['a', 'b', 'c'])
    await expect
      .poll(() => statsOf(page), { timeout: LONG_MS })
      .toMatchObject({ queued: 0, exported: 3, stored: 0, dropped: {} })
  })
