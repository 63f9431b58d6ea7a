import { serveModule } from './support/serveModule'
import { expect, openLab, test } from './support/test'

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

test('what a page sees of promises is the same bare, after a span and inside one @engines', async ({ page, lab }) => {
  await openLab(page, lab)
  const module = serveModule(lab, 'samePage/promiseProbes.ts')
  const runs = await page.evaluate(
    async ([path, seeds]) => {
      const { promiseProbes } = (await import(path)) as typeof import('./samePage/promiseProbes')
      const { then } = Promise.prototype
      const probes = (seed: number) =>
        promiseProbes(
          (promise, settled) =>
            void then.call(
              promise,
              (value) => settled(`fulfilled with ${Array.isArray(value) ? value.map(String).join() : String(value)}`),
              (reason) => settled(`rejected with ${reason instanceof Error ? reason.name : String(reason)}`),
            ),
          seed,
          400,
        )
      const all = async (run: (seed: number) => Promise<string[]>) => {
        const logs = []
        for (const seed of seeds) logs.push(await run(seed))
        return logs
      }
      const bare = await all(probes)
      api.startTelemetry({ serviceName: 'promises', processors: [] })
      await api.withSpan('first', () => (async () => {})())
      const after = await all(probes)
      const inside = await all((seed) => api.withSpan('probing', () => probes(seed)))
      return seeds.map((_, at) => [bare[at]!, after[at]!, inside[at]!, [api.getCurrentSpan()]] as const)
    },
    [module, SEEDS] as const,
  )
  for (const [bare, after, inside, left] of runs) {
    expect(bare.length).toBeGreaterThan(400)
    expect(after).toEqual(bare)
    expect(inside).toEqual(bare)
    expect(left).toEqual([null])
  }
})
