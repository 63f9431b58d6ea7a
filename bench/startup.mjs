// @ts-check
import { withBrowser } from './support/browser.mjs'
import { bundle } from './support/bundle.mjs'
import { startOnce } from './support/startOnce.mjs'
import { median, minimum, shuffled } from './support/statistics.mjs'

const ROUNDS = 11
const FIRST_SPAN = ';inSpan(async () => {})' // what waits for the first span must not look free

/** @param {(line: string) => void} log */
export async function startup(log) {
  const ours = await bundle('apps/ours.ts', { minify: true, later: false })
  const theirs = await bundle('apps/otelJson.ts', { minify: true })
  const scripts = {
    nothing: '0',
    zone: await bundle('apps/zone.ts', { minify: true }),
    ours,
    twin: ours,
    theirs,
    oursWithSpan: ours + FIRST_SPAN,
    twinWithSpan: ours + FIRST_SPAN,
    theirsWithSpan: theirs + FIRST_SPAN,
  }
  return withBrowser({}, async (lab) => {
    /** @type {Record<string, number[]>} */
    const times = Object.fromEntries(Object.keys(scripts).map((name) => [name, []]))
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, code] of shuffled(Object.entries(scripts))) times[name]?.push(await startOnce(lab, code))
      log(`start-up, round ${round + 1} of ${ROUNDS}: ours ${minimum(times['ours'] ?? []).toFixed(1)} ms`)
    }
    const added = (/** @type {string} */ name, by = minimum) => by(times[name] ?? []) - by(times['nothing'] ?? [])
    const row = (/** @type {string} */ name, /** @type {string} */ suffix, aim = {}) => {
      const twins = added(`twin${suffix}`) / added(`ours${suffix}`)
      return {
        name,
        unit: 'ms',
        ours: added(`ours${suffix}`),
        theirs: added(`theirs${suffix}`),
        ratio: added(`theirs${suffix}`) / added(`ours${suffix}`),
        medianRatio: added(`theirs${suffix}`, median) / added(`ours${suffix}`, median),
        noise: /** @type {const} */ ([twins, twins]),
        ...aim,
      }
    }
    return [
      {
        title: 'Start-up, Chromium',
        about:
          'Processor time of the main thread for the minified script, compiled and run as an inline script in a fresh page, until tracing ' +
          `is on; what is loaded later is not in it. An empty script is taken off; zone.js alone takes ${added('zone').toFixed(1)} ms.`,
        rows: [
          row('compile, run and start', '', { aim: 100 / 35 }), // at most 35 of their 100 ms
          row('the same and a first span', 'WithSpan'),
        ],
      },
    ]
  })
}
