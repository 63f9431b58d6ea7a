// @ts-check
import { buildStale } from '../demo/server/buildStale.mjs'
import { startDemo } from '../demo/server/startDemo.mjs'
import { watchTasks, withBrowser } from './support/browser.mjs'
import { bundle } from './support/bundle.mjs'
import { median, minimum } from './support/statistics.mjs'

const SECONDS = 10
const ROUNDS = 3
const RATES = [5, 20, 100] // spans a second: a quiet page, a busy one, one that traces everything
const CLICK_MS = 500 // a visitor of the demo in a hurry

/**
 * What it costs that a crash loses nothing: the share of the main thread that arming deferred requests takes.
 * @param {(line: string) => void} log
 */
export async function arming(log) {
  const scripts = { 'arming.js': await bundle('inPage/arming.ts', { minify: true }) }
  await buildStale({ log: console.error })
  const demo = await startDemo({ port: 0, log: () => {} })
  try {
    return await withBrowser(scripts, async (lab) => {
      /** @type {string[][]} */
      const lines = []
      for (const rate of RATES) {
        const measure = (/** @type {boolean} */ isArmed) => share(lab, isArmed, rate)
        lines.push(await compare(`${rate} spans a second`, measure, log))
      }
      const measure = (/** @type {boolean} */ isArmed) => shareOfDemo(lab, demo.url, isArmed)
      lines.push(await compare('the plain page of the demo, two clicks a second', measure, log))
      return [
        {
          title: 'Arming for a crash, Chromium',
          about:
            'Share of the main thread’s time, by processor time: a page that ends spans of 5 attributes and exports them every 5 seconds, with ' +
            '`deferred` on and off; and the demo, with and without `fetchLater`. The aim is that arming adds less than 1 %.',
          columns: ['', 'armed', 'not armed', 'added', 'medians', 'aim'],
          lines,
        },
      ]
    })
  } finally {
    await demo.close()
  }
}

/**
 * @param {string} name
 * @param {(isArmed: boolean) => Promise<number>} measure
 * @param {(line: string) => void} log
 */
async function compare(name, measure, log) {
  const armed = []
  const unarmed = []
  for (let round = 1; round <= ROUNDS; round++) {
    // Side by side, each in a process of its own: what is measured is processor time.
    const [one, other] = await Promise.all([measure(true), measure(false)])
    armed.push(one)
    unarmed.push(other)
    log(`arming, ${name}, round ${round} of ${ROUNDS}`)
  }
  const added = minimum(armed) - minimum(unarmed)
  const usual = median(armed) - median(unarmed)
  return [name, ...[minimum(armed), minimum(unarmed), added, usual].map(percent), added < 1 ? 'met' : '**not met**']
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
  return shareWhile(lab, page, () =>
    page.evaluate(([seconds, pace]) => globalThis.work(seconds, pace), /** @type {const} */ ([SECONDS, rate])),
  )
}

/**
 * The same of the demo, whose actions are clicked one after the other.
 * @param {import('./support/browser.mjs').Lab} lab
 * @param {string} url
 * @param {boolean} isArmed
 */
async function shareOfDemo(lab, url, isArmed) {
  const page = await lab.open()
  if (!isArmed) await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'fetchLater'))
  await page.goto(`${url}/plain/`)
  const buttons = page.locator('#actions button')
  await buttons.first().click() // warm
  const click = () =>
    buttons.evaluateAll(
      (all, [seconds, pause]) =>
        new Promise((resolve) => {
          let clicks = 0
          const timer = setInterval(() => {
            const button = all[clicks++ % all.length]
            if (button instanceof HTMLButtonElement) button.click()
            if (clicks * pause < seconds * 1000) return
            clearInterval(timer)
            resolve(undefined)
          }, pause)
        }),
      /** @type {const} */ ([SECONDS, CLICK_MS]),
    )
  return shareWhile(lab, page, click)
}

/**
 * The share of the main thread while it works, for so many seconds; the page is closed then.
 * @param {import('./support/browser.mjs').Lab} lab
 * @param {import('playwright').Page} page
 * @param {() => Promise<unknown>} works
 */
async function shareWhile(lab, page, works) {
  const taskTime = await watchTasks(lab, page)
  const before = await taskTime()
  await works()
  const spent = (await taskTime()) - before
  await page.close()
  return (100 * spent) / SECONDS
}
