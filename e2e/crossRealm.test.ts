import { serveModule } from './support/serveModule'
import { allSaid, expect, openLab, test } from './support/test'

/** Where the page's own promise stands between, the span is kept; all else is the other realm's, which we leave alone. */
const KEPT = [
  'await Promise.resolve of the other realm’s fetch',
  'await Promise.all with the other realm’s promise',
  'await of the page’s async function that awaits the other realm’s promise',
  'await of the page’s promise in the other realm',
  'then of the page’s promise called in the other realm',
]

test('promises of an iframe and of the page wait for each other; a span is kept by the page’s own, and never another’s @engines', async ({
  page,
  lab,
  told,
}) => {
  const module = serveModule(lab, 'samePage/realms.ts')
  await openLab(page, lab)
  const walked = await page.evaluate(async (path) => {
    api.startTelemetry({ serviceName: 'realms', processors: [] })
    return ((await import(path)) as typeof import('./samePage/realms')).walkRealms()
  }, module)
  const names = Object.keys(walked.seen)
  const expected = names.map((name) => {
    const isKept = KEPT.includes(name)
    return [name, isKept ? { first: 'first', none: null, second: 'second' } : { first: null, none: null, second: null }]
  })
  expect(walked.seen).toEqual(Object.fromEntries(expected))
  expect(names).toEqual(expect.arrayContaining(KEPT))
  expect(walked.isForeignWrapped).toBe(true)
  expect(walked.isOwnGivenBack).toBe(true)
  await allSaid(page)
  expect(told).toEqual([])
})
