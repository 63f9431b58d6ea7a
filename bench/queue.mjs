// @ts-check
import { setTimeout as wait } from 'node:timers/promises'
import { watchHeap, withBrowser } from './support/browser.mjs'
import { bundle } from './support/bundle.mjs'
import { comparison } from './support/table.mjs'

const ROUNDS = 3
const SPANS = 5000 // more than any queue holds, with what is under way
const SETTLES_MS = 1500 // what is encoded or compressed ahead is, after this

/**
 * What a page keeps whose collector does not answer while more ends than the queue takes, and how long it is busy when it hides.
 * @param {(line: string) => void} log
 */
export async function queue(log) {
  const [ours, theirs] = await Promise.all([bundle('inPage/queue.ts'), bundle('inPage/queueOtel.ts')])
  return withBrowser({ 'ours.js': ours, 'theirs.js': theirs }, async (lab) => {
    /** @param {string} title @param {(script: string) => Promise<number>} measure */
    const inTurns = async (title, measure) => {
      /** @type {Record<'ours' | 'twin' | 'theirs', number[]>[]} */
      const pages = []
      for (let round = 1; round <= ROUNDS; round++) {
        log(`${title}, round ${round} of ${ROUNDS}`)
        const ours = [await measure('/ours.js')]
        const theirs = [await measure('/theirs.js')]
        pages.push({ ours, theirs, twin: [await measure('/ours.js')] })
      }
      return pages
    }
    const rows = []
    for (const [name, characters] of /** @type {const} */ ([
      ['full queue of spans of 5 attributes', 0],
      ['full queue of spans with 10,000 characters more', 10_000],
    ])) {
      const pages = await inTurns(name, (script) => bytesOfQueue(lab, script, characters))
      rows.push(comparison(name, 'MB', 1e6, pages))
    }
    const hides = []
    for (const [name, count] of /** @type {const} */ ([
      ['hide with 100 spans waiting', 100],
      ['hide with a full queue', SPANS],
    ])) {
      const pages = await inTurns(name, (script) => hideWith(lab, script, count))
      hides.push(comparison(name, 'ms', 1, pages))
    }
    const about = `How much the heap grew when ${SPANS.toLocaleString('en')} spans had ended and no request was answered, after a collection.`
    const aboutHides =
      'How long the main thread is busy from `visibilitychange` on: everything is encoded that was not, and handed to the browser. A long task has 50 ms.'
    return [
      { title: 'A full queue, Chromium', about, rows },
      { title: 'A hide, Chromium', about: aboutHides, rows: hides },
    ]
  })
}

/**
 * @param {import('./support/browser.mjs').Lab} lab
 * @param {string} script
 * @param {number} characters
 */
async function bytesOfQueue(lab, script, characters) {
  const page = await startOn(lab, script)
  const used = await watchHeap(lab, page)
  const before = await used()
  await fill(page, SPANS, characters)
  const after = await used()
  await page.close()
  return after - before
}

/**
 * @param {import('./support/browser.mjs').Lab} lab
 * @param {string} script
 * @param {number} count
 */
async function hideWith(lab, script, count) {
  const page = await startOn(lab, script)
  await fill(page, 10, 0) // warm, and under way
  await fill(page, count, 0)
  const ms = await page.evaluate(() => globalThis.hideQueue())
  await page.close()
  return ms
}

/** @param {import('./support/browser.mjs').Lab} lab @param {string} script */
async function startOn(lab, script) {
  const page = await lab.open()
  await page.addScriptTag({ url: script })
  await page.evaluate(() => globalThis.startQueue('/silent'))
  return page
}

/** @param {import('./support/browser.mjs').Page} page @param {number} count @param {number} characters */
async function fill(page, count, characters) {
  await page.evaluate(([spans, more]) => globalThis.fillQueue(spans, more), /** @type {const} */ ([count, characters]))
  await wait(SETTLES_MS)
}
