import { bundleModule } from './support/bundleModule'
import { allSaid, expect, openLab, test } from './support/test'

const VALUES = [100, 200, 'sold out', 2, [300, 400], 1, 500, 3, 3]

/** What one flow sees: its span behind every call, and none in the callbacks that the other side calls by a message. */
function seenBy(flow: string | null) {
  const isThenable = (index: number) => index === VALUES.length - 1 // `await remote.property`: no promise but Comlink's proxy
  return {
    lines: VALUES.map((value, index) => [value, isThenable(index) ? null : flow]),
    told: [null, null],
  }
}

for (const over of ['a Worker', 'a MessageChannel'] as const)
  test(`calls of Comlink over ${over} give what they give without us, and keep the span of each flow @engines`, async ({
    page,
    lab,
    told,
  }) => {
    const module = await bundleModule(lab, 'libraries/comlinkFlows.ts')
    const worker = await bundleModule(lab, 'libraries/comlinkWorker.ts')
    const walk = () =>
      page.evaluate(
        async ([path, workerPath]) => {
          const { comlinkChannel, comlinkWorker } = (await import(path)) as typeof import('./libraries/comlinkFlows')
          return workerPath === null ? comlinkChannel() : comlinkWorker(workerPath)
        },
        [module, over === 'a Worker' ? worker : null] as const,
      )
    await page.goto(lab.page(''))
    const nobody = seenBy(null)
    expect(await walk()).toEqual({ first: nobody, none: nobody, second: nobody })

    await openLab(page, lab)
    await page.evaluate(() => void api.startTelemetry({ serviceName: 'comlink', processors: [] }))
    expect(await walk()).toEqual({ first: seenBy('first'), none: seenBy(null), second: seenBy('second') })
    await allSaid(page)
    expect(told).toEqual([])
  })
