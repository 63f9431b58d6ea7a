import { expect } from '@playwright/test'
import type { EngineTest } from './support/engineTest'
import { serveModule } from './support/serveModule'
import { openLab } from './support/test'

const SEEDS = [1, 7, 1234]
const FLOWS = 500 // of each seed, all at once
const STEPS = 12

/** Imports of the unit tests' flows, and what stands in for them in a page. */
const IN_PAGE = {
  vitest: 'stress/flowHost.ts',
  '../../src/context/context': 'stress/flowHost.ts',
  './contexts': 'stress/flowHost.ts',
}

const MIN_POINTS = 20_000 // of all seeds together

/** Flows by the hundred that share each other's promises, listeners and tasks, to be run by the test of each engine. */
export function stressTests(test: EngineTest): void {
  test('hundreds of flows at once never see a span that is not theirs, and lose none of their own @engines', async ({
    enginePage: page,
    lab,
  }) => {
    test.setTimeout(120_000)
    await openLab(page, lab)
    const module = serveModule(lab, 'stress/inPage.ts', IN_PAGE)
    await page.evaluate(async (path) => {
      await import(path) // keeps a timer and a `then` from before us
      api.startTelemetry({ serviceName: 'stress', processors: [] })
    }, module)
    let looks = 0
    for (const seed of SEEDS) {
      const result = await page.evaluate(
        async ([path, ...numbers]) => ((await import(path)) as typeof import('./stress/inPage')).stress(...numbers),
        [module, seed, FLOWS, STEPS] as const,
      )
      const { points, ...found } = result
      expect({ seed, ...found }).toEqual({ seed, wrong: {}, lost: {}, left: null })
      looks += points
    }
    expect(looks).toBeGreaterThan(MIN_POINTS)
  })
}
