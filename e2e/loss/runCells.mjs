// @ts-check
import { openBrowser } from './browserWithProfile.mjs'
import { measureLoss } from './measureLoss.mjs'

/** @typedef {import('./lossTable.mjs').MeasuredCell} MeasuredCell */
/** @typedef {import('./lossPages.mjs').Contestant} Contestant */

const TRIES = 2 // a browser that fails to start or to answer says nothing about loss
const DEADLINE_MS = 60_000 // Playwright waits without end for a tab that closes while it changes its process

/**
 * Measures every cell so many times, in several browsers side by side: most of the time is waiting. Those of one cell follow each other,
 * contestants alternating.
 * @param {readonly (readonly [MeasuredCell, Contestant])[]} cells
 * @param {{
 *   engine: 'chromium' | 'firefox',
 *   backForwardCache: boolean,
 *   repeat: number,
 *   browsers: number,
 *   onCell: (cell: MeasuredCell) => void,
 * }} options
 * @returns {Promise<string>} the browser's name and version
 */
export async function runCells(cells, { engine, backForwardCache, repeat, browsers, onCell }) {
  const jobs = jobsOf(cells, repeat)
  let version = ''
  await Promise.all(Array.from({ length: Math.min(browsers, jobs.length) }, work))
  return version

  async function work() {
    let browser = await openBrowser(engine, { backForwardCache })
    version = browser.version
    try {
      for (let job = jobs.shift(); job; job = jobs.shift()) {
        const [cell, contestant] = job
        for (let left = TRIES; left > 0; left--) {
          try {
            cell.outcomes.push(await withDeadline(measureLoss(browser, contestant, cell)))
            break
          } catch (error) {
            if (left === 1) throw error
            console.error(`once more: ${cell.leaving.title}: ${/** @type {Error} */ (error).message.split('\n', 1)}`)
            await browser.end().catch(() => {})
            browser = await openBrowser(engine, { backForwardCache })
          }
        }
        if (cell.outcomes.length === repeat) onCell(cell)
      }
    } finally {
      await browser.end()
    }
  }
}

/** @template T @param {Promise<T>} working @returns {Promise<T>} */
async function withDeadline(working) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(reject, DEADLINE_MS, new Error('no end of it'))
  })
  try {
    return await Promise.race([working, /** @type {Promise<never>} */ (tooLate)])
  } finally {
    clearTimeout(timer)
  }
}

/** @param {readonly (readonly [MeasuredCell, Contestant])[]} cells @param {number} repeat */
function jobsOf(cells, repeat) {
  /** @type {(readonly [MeasuredCell, Contestant])[]} */
  const jobs = []
  const [first] = cells
  const abreast = cells.filter(([cell]) => isSameBut(cell, first?.[0])).length // the contestants of one cell stand together
  for (let i = 0; i < cells.length; i += abreast)
    for (let n = 0; n < repeat; n++) jobs.push(...cells.slice(i, i + abreast))
  return jobs
}

/** @param {MeasuredCell} a @param {MeasuredCell | undefined} b whether they differ by the contestant alone */
function isSameBut(a, b) {
  return a.leaving === b?.leaving && a.origin === b.origin && a.count === b.count
}
