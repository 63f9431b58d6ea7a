import type { Page } from '@playwright/test'
import type { rejectionEvents } from './samePage/rejections'
import { serveModule } from './support/serveModule'
import { expect, openLab, test } from './support/test'

type Run = Parameters<typeof rejectionEvents>[0]
type Where = 'outside' | 'inside' | 'withSpan'

function eventsOf(page: Page, module: string, where: Where) {
  return page.evaluate(
    async ([path, where]) => {
      const { rejectionEvents } = (await import(path)) as typeof import('./samePage/rejections')
      const call: Run = (work) => work()
      if (where === 'inside') return await api.withSpan('span', () => rejectionEvents(call))
      return await rejectionEvents(where === 'outside' ? call : (work) => api.withSpan('span', work))
    },
    [module, where] as const,
  )
}

/** What fails behind an `await` of a promise, which takes a few microtasks more inside a span. */
const BEHIND_AWAIT = /behind await|awaits a rejected promise|generator/

for (const [where, name] of [
  ['outside', 'outside of spans'],
  ['inside', 'inside a span'],
  ['withSpan', 'of what withSpan gives back'],
] as const)
  test(`the events of unhandled rejections ${name} are those of a page without us @engines`, async ({ page, lab }) => {
    const module = serveModule(lab, 'samePage/rejections.ts')
    await page.goto(lab.page(''))
    const without = await eventsOf(page, module, 'outside')
    expect(without).toHaveLength(13)

    await openLab(page, lab)
    await page.evaluate(async () => {
      api.startTelemetry({ serviceName: 'rejections', processors: [] })
      await api.withSpan('first', () => (async () => {})())
    })
    const events = await eventsOf(page, module, where)
    if (where === 'outside') {
      expect(events).toEqual(without)
      return
    }
    const isAtOnce = (event: string) => !BEHIND_AWAIT.test(event)
    expect(events.filter(isAtOnce)).toEqual(without.filter(isAtOnce))
    expect([...events].sort()).toEqual([...without].sort())
  })
