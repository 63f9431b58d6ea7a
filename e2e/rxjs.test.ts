import type { Page } from '@playwright/test'
import { bundleModule } from './support/bundleModule'
import type { Lab } from './support/startLab'
import { allSaid, expect, openLab, test } from './support/test'

/** Pipelines that emit where another span is current than that of the flow that subscribed. */
const OTHERS: Readonly<Record<string, string | null>> = {
  'fromEvent, dispatched from outside': null, // in the span of whoever dispatches, here nobody
  'observeOn(asapScheduler)': 'first', // RxJS queues what several flows hand to it, and runs it all where the first of them called it
}

async function openRxjs(page: Page, lab: Lab, withUs: boolean): Promise<string> {
  const module = await bundleModule(lab, 'libraries/rxjsFlows.ts')
  if (!withUs) await page.goto(lab.page(''))
  else {
    await openLab(page, lab)
    await page.evaluate(() => void api.startTelemetry({ serviceName: 'rxjs', processors: [] }))
  }
  return module
}

test('pipelines of RxJS emit what they emit without us, each in the span of the flow that subscribed, queues in that of the first @engines', async ({
  page,
  lab,
  told,
}) => {
  const walk = async (withUs: boolean) =>
    page.evaluate(
      async (path) => ((await import(path)) as typeof import('./libraries/rxjsFlows')).rxjsPipelines(),
      await openRxjs(page, lab, withUs),
    )
  const values = (seen: Awaited<ReturnType<typeof walk>>) =>
    Object.values(seen).map((pipelines) =>
      Object.entries(pipelines).map(([name, pairs]) => [name, ...pairs.map(([value]) => value)]),
    )
  const without = await walk(false)
  const seen = await walk(true)
  expect(values(seen)).toEqual(values(without))
  for (const [who, pipelines] of Object.entries(seen)) {
    const owner = who === 'none' ? null : who
    const flows = Object.entries(pipelines).map(([name, pairs]) => [name, ...pairs.map(([, flow]) => flow)])
    const expected = Object.entries(pipelines).map(([name, pairs]) => [
      name,
      ...pairs.map(() => (name in OTHERS ? OTHERS[name] : owner)),
    ])
    expect({ who, flows }).toEqual({ who, flows: expected })
  }
  await allSaid(page)
  expect(told).toEqual([])
})

test('behind an await of firstValueFrom and its like the span is current @engines', async ({ page, lab }) => {
  const seen = await page.evaluate(
    async (path) => ((await import(path)) as typeof import('./libraries/rxjsFlows')).rxjsAwaited(),
    await openRxjs(page, lab, true),
  )
  const lines = (flow: string | null) => [0, 2, 'no', 1].map((value) => [value, flow])
  expect(seen).toEqual({ first: lines('first'), none: lines(null), second: lines('second') })
})

test('subscribers of a shared source are called in the span where the value comes from @engines', async ({
  page,
  lab,
}) => {
  const { emitted, seen } = await page.evaluate(
    async (path) => ((await import(path)) as typeof import('./libraries/rxjsFlows')).rxjsShared(),
    await openRxjs(page, lab, true),
  )
  const subject = 'a subject of which the second flow and then nobody emits'
  expect(emitted).toEqual({ [subject]: [1, 'second'] })
  expect(seen).toEqual({
    [subject]: [2, null],
    'the first subscriber of a shared interval': [0, 'first'],
    'the second subscriber of a shared interval': [0, 'first'],
  })
})
