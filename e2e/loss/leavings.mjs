// @ts-check
/** @typedef {import('playwright').Page} Page */
/**
 * @typedef {object} Scene
 * @property {import('./browserWithProfile.mjs').BrowserWithProfile} browser
 * @property {Page} page the one whose spans have just ended
 * @property {string} elsewhere a page without telemetry, of the same origin
 * @property {string} otherSite one of another site
 */
/**
 * @typedef {object} Leaving
 * @property {string} title
 * @property {(scene: Scene) => Promise<unknown>} [before] in the moment before the spans
 * @property {(scene: Scene) => Promise<unknown>} act resolves when it has happened
 * @property {boolean} [onlyChromium] needs Chromium's tools
 * @property {boolean} [isYoung] what a page loads later has not come by then: its spans leave as JSON, of which fewer fit
 * @property {boolean} [mayLose] nobody can promise that these spans arrive
 */

// Longer than the delay after which either contestant sends by itself: the first try happens offline.
const OFFLINE_MS = 6000

/** @param {Scene} scene */
const closeTab = ({ page }) => Promise.all([page.waitForEvent('close'), page.close({ runBeforeUnload: true })])

/**
 * The ways to leave a page, as visitors do it.
 * @type {Readonly<Record<string, Leaving>>}
 */
export const LEAVINGS = {
  close: {
    title: 'close tab',
    act: closeTab,
  },
  young: {
    title: 'close tab before the second part came',
    isYoung: true,
    act: closeTab,
  },
  browser: { title: 'close browser', mayLose: true, act: ({ browser }) => browser.close() },
  navigate: {
    title: 'navigate, same origin',
    act: ({ page, elsewhere }) => page.goto(elsewhere),
  },
  other: {
    title: 'navigate, other origin',
    act: ({ page, otherSite }) => page.goto(otherSite),
  },
  reload: { title: 'reload', act: ({ page }) => page.reload() },
  hide: {
    title: 'hide',
    onlyChromium: true,
    async act({ browser, page }) {
      const front = await browser.context().newPage()
      await front.bringToFront()
      await page.waitForFunction(() => document.visibilityState === 'hidden', null, { polling: 10 })
    },
  },
  crash: {
    title: 'renderer crash',
    onlyChromium: true,
    mayLose: true,
    async act({ page }) {
      const session = await page.context().newCDPSession(page)
      const crashed = page.waitForEvent('crash')
      session.send('Page.crash').catch(() => {}) // it has no answer, since there is nobody left to give it
      await crashed
    },
  },
  offline: {
    title: 'offline, then online',
    onlyChromium: true,
    before: ({ page }) => page.context().setOffline(true),
    async act({ page }) {
      await page.waitForTimeout(OFFLINE_MS)
      await page.context().setOffline(false)
    },
  },
}
