// @ts-check
import { withBrowser } from './support/browser.mjs'
import { bundle } from './support/bundle.mjs'
import { median, minimum, shuffled } from './support/statistics.mjs'

const ROUNDS = 11
const SLOWER = 4

/** @param {(line: string) => void} log */
export async function startup(log) {
  const scripts = {
    ours: await bundle('apps/ours.ts', { minify: true }),
    theirs: await bundle('apps/otelJson.ts', { minify: true }),
    zone: await bundle('apps/zone.ts', { minify: true }),
  }
  return withBrowser({}, async (lab) => {
    /** @type {Record<string, number[]>} */
    const times = { ours: [], twin: [], theirs: [], zone: [] }
    const entries = shuffled(Object.entries({ ...scripts, twin: scripts.ours }))
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, code] of shuffled(entries)) times[name]?.push(await startOnce(lab, code))
      log(`start-up, round ${round + 1} of ${ROUNDS}: ours ${minimum(times['ours'] ?? []).toFixed(1)} ms`)
    }
    const typical = (/** @type {string} */ name) => median(times[name] ?? [])
    const least = (/** @type {string} */ name) => minimum(times[name] ?? [])
    const twins = typical('twin') / typical('ours')
    return [
      {
        title: `Start-up, Chromium at a ${SLOWER} times slowed processor`,
        about:
          'The minified script, compiled and run as an inline script in a fresh page, until tracing is on. Medians here: the browser slows ' +
          `a page down by stopping it now and then, so that the fastest were just not stopped. zone.js alone takes ${typical('zone').toFixed(0)} ms.`,
        rows: [
          {
            name: 'compile, run and start',
            unit: 'ms',
            ours: typical('ours'),
            theirs: typical('theirs'),
            ratio: typical('theirs') / typical('ours'),
            noise: /** @type {const} */ ([twins, twins]),
            note: `fastest ${least('ours').toFixed(0)} and ${least('theirs').toFixed(0)}`,
          },
        ],
      },
    ]
  })
}

/**
 * @param {import('./support/browser.mjs').Lab} lab
 * @param {string} code
 */
async function startOnce(lab, code) {
  const page = await lab.open()
  const cdp = await lab.inspect(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  const took = await page.evaluate((text) => {
    const script = document.createElement('script')
    script.textContent = text
    const start = performance.now()
    document.head.append(script)
    return performance.now() - start
  }, code)
  await page.close()
  return took
}
