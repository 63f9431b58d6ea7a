// @ts-check
import { setTimeout as wait } from 'node:timers/promises'
import { watchHeap, withBrowser } from './support/browser.mjs'
import { bundle } from './support/bundle.mjs'
import { comparison } from './support/table.mjs'

const ROUNDS = 3
const SPANS = 5000 // more than any queue holds, with what is under way
const SETTLES_MS = 1500 // what is encoded or compressed ahead is, after this

/**
 * What a page keeps whose collector does not answer while more ends than the queue takes.
 * @param {(line: string) => void} log
 */
export async function queue(log) {
  const [ours, theirs] = await Promise.all([bundle('inPage/queue.ts'), bundle('inPage/queueOtel.ts')])
  return withBrowser({ 'ours.js': ours, 'theirs.js': theirs }, async (lab) => {
    const rows = []
    for (const [name, characters] of /** @type {const} */ ([
      ['spans of 5 attributes', 0],
      ['spans with 10,000 characters more', 10_000],
    ])) {
      /** @type {Record<'ours' | 'twin' | 'theirs', number[]>[]} */
      const pages = []
      for (let round = 1; round <= ROUNDS; round++) {
        log(`full queue of ${name}, round ${round} of ${ROUNDS}`)
        pages.push({
          ours: [await bytesOfQueue(lab, '/ours.js', characters)],
          theirs: [await bytesOfQueue(lab, '/theirs.js', characters)],
          twin: [await bytesOfQueue(lab, '/ours.js', characters)],
        })
      }
      rows.push(comparison(`full queue of ${name}`, 'MB', 1e6, pages))
    }
    const about = `How much the heap grew when ${SPANS.toLocaleString('en')} spans had ended and no request was answered, after a collection.`
    return [{ title: 'A full queue, Chromium', about, rows }]
  })
}

/**
 * @param {import('./support/browser.mjs').Lab} lab
 * @param {string} script
 * @param {number} characters
 */
async function bytesOfQueue(lab, script, characters) {
  const page = await lab.open()
  const used = await watchHeap(lab, page)
  await page.addScriptTag({ url: script })
  await page.evaluate(() => globalThis.startQueue('/silent'))
  const before = await used()
  await page.evaluate(([count, more]) => globalThis.fillQueue(count, more), /** @type {const} */ ([SPANS, characters]))
  await wait(SETTLES_MS)
  const after = await used()
  await page.close()
  return after - before
}
