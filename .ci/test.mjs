// @ts-check
// The test command: runs every step, also after one has failed, prints what failed in full, and ends with the counts.
// `npm test -- unit e2e` runs only those steps; a long one runs only where it is named, as by `npm run test:long`.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './runTool.mjs'
import { STEPS } from './testSteps.mjs'

/** @typedef {import('./testSteps.mjs').Step} Step */
/** @typedef {import('./testSteps.mjs').StepResult} StepResult */

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name))
if (unknown.length > 0) {
  console.error(`Unknown step ${unknown.join(', ')}. The steps are: ${STEPS.map((step) => step.name).join(', ')}.`)
  process.exit(1)
}

const total = { passed: 0, failed: 0, skipped: 0 }
/** @type {{ step: Step, output: string }[]} */
const failures = []
/** @type {string[]} */
const notes = []
let isBuildBroken = false

for (const step of STEPS.filter(({ name, isLong }) => (wanted.length === 0 ? !isLong : wanted.includes(name)))) {
  const startedAt = Date.now()
  console.log(`… ${step.title}`)
  const result = await runStep(step)
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  console.log(`${result.failed === 0 ? '✓' : '✗'} ${step.title}: ${told(result)} (${seconds} s)`)

  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) total[key] += result[key]
  notes.push(...(result.notes ?? []))
  if (step.name === 'build') isBuildBroken = result.failed > 0
  if (result.failed > 0) failures.push({ step, output: result.output })
}

for (const { step, output } of failures) console.log(`\n──── ${step.title} failed ────\n${output.trim()}`)
if (total.passed === 0 && total.failed === 0) console.log('\nNothing was tested: that is a failure too.')
if (notes.length > 0) console.log(`\n${notes.join('\n')}`)
console.log(`\n${told(total)}`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

/**
 * @param {Step} step
 * @returns {Promise<StepResult>}
 */
async function runStep(step) {
  const failed = { passed: 0, failed: 1, skipped: 0 }
  if (step.needsBuild && isBuildBroken) return { ...failed, output: 'Not run: the build has failed.' }
  if (step.needsBuild && !existsSync(join(ROOT, 'dist')))
    return { ...failed, output: 'Not run: `npm run build` comes first.' }
  try {
    return await step.run((line) => console.log(`  ${line}`))
  } catch (error) {
    return { ...failed, output: error instanceof Error ? error.message : String(error) }
  }
}

/** @param {{ passed: number, failed: number, skipped: number }} counts */
function told({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
