// @ts-check
import { watchTasks, withBrowser } from './support/browser.mjs'
import { bundle } from './support/bundle.mjs'
import { median, minimum, shuffled } from './support/statistics.mjs'

const REQUESTS = 80
const SETS = 3 // of fresh pages: the same code in two pages differs by more than two batches in one
const ROUNDS = 3 // in each set, and one to warm up

const APPS = {
  bare: 'apps/bare.ts',
  bareTwin: 'apps/bare.ts',
  zone: 'apps/zone.ts',
  ours: 'apps/ours.ts',
  theirs: 'apps/otelJson.ts',
}

/** @param {(line: string) => void} log */
export async function requests(log) {
  const names = /** @type {(keyof typeof APPS)[]} */ (Object.keys(APPS))
  /** @type {Record<string, string>} */
  const scripts = { 'requests.js': await bundle('inPage/requests.ts') }
  for (const name of names) scripts[`${name}.js`] = await bundle(APPS[name], { minify: true })

  return withBrowser(scripts, async (lab) => {
    const times = { fetch: emptyLists(names), xhr: emptyLists(names) }
    for (let set = 0; set < SETS; set++) {
      const pages = await Promise.all(names.map(async (name) => ({ name, ...(await openApp(lab, `/${name}.js`)) })))
      for (let round = 0; round <= ROUNDS; round++) {
        for (const by of /** @type {const} */ (['fetch', 'xhr'])) {
          for (const { name, measure } of shuffled(pages)) {
            const time = await measure(by)
            if (round > 0) times[by][name]?.push(time)
          }
        }
        log(`requests, pages ${set + 1} of ${SETS}, round ${round} of ${ROUNDS}`)
      }
      for (const { close } of pages) await close()
    }
    const rows = [addedBy('fetch', times.fetch), addedBy('xhr', times.xhr)]
    return [
      {
        title: 'Requests, Chromium',
        about:
          'Processor time of the main thread that tracing adds to one small request to the same origin: everything from the call to ' +
          'the end of the span, and the exports. Bare ones cost the time in brackets, zone.js alone adds the second.',
        rows,
      },
    ]
  })
}

/**
 * @param {readonly string[]} names
 * @returns {Record<string, number[]>}
 */
const emptyLists = (names) => Object.fromEntries(names.map((name) => [name, []]))

/**
 * @param {import('./support/browser.mjs').Lab} lab
 * @param {string} script
 */
async function openApp(lab, script) {
  const page = await lab.open()
  await page.addScriptTag({ url: script })
  await page.addScriptTag({ url: '/requests.js' })
  const taskTime = await watchTasks(lab, page)
  return {
    close: () => page.close(),
    /** µs of main-thread time per request. */
    async measure(/** @type {'fetch' | 'xhr'} */ by) {
      const before = await taskTime()
      await page.evaluate(([how, count]) => globalThis.sendRequests(how, count), /** @type {const} */ ([by, REQUESTS]))
      return (((await taskTime()) - before) * 1e6) / REQUESTS
    },
  }
}

/**
 * @param {string} by
 * @param {Record<string, number[]>} times
 */
function addedBy(by, { bare = [], bareTwin = [], zone = [], ours = [], theirs = [] }) {
  const least = minimum([...bare, ...bareTwin])
  const usual = median([...bare, ...bareTwin])
  const noise = Math.abs(minimum(bare) - minimum(bareTwin))
  return {
    name: `added to one ${by}`,
    unit: 'µs',
    ours: minimum(ours) - least,
    theirs: minimum(theirs) - least,
    ratio: (minimum(theirs) - least) / (minimum(ours) - least),
    medianRatio: (median(theirs) - usual) / (median(ours) - usual),
    aim: 10,
    note: `bare ${least.toFixed(0)}, zone.js +${(minimum(zone) - least).toFixed(0)}; two bare pages differ by ${noise.toFixed(0)}`,
  }
}
