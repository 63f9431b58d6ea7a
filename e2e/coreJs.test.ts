import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { serveModule } from './support/serveModule'
import type { Lab } from './support/startLab'
import { allSaid, expect, openLab, test } from './support/test'

const coreJs = fileURLToPath(import.meta.resolve('core-js-bundle/minified.js'))

interface Mode {
  /** Run right before core-js: what makes it put its own Promise in the place of the native one. */
  readonly force: string
}

const MODES: Readonly<Record<string, Mode>> = {
  'as it is': { force: '' },
  'that misses PromiseRejectionEvent, as in an old web view,': {
    force: 'delete globalThis.PromiseRejectionEvent',
  },
  'that finds no Promise': {
    force: 'delete globalThis.Promise',
  },
}

const ORDERS = ['before us', 'after our start', 'after our first span'] as const
type Order = (typeof ORDERS)[number]

function loadCoreJs(page: Page, path: string, force: string) {
  return page.evaluate(
    ([path, force]) =>
      new Promise<void>((resolve) => {
        const script = document.createElement('script')
        script.src = path
        script.onload = () => resolve()
        new Function(force)()
        document.head.append(script)
      }),
    [path, force] as const,
  )
}

async function walk(page: Page, lab: Lab, order: Order | 'without us', force: string) {
  const path = lab.script('core.js', readFileSync(coreJs, 'utf8'))
  const first = `<script>${force}</script><script src="${path}"></script>`
  if (order === 'without us') await page.goto(lab.page(first))
  else {
    await openLab(page, lab, order === 'before us' ? first : '')
    await page.evaluate(() => void api.startTelemetry({ serviceName: 'core-js', processors: [] }))
    if (order === 'after our start') await loadCoreJs(page, path, force)
    await page.evaluate(() => api.withSpan('first', () => (async () => {})()))
    if (order === 'after our first span') await loadCoreJs(page, path, force)
  }
  return page.evaluate(
    async ([work, rejections]) => {
      const { promiseWork } = (await import(work)) as typeof import('./samePage/promiseWork')
      const { rejectionEvents } = (await import(rejections)) as typeof import('./samePage/rejections')
      const events = await rejectionEvents((work) => work())
      return {
        ...(await promiseWork()),
        events,
        isCoreJs: Object.getPrototypeOf((async () => {})()) !== Promise.prototype,
      }
    },
    [serveModule(lab, 'samePage/promiseWork.ts'), serveModule(lab, 'samePage/rejections.ts')] as const,
  )
}

type Walked = Awaited<ReturnType<typeof walk>>

const values = ({ all }: Walked) =>
  Object.entries(all).map(([name, { first, none, second }]) => [name, first[0], none[0], second[0]])

const flows = ({ all }: Walked, which: (name: string) => boolean) =>
  Object.entries(all)
    .filter(([name]) => which(name))
    .map(([name, { first, none, second }]) => `${name}: ${first[1]}, ${none[1]}, ${second[1]}`)

/** Beside core-js' own Promise the platform's are strangers to the page: they may lose the span. */
const OF_THE_PLATFORM = /await|async function|fetch/

const lost = (seen: Walked, force: string) =>
  flows(seen, (name) => force === '' || !OF_THE_PLATFORM.test(name)).filter(
    (line) => !/: first, null, second$/.test(line),
  )

for (const [mode, { force }] of Object.entries(MODES))
  for (const order of ORDERS) {
    test(`core-js ${mode} ${order}: promises do what they do without us, and no span is another’s @engines`, async ({
      page,
      lab,
    }) => {
      const without = await walk(page, lab, 'without us', force)
      const seen = await walk(page, lab, order, force)
      expect(values(seen)).toEqual(values(without))
      expect(seen.identities).toEqual(without.identities)
      expect([...seen.events].sort()).toEqual([...without.events].sort())
      expect(seen.isCoreJs).toBe(force !== '')
      const wrong = flows(seen, () => true).filter((line) => !/: (first|null), null, (second|null)$/.test(line))
      expect(wrong).toEqual([])
      expect(seen.outside).toBe(null)
      expect(lost(seen, force)).toEqual([])
    })
  }

// Its `constructor` gone, an async function's promise leads us to core-js' Promise, which refuses a native one.
test('core-js that misses PromiseRejectionEvent before us: one sentence tells what is not followed', async ({
  page,
  lab,
  told,
}) => {
  await walk(page, lab, 'before us', MODES['that misses PromiseRejectionEvent, as in an old web view,']?.force ?? '')
  await allSaid(page)
  expect(told.filter((line) => line.includes('[telemetry]'))).toEqual([
    expect.stringContaining('`Promise` was replaced before the telemetry was loaded'),
  ])
})
