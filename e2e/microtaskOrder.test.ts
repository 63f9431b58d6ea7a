import type { Page } from '@playwright/test'
import { serveModule } from './support/serveModule'
import { expect, openLab, test } from './support/test'

/** Opens a page with us where a span was active before. */
async function openAfterSpan(page: Page, lab: Parameters<typeof openLab>[1]): Promise<void> {
  await openLab(page, lab)
  await page.evaluate(async () => {
    api.startTelemetry({ serviceName: 'microtasks', processors: [] })
    await api.withSpan('first', () => (async () => {})())
  })
}

test('microtasks outside of spans come in the very order of a page without us @engines', async ({ page, lab }) => {
  const module = serveModule(lab, 'samePage/microtaskOrder.ts')
  const order = () =>
    page.evaluate(
      async (path) => ((await import(path)) as typeof import('./samePage/microtaskOrder')).interleaved(),
      module,
    )
  await page.goto(lab.page(''))
  const without = await order()
  expect(without.length).toBeGreaterThan(50)
  await openAfterSpan(page, lab)
  expect(await order()).toEqual(without)
})

test('inside a span an await of a promise takes at most three microtasks for each one, and nothing else more @engines', async ({
  page,
  lab,
}) => {
  const module = serveModule(lab, 'samePage/microtaskOrder.ts')
  await openAfterSpan(page, lab)
  const { outside, inside } = await page.evaluate(async (path) => {
    const { microtasks } = (await import(path)) as typeof import('./samePage/microtaskOrder')
    return { outside: await microtasks(), inside: await api.withSpan('span', microtasks) }
  }, module)
  expect(inside.plain).toEqual(outside.plain)
  const tooMany = Object.entries(inside.awaiting).filter(([name, counts]) =>
    counts.some((count, index) => count + 1 > 3 * ((outside.awaiting[name]?.[index] ?? 0) + 1)),
  )
  expect(tooMany).toEqual([])
})
