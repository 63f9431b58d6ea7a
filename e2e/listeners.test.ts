import { serveModule } from './support/serveModule'
import { expect, openLab, test } from './support/test'

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

test('listeners are added, called and removed as without us, and their options are read as often @engines', async ({
  page,
  lab,
}) => {
  await openLab(page, lab)
  const module = serveModule(lab, 'samePage/listenerCalls.ts')
  const runs = await page.evaluate(
    async ([path, seeds]) => {
      const { listenerCalls } = (await import(path)) as typeof import('./samePage/listenerCalls')
      const methods = () => ({
        add: EventTarget.prototype.addEventListener as (...args: unknown[]) => unknown,
        remove: EventTarget.prototype.removeEventListener as (...args: unknown[]) => unknown,
      })
      const bare = methods()
      api.startTelemetry({ serviceName: 'listeners', processors: [] })
      const ours = methods()
      if (ours.add === bare.add) throw new Error('nothing is wrapped')
      const calls = (by: typeof ours, seed: number) => listenerCalls(by, seed, 600, [null, undefined, 5])
      return seeds.map((seed) => [
        calls(bare, seed),
        calls(ours, seed),
        api.withSpan('adding', () => calls(ours, seed)),
        [api.getCurrentSpan()],
      ])
    },
    [module, SEEDS] as const,
  )
  for (const [bare, ours, inSpan, left] of runs) {
    expect(bare!.length).toBeGreaterThan(600)
    expect(ours).toEqual(bare)
    expect(inSpan).toEqual(bare)
    expect(left).toEqual([null])
  }
})

test('on a page that added no listener addEventListener is the platform’s again after shutdown() @engines', async ({
  page,
  lab,
}) => {
  await openLab(page, lab)
  const isSame = await page.evaluate(async () => {
    const { addEventListener, removeEventListener } = EventTarget.prototype
    const telemetry = api.startTelemetry({ serviceName: 'listeners', processors: [] })
    const during = EventTarget.prototype.addEventListener === addEventListener
    await telemetry.shutdown()
    return [
      during,
      EventTarget.prototype.addEventListener === addEventListener,
      EventTarget.prototype.removeEventListener === removeEventListener,
    ]
  })
  expect(isSame).toEqual([false, true, true])
})
