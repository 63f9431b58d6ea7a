// @ts-check
import { withBrowser } from './support/browser.mjs'
import { bundle } from './support/bundle.mjs'
import { interleave } from './support/interleave.mjs'
import { minimum } from './support/statistics.mjs'
import { comparison } from './support/table.mjs'

const ROUNDS = 8
const BLOCK_MS = 10
const ROWS = [
  'await asyncFunction()',
  'await new Promise',
  'promise.then(…)',
  'await Promise.all of 10',
  'setTimeout, set and fired',
]
const APPS = {
  bare: 'apps/bare.ts',
  zone: 'apps/zone.ts',
  ours: 'apps/ours.ts',
  twin: 'apps/ours.ts',
  theirs: 'apps/otelJson.ts',
}

/** @param {(line: string) => void} log */
export async function context(log) {
  const names = /** @type {(keyof typeof APPS)[]} */ (Object.keys(APPS))
  /** @type {Record<string, string>} */
  const scripts = { 'context.js': await bundle('inPage/context.ts') }
  for (const name of names) scripts[`${name}.js`] = await bundle(APPS[name], { minify: true })

  return withBrowser(scripts, async (lab) => {
    // A process for each: whoever changes `Promise` in one page switches the engine's short cuts off in all pages of the process.
    const rows = []
    for (const inside of [false, true]) {
      const pages = await Promise.all(
        names.map(async (name) => {
          const page = await lab.open()
          await page.addScriptTag({ url: `/${name}.js` })
          await page.addScriptTag({ url: '/context.js' })
          return { name, page }
        }),
      )
      for (const row of ROWS) {
        const contenders = pages.map(({ name, page }) => ({
          name,
          block: (/** @type {number} */ ms) =>
            page.evaluate(
              ([what, time, within]) => globalThis.blockOf(what, time, within),
              /** @type {const} */ ([row, ms, inside]),
            ),
        }))
        const times = await interleave(contenders, ROUNDS, BLOCK_MS)
        const note = `bare ${nanos(times['bare'])}, zone.js alone ${nanos(times['zone'])}`
        rows.push(comparison(`${inside ? 'in a span' : 'outside'}: \`${row}\``, 'ns', 1, [times], { note }))
        log(`${inside ? 'in a span' : 'outside'}: ${row} ${rows.at(-1)?.ratio.toFixed(2)}×`)
      }
      await Promise.all(pages.map(({ page }) => page.close()))
    }
    return [
      {
        title: 'Context, Chromium',
        about:
          'What asynchronous work costs on a page that is traced. Ours follows native `await`; theirs, by zone.js, loses the span there. ' +
          'Each implementation is in a page of its own process, in turn every few milliseconds.',
        rows,
      },
    ]
  })
}

/** @param {readonly number[] | undefined} times */
function nanos(times = []) {
  return minimum(times).toFixed(0)
}
