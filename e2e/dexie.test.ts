import type { Page } from '@playwright/test'
import { bundleModule } from './support/bundleModule'
import type { Lab } from './support/startLab'
import { expect, openLab, test } from './support/test'

type Names = readonly (string | null)[]

const FLOWS: Names = ['first', null, 'second', 'third']

/** Walks the transactions on a page without us, or with us before or after Dexie was loaded. */
async function walk(page: Page, lab: Lab, order: 'without us' | Order, names: Names, isOpen: boolean) {
  const module = await bundleModule(lab, 'libraries/dexieFlows.ts')
  if (order === 'without us') await page.goto(lab.page(''))
  else await openLab(page, lab)
  return page.evaluate(
    async ([path, order, names, isOpen]) => {
      // What a callback of ours throws would leave a transaction open for ever.
      const failed = new Promise<never>((_, reject) =>
        addEventListener('unhandledrejection', ({ reason }) => reject(reason)),
      )
      const load = () => import(path) as Promise<typeof import('./libraries/dexieFlows')>
      if (order === 'Dexie before us') await load()
      if (order !== 'without us') {
        api.startTelemetry({ serviceName: 'dexie', processors: [] })
        await api.withSpan('before', () => (async () => {})())
      }
      const { dexieFlows } = await load()
      return Promise.race([dexieFlows(names, isOpen), failed])
    },
    [module, order, names, isOpen] as const,
  )
}

const ORDERS = ['Dexie before us', 'Dexie after our first span'] as const
type Order = (typeof ORDERS)[number]

for (const order of ORDERS)
  for (const isOpen of [true, false])
    test(`${order}, its database ${isOpen ? 'open' : 'not open yet'}: transactions commit, roll back and nest as without us @engines`, async ({
      page,
      lab,
    }) => {
      const without = await walk(page, lab, 'without us', FLOWS, isOpen)
      const { outcomes } = await walk(page, lab, order, FLOWS, isOpen)
      expect(outcomes).toEqual(without.outcomes)
    })

test('a span is kept in a transaction up to the first await of what is Dexie’s @engines', async ({ page, lab }) => {
  const { places } = await walk(page, lab, 'Dexie after our first span', ['only'], true)
  const kept = Object.entries(places).map(([what, seen]) => [
    what.replace(': only', ''),
    Object.keys(seen).filter((where) => seen[where] === 'only'),
  ])
  expect(Object.fromEntries(kept)).toEqual({
    transaction: ['the callback begins', 'await of an async function'],
    failure: [],
    nested: [],
    spans: ['await in span 1 of a transaction', 'await in span 2 of a transaction'],
  })
})

// Dexie queues the transactions of all flows and runs their callbacks in one microtask, which has the span of who began the queue.
for (const isOpen of [true, false])
  test(`transactions at the same time, the database ${isOpen ? 'open' : 'not open yet'}: all begin in the span of the first @engines`, async ({
    page,
    lab,
  }) => {
    const { places } = await walk(page, lab, 'Dexie after our first span', FLOWS, isOpen)
    const ofOthers = Object.entries(places).flatMap(([what, seen]) =>
      Object.entries(seen)
        .filter(([, span]) => span !== null && !what.endsWith(`: ${span === 'none' ? null : span}`))
        .map(([where, span]) => `${what}, ${where}: ${span}`),
    )
    const QUEUED = ['the callback begins', 'await of an async function']
    expect(ofOthers).toEqual(
      FLOWS.filter((flow) => flow !== 'first').flatMap((flow) =>
        QUEUED.map((where) => `transaction: ${flow}, ${where}: first`),
      ),
    )
  })

// While a transaction runs, `Promise` is Dexie's: it is taken for the promise of a zone.js, and Promise.resolve comes back without us.
test.fail('the first span of a page may begin inside a transaction @engines', async ({ page, lab }) => {
  const module = await bundleModule(lab, 'libraries/dexieFlows.ts')
  await openLab(page, lab)
  const seen = await page.evaluate(async (path) => {
    const failed = new Promise<never>((_, reject) =>
      addEventListener('unhandledrejection', ({ reason }) => reject(reason)),
    )
    const { firstSpanInTransaction } = (await import(path)) as typeof import('./libraries/dexieFlows')
    api.startTelemetry({ serviceName: 'dexie', processors: [] })
    return Promise.race([firstSpanInTransaction(), failed])
  }, module)
  expect(seen).toMatchObject({ transaction: { flow: 'first', isIn: true }, count: 2, isSame: true })
})
