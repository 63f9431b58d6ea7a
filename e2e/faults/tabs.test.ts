import type { BrowserContext, Page } from '@playwright/test'
import { chromiumPath } from '../support/chromiumPath'
import { launchWithTabs } from '../support/launchWithTabs'
import { crash } from './supportLeavings'
import {
  endMany,
  endSpans,
  expectOnce,
  flush,
  keptBodies,
  manyNames,
  nextPageView,
  openInBackoff,
  openPage,
  outboxIsOpen,
  statsOf,
  whenRead,
} from './supportPage'
import { test as base, expect } from './supportTest'

declare global {
  /** Events of the page's life, as they came. */
  var seen: string[]
}

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

/** The browser puts a hidden tab to sleep, and wakes it, still hidden. */
async function sleepAndWake(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: string[] = []
    for (const type of ['freeze', 'resume']) document.addEventListener(type, () => seen.push(type))
    globalThis.seen = seen
  })
  const session = await page.context().newCDPSession(page)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await page.waitForFunction(() => globalThis.seen.length === 2, null, { polling: 20 })
}

test('a page that hides, freezes and resumes sends everything once', async ({ tabs, collector }) => {
  const page = await tabs.newPage()
  await openPage(page, collector)
  await endSpans(page, 'shown')
  await hide(page)
  await expectOnce(collector, ['shown'])
  await endSpans(page, 'hidden')
  await expectOnce(collector, ['hidden', 'shown'])
  await sleepAndWake(page)
  await show(page)
  await endSpans(page, 'shown again')
  await flush(page)
  await expectOnce(collector, ['hidden', 'shown', 'shown again'])
})

test('what cannot leave a hidden tab that was frozen and woke arrives with the next page, once', async ({
  tabs,
  collector,
}) => {
  const page = await tabs.newPage()
  await openInBackoff(page, collector, 600)
  await hide(page)
  await sleepAndWake(page)
  await endSpans(page, 'b')
  await expect.poll(() => keptBodies(page)).toBe(2) // the freeze had closed the database
  await page.close()
  await nextPageView(await tabs.newPage(), collector)
  await expectOnce(collector, ['a', 'b'])
})

test('timers of a background tab are slow, and what the collector could not take leaves all the same, once', async ({
  tabs,
  collector,
}) => {
  const page = await tabs.newPage()
  await openPage(page, collector)
  await outboxIsOpen(page)
  await hide(page)
  collector.next({ status: 503, retryAfter: 1 })
  await endSpans(page, 'a')
  await whenRead(collector, 1)
  await endSpans(page, 'b')
  await expectOnce(collector, ['a', 'b'])
  expect(await statsOf(page)).toMatchObject({ dropped: {} })
})

test('a span that is open when the tab is put behind another is sent once, when it ends', async ({
  tabs,
  collector,
}) => {
  const page = await tabs.newPage()
  await openPage(page, collector)
  await outboxIsOpen(page)
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
  const page = await tabs.newPage()
  await openPage(page, collector)
  await outboxIsOpen(page)
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
  const page = await tabs.newPage()
  await openPage(page, collector)
  await outboxIsOpen(page)
  await endMany(page, 300)
  await hide(page)
  await crash(page)
  await nextPageView(await tabs.newPage(), collector)
  await expectOnce(collector, manyNames(300))
})
