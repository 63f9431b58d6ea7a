import { expect } from '@playwright/test'
import type { EngineTest } from './support/engineTest'
import { serveModule } from './support/serveModule'
import { openLab } from './support/test'
import { expectedLines, told, walkPoints } from './support/walkPoints'

const POINTS_AT_LEAST = 370 // of 440 that can be tried; WebKitGTK lacks most of the rest

/** What context must do in every engine, to be run by the test of each. */
export function contextTests(test: EngineTest): void {
  test('at every point of the list the context is the one that the rule gives, and never another flow’s @engines', async ({
    enginePage: page,
    lab,
  }, testInfo) => {
    test.setTimeout(180_000)
    await openLab(page, lab, '', 'telemetry.full.min.js') // without an exporter nothing is loaded later
    await page.evaluate(() => void api.startTelemetry({ serviceName: 'points', processors: [] }))
    const results = await walkPoints(page, serveModule(lab, 'contextPoints.ts'))
    for (const { name, isThere } of results)
      if (!isThere) testInfo.annotations.push({ type: 'not in this engine', description: name })
    expect(told(results)).toEqual(expectedLines(results))
    expect(results.filter(({ isThere }) => isThere).length).toBeGreaterThan(POINTS_AT_LEAST)
  })
  test('an error that nobody catches is of the span whose task threw it, or of none @engines', async ({
    enginePage: page,
    engine,
    lab,
  }) => {
    await openLab(page, lab)
    const runs = await page.evaluate(
      async ([path, seeds, alone]) => {
        const { failingRuns } = (await import(path)) as typeof import('./samePage/failingTasks')
        api.startTelemetry({ serviceName: 'errors', processors: [] })
        return await failingRuns(seeds, 60, alone)
      },
      [serveModule(lab, 'samePage/failingTasks.ts'), [1, 2, 3, 4, 5], engine.startsWith('WebKit')] as const,
    )
    for (const { said, right } of runs) expect(said).toEqual(right)
    expect(runs.map(({ right }) => Object.keys(right).length).filter((count) => count < 60)).toEqual([])
  })
  test('a listener runs in the span of whoever dispatches, wherever it was added @engines', async ({
    enginePage: page,
    lab,
  }) => {
    await openLab(page, lab)
    const seen = await page.evaluate(() => {
      api.startTelemetry({ serviceName: 'listeners', processors: [] })
      const target = new EventTarget()
      const seen: string[] = []
      const names = new Map<string, string>()
      const listen = (who: string) =>
        target.addEventListener('news', () => {
          const span = api.getCurrentSpan()
          seen.push(`${who}: ${span ? names.get(span.getSpanId()) : 'none'}`)
        })
      const inSpan = (name: string, run: () => void) =>
        api.withSpan(name, (span) => {
          names.set(span.getSpanId(), name)
          run()
        })
      inSpan('first', () => listen('with'))
      listen('without')
      inSpan('dispatching', () => target.dispatchEvent(new Event('news')))
      target.dispatchEvent(new Event('news'))
      return seen
    })
    // Dispatching is a call: what a function called from a span does is the span's work too.
    expect(seen).toEqual(['with: dispatching', 'without: dispatching', 'with: none', 'without: none'])
  })
}
