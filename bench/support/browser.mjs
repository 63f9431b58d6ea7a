// @ts-check
import { chromium } from 'playwright'
import { ensureChromium } from '../../e2e/support/ensureBrowser.mjs'
import { startServer } from './server.mjs'

/** @typedef {import('playwright').Page} Page */
/** @typedef {import('playwright').CDPSession} CDPSession */
/**
 * @typedef {object} Lab
 * @property {() => Promise<Page>} open an empty page of the server's origin, in a renderer process of its own
 * @property {(page: Page) => Promise<CDPSession>} inspect
 */

/**
 * Gives `work` a Chromium and a server with these scripts, and takes both away afterwards.
 * @template T
 * @param {Readonly<Record<string, string>>} scripts
 * @param {(lab: Lab) => Promise<T>} work
 */
export async function withBrowser(scripts, work) {
  const server = await startServer(scripts)
  const browser = await chromium.launch({ executablePath: await ensureChromium() })
  try {
    return await work({
      async open() {
        const page = await browser.newPage() // a new context each: pages of one context may share a process
        await page.goto(server.origin)
        return page
      },
      inspect: (page) => page.context().newCDPSession(page),
    })
  } finally {
    await browser.close()
    server.close()
  }
}

/**
 * Gives what tells the processor time of the page's main thread so far, in seconds.
 * @param {Lab} lab
 * @param {Page} page
 * @returns {Promise<() => Promise<number>>}
 */
export async function watchTasks(lab, page) {
  const cdp = await lab.inspect(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }
}
