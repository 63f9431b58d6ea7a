import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Telemetry } from '@codomyrmex/telemetry'
import type { Page } from '@playwright/test'
import { build } from 'vite'
import type { Seen as SeenInPage } from './angular/watch'
import type { Lab } from './support/startLab'
import { expect, test } from './support/test'
import { traceTree } from './support/traceTree'

const inProject = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

declare global {
  var telemetry: Telemetry
}

/** Angular's own build lowers `async` to generators, since zone.js alone loses its zone at native `await`; others do not. */
const TARGETS = ['es2016', 'esnext'] as const
type Target = (typeof TARGETS)[number]

const IMPORT_API = "import * as api from '/telemetry.min.js'; globalThis.api = api"
const START = `globalThis.telemetry = api.startTelemetry({ serviceName: 'shop', batch: { scheduledDelay: 1000 } })`
const ours = (code = '') => `<script type="module">${IMPORT_API}; ${START}; ${code}</script>`

/** What stands in the page before the application. */
const ORDERS = {
  'zone.js before us': (zone: string) => `<script src="${zone}"></script>${ours()}`,
  'zone.js after us': (zone: string) => `${ours()}<script type="module">import '${zone}'</script>`,
  'zone.js after our first span': (zone: string) =>
    `${ours("await api.withSpan('first', async () => { await (async () => {})() })")}<script type="module">import '${zone}'</script>`,
}
type Order = keyof typeof ORDERS

/** Buttons, what the view must show after a click, and how many places of the component look where they stand. */
const BUTTONS: Readonly<Record<string, readonly [shown: string, places: number]>> = {
  sync: ['sync', 1],
  timer: ['timer', 1],
  then: ['then', 2],
  fetch: ['/lab/echo?fetch', 2],
  await: ['/lab/echo?await', 4],
  http: ['/lab/echo?http', 1],
  chain: ['/lab/echo?chained', 1],
  zones: ['zones', 4],
  promised: ['/lab/echo?second', 2],
}

const built = new Map<Target, string>()

test.beforeAll(async () => {
  for (const target of TARGETS) {
    const outDir = mkdtempSync(join(tmpdir(), 'telemetry-angular-'))
    built.set(target, outDir)
    await build({
      root: inProject('e2e/angular'),
      configFile: false,
      logLevel: 'warn',
      define: { ngDevMode: 'false' }, // as in production: no second round that looks for mistakes
      build: {
        outDir,
        emptyOutDir: true,
        target,
        minify: false,
        modulePreload: false,
        rolldownOptions: { input: inProject('e2e/angular/main.ts'), output: { entryFileNames: 'shop.js' } },
      },
    })
  }
})

test.afterAll(() => {
  for (const outDir of built.values()) rmSync(outDir, { recursive: true, force: true })
})

/** Opens the application with or without us and waits until Angular is stable. */
async function openShop(page: Page, lab: Lab, order: Order | 'without us', target: Target, query = ''): Promise<void> {
  const zone = lab.script('zone.js', readFileSync(inProject('node_modules/zone.js/bundles/zone.umd.js'), 'utf8'))
  lab.folder(`/lab/${target}/`, built.get(target) ?? '')
  const before = order === 'without us' ? `<script src="${zone}"></script>` : ORDERS[order](zone)
  const app = `<app-shop></app-shop><script type="module" src="/lab/${target}/shop.js"></script>`
  await page.goto(lab.page(before + app) + query)
  await page.evaluate(async () => (await shop).stable())
}

/** Not seen to end by zone.js where `await` is native, so Angular looks for no changes then without us. */
const AWAITING = ['await', 'promised']

/** What the component saw, and below which button. */
type Seen = SeenInPage & { readonly button: string }

/** In Firefox by script: there Playwright takes a second for one click of the mouse. */
function click(page: Page, button: string): Promise<void> {
  const isFirefox = page.context().browser()?.browserType().name() === 'firefox'
  return isFirefox ? page.locator(`#${button}`).dispatchEvent('click') : page.locator(`#${button}`).click()
}

/** Clicks every button, waits until the component is done, checks that the view follows, and gives what the component saw. */
async function clickAll(page: Page, target: Target, withUs = true): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  for (const [button, [shown, places]] of Object.entries(BUTTONS)) {
    const ofButton: SeenInPage[] = []
    await click(page, button)
    await expect
      .poll(async () => ofButton.push(...(await page.evaluate(async () => (await shop).takeSeen()))), {
        message: `the component comes to its end after a click on ${button}`,
      })
      .toBe(places)
    if (withUs || target === 'es2016' || !AWAITING.includes(button))
      await expect(page.locator('output'), `the view after a click on ${button}`).toHaveText(shown)
    await page.evaluate(async () => (await shop).stable())
    seen.push(...ofButton.map((one) => ({ ...one, button })))
  }
  return seen
}

const places = (seen: readonly Seen[]) => seen.map(({ button, where }) => `${button}: ${where}`)

for (const target of TARGETS)
  for (const order of Object.keys(ORDERS) as Order[])
    test.describe(`Angular for ${target}, ${order}`, () => {
      test.describe.configure({ timeout: 60_000 }) // nine clicks, twice, in Firefox too
      test('views update, spans follow, and the zone is Angular’s wherever it was without us @engines', async ({
        page,
        lab,
        told,
      }) => {
        await openShop(page, lab, 'without us', target)
        const without = await clickAll(page, target, false)
        await openShop(page, lab, order, target)
        const seen = await clickAll(page, target)

        expect(places(seen.filter(({ span, button }) => span !== button))).toEqual([])
        const inZone = places(seen.filter(({ inAngularZone }) => inAngularZone))
        expect(inZone).toEqual(expect.arrayContaining(places(without.filter(({ inAngularZone }) => inAngularZone))))
        expect(told).toEqual([])
      })

      // What is rendered comes from any number of flows; a request of a new component must not become the child of one of them.
      test('Angular looks for changes outside of spans @engines', async ({ page, lab }) => {
        await openShop(page, lab, order, target)
        await clickAll(page, target)
        const { checks, checksInSpans } = await page.evaluate(async () => (await shop).counts)
        expect(checks).toBeGreaterThan(0)
        expect(checksInSpans).toBe(0)
      })

      for (const backend of ['XMLHttpRequest', 'fetch'])
        test(`requests have the handler’s span as parent, HttpClient’s over ${backend} too @engines`, async ({
          page,
          lab,
        }) => {
          await openShop(page, lab, order, target, backend === 'fetch' ? '?with-fetch' : '')
          await clickAll(page, target)
          const { store, waitFor } = lab.collector
          const ofButtons = () => store.spans().filter(({ name }) => name !== 'first')
          await waitFor(() => ofButtons().length >= 17)
          const inOrder = ofButtons().sort((a, b) => a.startTime - b.startTime)
          expect(traceTree(inOrder).map((line) => line.replace('shop: ', ''))).toEqual([
            ...['sync', 'timer', 'then', 'fetch', '  GET', 'await', '  GET', '  GET', 'http', '  GET'],
            ...['chain', '  GET', '  GET', 'zones', 'promised', '  GET', '  GET'],
          ])
        })

      test('an export is no reason for Angular to look for changes or to wait @engines', async ({ page, lab }) => {
        await openShop(page, lab, order, target)
        const looks = await page.evaluate(async () => {
          const page = await shop
          const frame = () => new Promise(requestAnimationFrame)
          await telemetry.forceFlush() // the timer of the batch starts anew with the next span
          document.getElementById('fetch')?.click()
          const isShown = () => document.querySelector('output')?.textContent === '/lab/echo?fetch'
          while (telemetry.stats().queued < 2 || !isShown()) await frame()
          await page.stable()
          const { queued, exported } = telemetry.stats()
          const before = { ...page.counts, isStable: page.isStable }
          while (telemetry.stats().exported < exported + 2) await frame()
          await frame()
          return { queued, before, after: { ...page.counts, isStable: page.isStable } }
        })
        expect(looks).toMatchObject({ queued: 2, before: { isStable: true } })
        expect(looks.after).toEqual(looks.before)
        expect(named(lab, 'fetch')).toEqual(['fetch'])
      })

      test('a flush inside Angular’s zone costs the one look that entering the zone costs @engines', async ({
        page,
        lab,
      }) => {
        await openShop(page, lab, order, target)
        const looks = await page.evaluate(async () => {
          const { counts, inAngular, stable } = await shop
          const looksFor = async (run: () => unknown) => {
            await stable()
            const before = { ...counts }
            await inAngular(run)
            await stable()
            return { checks: counts.checks - before.checks, empties: counts.empties - before.empties }
          }
          api.startSpan('waits').end()
          const flush = await looksFor(() => void telemetry.forceFlush())
          await telemetry.forceFlush()
          return { flush, nothing: await looksFor(() => {}) }
        })
        expect(looks.flush).toEqual(looks.nothing)
        expect(named(lab, 'waits')).toEqual(['waits'])
      })

      test('Angular waits for a timer that was started inside a span @engines', async ({ page, lab }) => {
        await openShop(page, lab, order, target)
        const states = await page.evaluate(async () => {
          const page = await shop
          const states = [page.isStable]
          let fired = false
          page.inAngular(() =>
            api.withSpan('slow', () => {
              setTimeout(() => {
                fired = true
              }, 50)
            }),
          )
          states.push(page.isStable)
          await page.stable()
          return [...states, page.isStable, fired]
        })
        expect(states).toEqual([true, false, true, true])
      })
    })

const named = (lab: Lab, wanted: string) =>
  lab.collector.store
    .spans()
    .map(({ name }) => name)
    .filter((name) => name === wanted)
