// @ts-check
import { watchHeap, withBrowser } from './support/browser.mjs'
import { bundle } from './support/bundle.mjs'
import { comparison } from './support/table.mjs'

const SPANS = 20_000
const ROUNDS = 4

/** @param {(line: string) => void} log */
export async function retained(log) {
  const [ours, theirs] = await Promise.all([bundle('contestants/ours.ts'), bundle('contestants/otel.ts')])
  return withBrowser({ 'ours.js': ours, 'theirs.js': theirs }, async (lab) => {
    /** @type {Record<'ours' | 'twin' | 'theirs', number>[]} */
    const rounds = []
    for (let round = 0; round < ROUNDS; round++) {
      log(`bytes kept, round ${round + 1} of ${ROUNDS}`)
      rounds.push({
        ours: await bytesPerSpan(lab, '/ours.js'),
        theirs: await bytesPerSpan(lab, '/theirs.js'),
        twin: await bytesPerSpan(lab, '/ours.js'),
      })
    }
    const pages = rounds.map(({ ours, twin, theirs }) => ({ ours: [ours], twin: [twin], theirs: [theirs] }))
    return [
      {
        title: 'Memory, Chromium',
        about: `How much the heap grew by ${SPANS.toLocaleString('en')} ended spans, after a collection; a fresh page each time.`,
        rows: [comparison('kept per ended span of 5 attributes', 'bytes', 1, pages, { aim: 2 })],
      },
    ]
  })
}

/**
 * @param {import('./support/browser.mjs').Lab} lab
 * @param {string} script
 */
async function bytesPerSpan(lab, script) {
  const page = await lab.open()
  const used = await watchHeap(lab, page)
  await page.addScriptTag({ url: script })
  const hold = (/** @type {number} */ count) => page.evaluate((n) => globalThis.contestant.hold(n), count)
  await hold(2000) // code, shapes and caches first
  await hold(1)
  const before = await used()
  await hold(SPANS)
  const after = await used()
  await page.close()
  return (after - before) / SPANS
}
