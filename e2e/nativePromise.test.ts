import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { serveModule } from './support/serveModule'
import { allSaid, expect, openLab, test } from './support/test'
import { told as inLines, verdict, walkPoints } from './support/walkPoints'

const appRoot = dirname(fileURLToPath(new URL('./vendorApp/main.ts', import.meta.url)))
const zoneFile = fileURLToPath(new URL('../node_modules/zone.js/bundles/zone.umd.js', import.meta.url))

for (const [what, inVendor] of [
  ['node_modules and our dist', /node_modules|[\\/]dist[\\/]/],
  ['everything that is not the application', /^(?!.*vendorApp)/],
] as const)
  test(`Promise stays native in an application whose vendor chunk holds ${what} @engines`, async ({
    page,
    lab,
    told,
  }) => {
    const outDir = mkdtempSync(join(tmpdir(), 'telemetry-vendor-'))
    try {
      await build({
        root: appRoot,
        configFile: false,
        logLevel: 'warn',
        base: '/lab/app/',
        build: {
          outDir,
          emptyOutDir: true,
          rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'vendor', test: inVendor }] } } },
        },
      })
      const vendor = readdirSync(join(outDir, 'assets')).find((name) => name.startsWith('vendor'))
      expect(readFileSync(join(outDir, 'assets', vendor ?? ''), 'utf8')).toContain('Zone')
      lab.folder('/lab/app/', outDir)
      await page.goto(`${lab.url}/lab/app/`)
      expect(await page.evaluate(() => vendorApp())).toEqual({
        beforeStart: 'function Promise() { [native code] }',
        afterStart: 'function Promise() { [native code] }',
        isNative: true,
        hasContext: true,
        hasZone: true,
      })
      await lab.collector.waitFor(() => lab.collector.store.spans().length === 2)
      await allSaid(page)
      expect(told).toEqual([])
    } finally {
      rmSync(outDir, { recursive: true, force: true })
    }
  })

/** Points where zone.js' own promise and the bridge on top of it must both do their work. */
const WITH_ZONE_PROMISE = [
  'await an async function',
  'then',
  'a chain of then',
  'then of an async function’s promise',
  'await fetch',
  'await response.json()',
  'setTimeout',
  'append(): connectedCallback',
  'remove(): disconnectedCallback',
]

test('on a page with zone.js and its promise, that promise stays, spans follow, and none is wrong', async ({
  page,
  lab,
}) => {
  test.setTimeout(180_000) // the whole list
  const zone = lab.script('zone.umd.js', readFileSync(zoneFile, 'utf8'))
  await openLab(page, lab, `<script src="${zone}"></script><script>globalThis.ZonePromise = Promise</script>`)
  const promises = await page.evaluate(() => {
    const { ZonePromise } = globalThis as unknown as { ZonePromise: PromiseConstructor }
    api.startTelemetry({ serviceName: 'zone' })
    return { kept: Promise === ZonePromise, name: Promise.toString() }
  })
  expect(promises).toEqual({ kept: true, name: 'function ZoneAwarePromise() { [native code] }' })

  const results = await walkPoints(page, serveModule(lab, 'contextPoints.ts'))
  const wrong = results.filter((result) => verdict(result) === 'wrong')
  expect(inLines(wrong)).toEqual([])

  const kept = results.filter(({ alone, first, second }) => alone && first && second).map(({ name }) => name)
  expect(WITH_ZONE_PROMISE.filter((name) => !kept.includes(name))).toEqual([])
  expect(kept.length).toBeGreaterThan(150)
})
