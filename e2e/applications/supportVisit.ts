import type { Page } from '@playwright/test'
import type { Application } from './supportBuild'
import { judge, type SeenSpan, type Visit } from './supportJudge'
import { startApplicationServer } from './supportServer'
import { actOut, type Visitor } from './supportStory'
import { until } from './supportUntil'

declare global {
  /** In the page of an application: the spans that have ended. */
  var spans: () => readonly SeenSpan[]
}

/** In Firefox by script: there Playwright takes a second for one click of the mouse. */
function visitorOf(page: Page): Visitor {
  const isFirefox = page.context().browser()?.browserType().name() === 'firefox'
  return {
    open: async (url) => void (await page.goto(url)),
    async click(id) {
      const element = page.locator(`#${id}`)
      await (isFirefox ? element.dispatchEvent('click') : element.click())
    },
    async settled(requests) {
      const ids = requests.flatMap(({ traceparent }) => traceparent?.split('-')[2] ?? [])
      const hasAll = () =>
        page.evaluate((wanted) => wanted.every((id) => spans().some(({ spanId }) => spanId === id)), ids)
      await until(() => 'every request has ended its span', hasAll)
      // Frameworks show what has changed from a timer or a frame.
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 10))))
    },
    goBack: () => page.evaluate(() => history.back()),
  }
}

/** Visits an application that was built into the folder, and judges whose span everything had. */
export async function visit(page: Page, { body, requests }: Application, outDir: string): Promise<Visit> {
  const server = await startApplicationServer(outDir, body ?? '<div id="app"></div>')
  try {
    await actOut(visitorOf(page), server, requests)
    return judge(await page.evaluate(() => spans()), server.answered)
  } finally {
    await page.goto('about:blank') // the page goes before its server
    await server.close()
  }
}
