// @ts-check
// Runs rows of `contestants/` in Chromium and in Node.
import { withBrowser } from './browser.mjs'
import { bundle } from './bundle.mjs'
import { compareInNode } from './realm.mjs'
import { comparison } from './table.mjs'

const PAGES = 3 // fresh ones for each row: what one page's optimiser decided must not decide the result
const ROUNDS = 14
const BLOCK_MS = 10

/** @typedef {{ row: string, unit: string, divisor: number, aim?: number, within?: number, showBytes?: boolean }} RowPlan `within`: ours at most */

/**
 * @param {readonly RowPlan[]} plans
 * @param {(line: string) => void} log
 * @returns {Promise<{ chromium: import('./table.mjs').Comparison[], node: import('./table.mjs').Comparison[] }>}
 */
export async function compareRows(plans, log) {
  const [ours, otel, frames] = await Promise.all([
    bundle('contestants/ours.ts'),
    bundle('contestants/otel.ts'),
    bundle('inPage/frames.ts'),
  ])

  const chromium = await withBrowser({ 'ours.js': ours, 'otel.js': otel, 'frames.js': frames }, (lab) => {
    const scripts = { ours: '/ours.js', twin: '/ours.js', theirs: '/otel.js' }
    return each(plans, 'Chromium', log, async ({ row }) => {
      const page = await lab.open()
      await page.addScriptTag({ url: '/frames.js' })
      const result = await page.evaluate(
        ([names, name, rounds, ms]) => globalThis.compare(names, name, rounds, ms),
        /** @type {const} */ ([scripts, row, ROUNDS, BLOCK_MS]),
      )
      await page.close()
      return result
    })
  })
  const node = await each(plans, 'Node', log, ({ row }) =>
    compareInNode({ ours, twin: ours, theirs: otel }, row, ROUNDS, BLOCK_MS),
  )
  return { chromium, node }
}

/**
 * @param {readonly RowPlan[]} plans
 * @param {string} where
 * @param {(line: string) => void} log
 * @param {(plan: RowPlan) => Promise<{ times: Record<string, number[]>, bytes: Record<string, number> }>} measure
 */
async function each(plans, where, log, measure) {
  const rows = []
  for (const plan of plans) {
    const results = []
    for (let page = 0; page < PAGES; page++) results.push(await measure(plan))
    const { ours = 0, theirs = 0 } = results[0]?.bytes ?? {}
    const row = comparison(
      plan.row,
      plan.unit,
      plan.divisor,
      results.map(({ times }) => times),
      {
        aim: plan.aim,
        ...(plan.showBytes && { note: `${ours.toLocaleString('en')} and ${theirs.toLocaleString('en')} bytes` }),
      },
    )
    log(`${where}: ${plan.row} ${row.ratio.toFixed(2)}×`)
    const { within } = plan
    if (within !== undefined) row.note = `aim: within ${within} ${plan.unit}, ${row.ours <= within ? 'met' : 'not met'}`
    rows.push(row)
  }
  return rows
}
