// @ts-check
import { ORIGINS } from './measureLoss.mjs'

/** @typedef {import('./measureLoss.mjs').Cell} Cell */
/** @typedef {import('./measureLoss.mjs').Counts} Counts */
/** @typedef {import('./measureLoss.mjs').Outcome} Outcome */
/** @typedef {Cell & { contestant: string, outcomes: Outcome[] }} MeasuredCell */

const AT_ONCE_COUNT = 500 // up to here everything is to arrive at once
const AT_ONCE_COUNT_AS_JSON = 100

/**
 * Shares over all repetitions of a cell.
 * @param {readonly Outcome[]} outcomes
 */
export function sumUp(outcomes) {
  const sum = (/** @type {keyof Counts} */ key) => outcomes.reduce((total, outcome) => total + outcome[key], 0)
  const made = sum('made')
  return {
    atOnce: sum('atOnce') / made,
    afterNextView: sum('afterNextView') / made,
    duplicates: sum('duplicates'),
    repetitions: outcomes.length,
  }
}

/** @param {MeasuredCell} cell */
export function tellCell({ outcomes }) {
  if (outcomes.length === 0) return '–'
  const { atOnce, afterNextView, duplicates } = sumUp(outcomes)
  const shares = [...new Set([percent(atOnce), percent(afterNextView)])].join(' → ')
  return `${shares} %${duplicates > 0 ? `, ${duplicates} twice` : ''}`
}

/** Rounded down, so that 100 means all of them. @param {number} share */
function percent(share) {
  return String(Math.floor(share * 1000) / 10)
}

/** One row for each way to leave, origin and contestant, one column for each count. @param {readonly MeasuredCell[]} cells */
export function toMarkdown(cells) {
  const counts = [...new Set(cells.map(({ count }) => count))]
  const lines = [...groupRows(cells)].map(([head, row]) => [
    ...head.split('|'),
    ...counts.map((count) => {
      const cell = row.find((other) => other.count === count)
      return cell ? tellCell(cell) : ''
    }),
  ])
  const heads = ['', 'collector', '', ...counts.map((count) => `${count.toLocaleString('en')} spans`)]
  return [heads, heads.map((_, i) => (i < 3 ? '---' : '---:')), ...lines]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n')
}

/** @param {readonly MeasuredCell[]} cells */
function groupRows(cells) {
  /** @type {Map<string, MeasuredCell[]>} */
  const rows = new Map()
  for (const cell of cells) {
    const head = [cell.leaving.title, ORIGINS[cell.origin], cell.contestant].join('|')
    rows.set(head, [...(rows.get(head) ?? []), cell])
  }
  return rows
}

/** What of the goals a cell of ours misses, nothing where it meets them. @param {MeasuredCell} cell @returns {string[]} */
export function missedGoals({ leaving, count, outcomes }) {
  const { atOnce, afterNextView, duplicates } = sumUp(outcomes)
  return [
    ...(afterNextView < 1 && !leaving.mayLose ? [`${percent(afterNextView)} % after the next page view`] : []),
    ...(atOnce < 1 && count <= (leaving.isYoung ? AT_ONCE_COUNT_AS_JSON : AT_ONCE_COUNT) && !leaving.mayLose
      ? [`${percent(atOnce)} % at once`]
      : []),
    ...(duplicates > 0 && !leaving.mayLose ? [`${duplicates} twice`] : []),
  ]
}
