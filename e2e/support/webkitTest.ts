import { test as base } from '@playwright/test'
import type { EnginePage } from './enginePage'
import { type Lab, startLab } from './startLab'
import { startWebkitGtk } from './webkitGtk.mjs'

interface TestFixtures {
  /** WebKitGTK's window. */
  readonly enginePage: EnginePage
  /** Its name and version. */
  readonly engine: string
  /** A fresh origin and collector for this test. */
  readonly lab: Lab
}

interface WorkerFixtures {
  readonly webkitGtk: Awaited<ReturnType<typeof startWebkitGtk>>
}

/** The tests of every engine in WebKitGTK, which Playwright cannot drive: nothing here asks for a browser of Playwright's. */
export const webkitTest = base.extend<TestFixtures, WorkerFixtures>({
  webkitGtk: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of other fixtures from this pattern
    async ({}, use) => {
      const webkitGtk = await startWebkitGtk(process.env['WEBKIT_PATH'] || 'WebKitWebDriver')
      await use(webkitGtk)
      await webkitGtk.close()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  engine: ({ webkitGtk: { version } }, use) => use(`WebKitGTK ${version}`),
  enginePage: async ({ webkitGtk: { driver } }, use) => {
    await use({
      goto: (url) => driver.get(url),
      async evaluate<R, A>(run: (argument: A) => R | Promise<R>, argument?: A): Promise<R> {
        const answer = JSON.parse(await driver.executeAsyncScript<string>(IN_PAGE, String(run), argument ?? null))
        if (answer === null) throw new Error('the page has not answered: it was left, or its script was stopped')
        if ('failure' in answer) throw new Error(answer.failure)
        return answer.value
      },
      mouse: { click: (x, y) => driver.actions().move({ x, y }).click().perform() },
      keyboard: { press: (key) => driver.actions().sendKeys(key).perform() },
    })
  },
  lab: async ({ webkitGtk: { driver } }, use) => {
    const lab = await startLab()
    await use(lab)
    await driver.get('about:blank') // the page goes before its server
    await lab.close()
  },
})

/** Calls the function that comes as text, and answers with JSON. */
const IN_PAGE = `
  const [text, argument, done] = arguments
  const failed = (error) => done(JSON.stringify({ failure: String(error?.stack ?? error) }))
  try {
    const run = (0, eval)('(' + text + ')')
    Promise.resolve(run(argument)).then((value) => done(JSON.stringify({ value })), failed)
  } catch (error) {
    failed(error)
  }
`
