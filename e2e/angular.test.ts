import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Telemetry } from '@codomyrmex/telemetry'
import type { Page } from '@playwright/test'
import { transform } from 'esbuild'
import { build } from 'vite'
import type { Seen as SeenInPage } from './angular/watch'
import type { Lab } from './support/startLab'
import { allSaid, expect, test } from './support/test'
import { traceTree } from './support/traceTree'

const inProject = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

declare global {
  var telemetry: Telemetry
}

/** Angular's own build lowers `async` to generators, since zone.js alone loses its zone at native `await`; others do not. */
const TARGETS = ['es2016', 'esnext'] as const
type Target = (typeof TARGETS)[number]

const START = `globalThis.api = api; globalThis.telemetry = api.startTelemetry({ serviceName: 'shop', batch: { scheduledDelay: 1000 } })`
const ours = (code = '', file = '/telemetry.min.js') =>
  `<script type="module">import * as api from '${file}'; ${START}; ${code}</script>`

/** This package as Angular's build puts it into an application: its `async` functions give zone.js' promises. */
const LOWERED = '/lab/lowered.js'

/** What stands in the page before the application. */
const ORDERS: Readonly<Record<string, (zone: string) => string>> = {
  'zone.js before us': (zone: string) => `<script src="${zone}"></script>${ours()}`,
  'zone.js after us': (zone: string) => `${ours()}<script type="module">import '${zone}'</script>`,
  'zone.js after our first span': (zone: string) =>
    `${ours("await api.withSpan('first', async () => { await (async () => {})() })")}<script type="module">import '${zone}'</script>`,
  'zone.js before us, and we are lowered too': (zone: string) => `<script src="${zone}"></script>${ours('', LOWERED)}`,
}
const WITHOUT_US = 'without us'

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
let loweredUs = ''

test.beforeAll(async () => {
  const asBuilt = readFileSync(inProject('dist/telemetry.full.min.js'), 'utf8')
  loweredUs = (await transform(asBuilt, { target: 'es2016', supported: { 'dynamic-import': true } })).code
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
async function openShop(page: Page, lab: Lab, order: string, target: Target, query = ''): Promise<void> {
  expect(lab.script('lowered.js', loweredUs)).toBe(LOWERED)
  const zone = lab.script('zone.js', readFileSync(inProject('node_modules/zone.js/bundles/zone.umd.js'), 'utf8'))
  lab.folder(`/lab/${target}/`, built.get(target) ?? '')
  const before = ORDERS[order]?.(zone) ?? `<script src="${zone}"></script>`
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
async function clickAll(
  page: Page,
  target: Target,
  { withUs = true, after = async (_button: string) => {} } = {},
): Promise<readonly Seen[]> {
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
    await after(button)
    seen.push(...ofButton.map((one) => ({ ...one, button })))
  }
  return seen
}

const places = (seen: readonly Seen[]) => seen.map(({ button, where }) => `${button}: ${where}`)

/** What the component sees on a page without us, once for each build of the application. */
const seenWithoutUs = new Map<Target, readonly Seen[]>()

for (const target of TARGETS)
  for (const order of Object.keys(ORDERS)) {
    if (target === 'esnext' && order.endsWith('lowered too')) continue
    test.describe(`Angular for ${target}, ${order}`, () => {
      test.describe.configure({ timeout: 60_000 }) // nine clicks, twice, in Firefox too
      test('views update, spans follow, and the zone is Angular’s wherever it was without us @engines', async ({
        page,
        lab,
        told,
      }) => {
        if (!seenWithoutUs.has(target)) {
          await openShop(page, lab, WITHOUT_US, target)
          seenWithoutUs.set(target, await clickAll(page, target, { withUs: false }))
        }
        await openShop(page, lab, order, target)
        const looks = new Map<string, readonly (string | null)[]>()
        await page.evaluate(async () => (await shop).takeCheckedIn())
        const after = async (button: string) => {
          looks.set(button, await page.evaluate(async () => (await shop).takeCheckedIn()))
        }
        const seen = await clickAll(page, target, { after })

        expect(places(seen.filter(({ span, button }) => span !== button))).toEqual([])
        const inZone = places(seen.filter(({ inAngularZone }) => inAngularZone))
        const without = seenWithoutUs.get(target) ?? []
        expect(inZone).toEqual(expect.arrayContaining(places(without.filter(({ inAngularZone }) => inAngularZone))))
        // Angular looks for changes in the span of the task that may have made them.
        for (const [button, spans] of looks) {
          expect(
            spans.filter((span) => span !== button && span !== null),
            `after a click on ${button}`,
          ).toEqual([])
          // The click itself is nobody's, and its handler has left the span when Angular looks.
          expect([button, spans.includes(button)]).toEqual([button, button !== 'sync'])
        }
        await allSaid(page)
        expect(told).toEqual([])
        await expectTraces(lab)
      })

      test('requests of HttpClient over fetch have the handler’s span as parent @engines', async ({ page, lab }) => {
        await openShop(page, lab, order, target, '?with-fetch')
        await clickAll(page, target)
        await expectTraces(lab)
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
          const flush = await looksFor(() => telemetry.forceFlush())
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
  }

/** The requests of the handlers are under the handlers' spans. */
async function expectTraces({ collector }: Lab): Promise<void> {
  const ofButtons = () => collector.store.spans().filter(({ name }) => name !== 'first')
  await collector.waitFor(() => ofButtons().length >= 17)
  const inOrder = ofButtons().sort((a, b) => a.startTime - b.startTime)
  expect(traceTree(inOrder).map((line) => line.replace('shop: ', ''))).toEqual([
    ...['sync', 'timer', 'then', 'fetch', '  GET', 'await', '  GET', '  GET', 'http', '  GET'],
    ...['chain', '  GET', '  GET', 'zones', 'promised', '  GET', '  GET'],
  ])
}

const named = (lab: Lab, wanted: string) =>
  lab.collector.store
    .spans()
    .map(({ name }) => name)
    .filter((name) => name === wanted)
