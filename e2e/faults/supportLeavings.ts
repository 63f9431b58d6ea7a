import type { Page } from '@playwright/test'
import type { HostileCollector } from '../support/hostileCollector/contract'
import { turn } from './supportPage'

/** One way that visitors leave a page. */
export interface Leaving {
  readonly title: string
  act(page: Page, collector: HostileCollector): Promise<unknown>
  /** The browser says that the page will not come back. */
  readonly isFinal: boolean
}

// Each waits for the next page to load: a tab that is closed right after a navigation has begun can keep Playwright waiting for ever.

/** Where Playwright turns the back/forward cache off. */
export const LEAVINGS: readonly Leaving[] = [
  { title: 'the tab is closed', isFinal: true, act: (page) => page.close() },
  {
    title: 'the tab is closed with its unload handlers',
    isFinal: true,
    act: (page) => Promise.all([page.waitForEvent('close'), page.close({ runBeforeUnload: true })]),
  },
  {
    title: 'the visitor goes to another page of the site',
    isFinal: true,
    act: (page, collector) => page.goto(collector.page('<p>elsewhere')),
  },
  {
    title: 'the visitor goes to another site',
    isFinal: true,
    act: (page, collector) => page.goto(collector.page('<p>elsewhere').replace(collector.url, collector.otherUrl)),
  },
  { title: 'the page is loaded again', isFinal: true, act: (page) => page.reload() },
  { title: 'the page hides', isFinal: false, act: (page) => turn(page, 'hidden') },
]

export const CLOSING = LEAVINGS.filter(({ isFinal }) => isFinal)

/** A crash of the page's process, by Chromium's tools. */
export async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const crashed = page.waitForEvent('crash')
  session.send('Page.crash').catch(() => {}) // there is nobody left to answer
  await crashed
}
