import type { BrowserContext, Page } from '@playwright/test'
import { chromiumPath } from '../support/chromiumPath'
import { launchWithTabs } from '../support/launchWithTabs'
import { crash } from './supportLeavings'
import { endMany, endSpans, expectOnce, flush, manyNames, nextPageView, openPage, outboxIsOpen } from './supportPage'
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

test('a page that hides, freezes and resumes sends everything once', async ({ tabs, collector }) => {
  const page = await tabs.newPage()
  await openPage(page, collector)
  await endSpans(page, 'shown')
  await hide(page)
  await expectOnce(collector, ['shown'])
  await endSpans(page, 'hidden')
  await expectOnce(collector, ['hidden', 'shown'])
  const session = await tabs.newCDPSession(page)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await show(page)
  await endSpans(page, 'shown again')
  await flush(page)
  await expectOnce(collector, ['hidden', 'shown', 'shown again'])
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
