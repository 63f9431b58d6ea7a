// @ts-check
import { median, minimum } from './statistics.mjs'

/**
 * One line of a result: what ours and theirs cost, and how far two copies of ours lie apart.
 * @typedef {object} Comparison
 * @property {string} name
 * @property {string} unit
 * @property {number} ours
 * @property {number} theirs
 * @property {number} ratio theirs divided by ours: how many times ours is better
 * @property {number} [medianRatio]
 * @property {readonly [number, number]} [noise] smallest and largest ratio of ours to a second copy of ours
 * @property {number | undefined} [aim] the ratio that the project wants
 * @property {string} [note]
 */

/** @typedef {{ title: string, about: string, rows: readonly Comparison[] }} ComparisonTable */
/** @typedef {{ title: string, about: string, columns: readonly string[], lines: readonly (readonly string[])[] }} PlainTable */
/** @typedef {ComparisonTable | PlainTable} Table */

/**
 * A line from the blocks of one or more fresh pages: minima of all, the noise from page to page.
 * @param {string} name
 * @param {string} unit
 * @param {number} divisor from nanoseconds to `unit`
 * @param {readonly Record<string, readonly number[]>[]} pages each with the blocks of `ours`, `twin` and `theirs`
 * @param {{ aim?: number | undefined, note?: string }} [more]
 * @returns {Comparison}
 */
export function comparison(name, unit, divisor, pages, more = {}) {
  const all = (/** @type {string} */ who) => pages.flatMap((page) => page[who] ?? [])
  const spread = pages.map((page) => minimum(page['twin'] ?? []) / minimum(page['ours'] ?? []))
  const ours = minimum([...all('ours'), ...all('twin')])
  const theirs = minimum(all('theirs'))
  return {
    name,
    unit,
    ours: ours / divisor,
    theirs: theirs / divisor,
    ratio: theirs / ours,
    medianRatio: median(all('theirs')) / median([...all('ours'), ...all('twin')]),
    noise: [minimum(spread), Math.max(...spread)],
    ...more,
  }
}

/** @param {Table} table */
export function toMarkdown(table) {
  const { columns, lines } = 'rows' in table ? plain(table.rows) : table
  const text = [columns, columns.map((_, i) => (i === 0 ? '---' : '---:')), ...lines].map(
    (cells) => `| ${cells.join(' | ')} |`,
  )
  return `### ${table.title}\n\n${table.about}\n\n${text.join('\n')}\n`
}

/** @param {readonly Comparison[]} rows */
function plain(rows) {
  const columns = ['', 'ours', 'OpenTelemetry', 'better by', 'medians', 'ours : ours', 'aim', '']
  const lines = rows.map(({ name, unit, ours, theirs, ratio, medianRatio, noise, aim, note }) => [
    note ? `${name} (${note})` : name,
    `${amount(ours)} ${unit}`,
    `${amount(theirs)} ${unit}`,
    `${ratio.toFixed(2)}×`,
    medianRatio === undefined ? '' : `${medianRatio.toFixed(2)}×`,
    noise ? [...new Set(noise.map((value) => value.toFixed(2)))].join(' to ') : '',
    aim === undefined ? '' : `${aim.toFixed(aim < 3 ? 1 : 0)}×`,
    aim === undefined ? '' : ratio >= aim ? 'met' : '**not met**',
  ])
  return { columns, lines }
}

/** @param {number} value */
function amount(value) {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) < 10 ? 1 : 0
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
