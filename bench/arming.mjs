// @ts-check
import { watchTasks, withBrowser } from './support/browser.mjs'
import { bundle } from './support/bundle.mjs'
import { median, minimum } from './support/statistics.mjs'

const SECONDS = 10
const ROUNDS = 3
const RATES = [5, 20, 100] // spans a second: a quiet page, a busy one, one that traces everything

/**
 * What it costs that a crash loses nothing: the share of the main thread that arming deferred requests takes.
 * @param {(line: string) => void} log
 */
export async function arming(log) {
  const scripts = { 'arming.js': await bundle('inPage/arming.ts', { minify: true }) }
  return withBrowser(scripts, async (lab) => {
    /** @type {string[][]} */
    const lines = []
    for (const rate of RATES) {
      const armed = []
      const unarmed = []
      for (let round = 1; round <= ROUNDS; round++) {
        // Side by side, each in a process of its own: what is measured is processor time.
        const [one, other] = await Promise.all([share(lab, true, rate), share(lab, false, rate)])
        armed.push(one)
        unarmed.push(other)
        log(`arming, ${rate} spans a second, round ${round} of ${ROUNDS}`)
      }
      const added = minimum(armed) - minimum(unarmed)
      const usual = median(armed) - median(unarmed)
      lines.push([
        `${rate} spans a second`,
        ...[minimum(armed), minimum(unarmed), added, usual].map(percent),
        added < 1 ? 'met' : '**not met**',
      ])
    }
    return [
      {
        title: 'Arming for a crash, Chromium',
        about:
          'Share of the main thread’s time, by processor time: a page that ends spans of 5 attributes and exports them every 5 seconds, with ' +
          '`deferred` on and off. The aim is that arming adds less than 1 %.',
        columns: ['', 'armed', 'not armed', 'added', 'medians', 'aim'],
        lines,
      },
    ]
  })
}

/** @param {number} value */
const percent = (value) => `${value.toFixed(2)} %`

/**
 * Percent of the time that the main thread was at work.
 * @param {import('./support/browser.mjs').Lab} lab
 * @param {boolean} deferred
 * @param {number} rate
 */
async function share(lab, deferred, rate) {
  const page = await lab.open()
  await page.addScriptTag({ url: '/arming.js' })
  await page.evaluate((isOn) => globalThis.startArming(isOn), deferred)
  await page.evaluate(() => globalThis.work(1, 20)) // warm
  const taskTime = await watchTasks(lab, page)
  const before = await taskTime()
  await page.evaluate(([seconds, pace]) => globalThis.work(seconds, pace), /** @type {const} */ ([SECONDS, rate]))
  const spent = (await taskTime()) - before
  await page.close()
  return (100 * spent) / SECONDS
}
