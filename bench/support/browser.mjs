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

/**
 * Gives what tells the bytes that the page keeps, after a collection.
 * @param {Lab} lab
 * @param {Page} page
 * @returns {Promise<() => Promise<number>>}
 */
export async function watchHeap(lab, page) {
  const cdp = await lab.inspect(page)
  return async () => {
    for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize } = await cdp.send('Runtime.getHeapUsage')
    return usedSize + (backingStorageSize ?? 0) // typed arrays lie outside of the heap
  }
}
