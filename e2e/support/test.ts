import { readdirSync } from 'node:fs'
import { test as base, expect, type Page } from '@playwright/test'
import type { Demo } from '../../demo/server/demoOptions'
import { startDemo } from '../../demo/server/startDemo.mjs'
import type { EnginePage } from './enginePage'
import { type Lab, startLab } from './startLab'

declare global {
  /** In a page that `openLab` opened: everything that the built file exports. */
  var api: typeof import('@codomyrmex/telemetry')
}

interface TestFixtures {
  /** The page, for tests that run in every engine. */
  readonly enginePage: EnginePage
  /** Its name and version. */
  readonly engine: string
  /** A fresh origin and collector for this test. */
  readonly lab: Lab
  /** Messages of the page's console and errors that nobody caught. */
  readonly told: readonly string[]
}

interface WorkerFixtures {
  /** The demo as `npm start` serves it, backend included. */
  readonly demo: Demo
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  enginePage: ({ page }, use) => use(page),
  engine: ({ browser, browserName }, use) =>
    use(`${browserName.replace(/^./, (letter) => letter.toUpperCase())} ${browser.version()}`),
  lab: async ({ page }, use) => {
    const lab = await startLab()
    await use(lab)
    await page.close().catch(() => {})
    await lab.close()
  },
  told: async ({ page }, use) => {
    const told: string[] = []
    page.on('console', (message) => told.push(`${message.type()}: ${message.text()}`))
    page.on('pageerror', (error) => told.push(`uncaught: ${error.message}`))
    await use(told)
  },
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of other fixtures from this pattern
    async ({}, use) => {
      const demo = await startDemo({ port: 0, crossOrigin: true, log: () => {} })
      await use(demo)
      await demo.close()
    },
    { scope: 'worker' },
  ],
})

export { expect }

/** Resolves when what there was to say has been said: sentences are in the second part, which is asked for when the page has time. */
export async function allSaid(page: Pick<Page, 'evaluate'>): Promise<void> {
  const built = readdirSync(new URL('../../dist', import.meta.url))
  const secondPart = built.find((name) => /^telemetry\.delivery\..*\.js$/.test(name))
  await page.evaluate(async (url) => {
    await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 1500 })) // ours has one of 1000
    await import(url).catch(() => {})
    await new Promise((resolve) => setTimeout(resolve))
  }, `/${secondPart}`)
}

/** Opens an empty page that has imported the built file as `api`; `before` stands before it. */
export async function openLab(page: EnginePage, lab: Lab, before = '', file = 'telemetry.min.js'): Promise<void> {
  const start = `<script type="module">import * as api from '/${file}'; globalThis.api = api</script>`
  await page.goto(lab.page(before + start))
}
