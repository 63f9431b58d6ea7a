// @ts-check
import { compareRows } from './support/compare.mjs'

const ABOUT =
  'One span made and ended, with a processor that only keeps the last one; attributes are a new object literal each time. ' +
  'Every page first made spans of all the other kinds, as pages do. No clock is free: the first row is what the two readings ' +
  'of `performance.now()` that a span needs cost when they are written so.'

/** @param {(line: string) => void} log */
export async function spans(log) {
  const plan = (/** @type {string} */ row, /** @type {number} */ aim) => ({ row, aim, unit: 'ns', divisor: 1 })
  const { chromium, node } = await compareRows(
    [
      { row: 'two clock reads', unit: 'ns', divisor: 1 },
      plan('span, no attributes', 4),
      plan('span, 5 attributes', 4),
      plan('span, 20 attributes', 4),
      plan('unsampled span, 5 attributes', 4),
      plan('work in an active span', 10),
      { row: 'read the active span', unit: 'ns', divisor: 1 },
      { row: 'read the active span inside one', unit: 'ns', divisor: 1000 },
    ],
    log,
  )
  return [
    { title: 'Spans, Chromium', about: ABOUT, rows: chromium },
    { title: 'Spans, Node', about: 'The same in a context of Node.', rows: node },
  ]
}
