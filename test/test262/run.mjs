// @ts-check
// `TEST262_DIR=… npm run test262`: what of ECMAScript's own tests for promises and async functions breaks with us on the page.
// The tests are not in npm: clone https://github.com/tc39/test262 and name the folder. A word after the command picks tests by path.
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { bundleAsScript } from './bundle.mjs'
import { assertFollows } from './runTest.mjs'
import { listTests } from './slices.mjs'

/**
 * @typedef {import('./runTest.mjs').Mode} Mode
 * @typedef {import('./worker.mjs').Result} Result
 * @typedef {{ mode: Mode, reason: string, tests: string[] }[]} Known
 */

const MODES = /** @type {const} */ ({
  loaded: 'with telemetry, no span ever active',
  after: 'with telemetry, after a span',
  inside: 'inside a span',
})
const modes = /** @type {(keyof typeof MODES)[]} */ (Object.keys(MODES))

const root = process.env['TEST262_DIR']
if (!root || !existsSync(join(root, 'harness'))) {
  console.log(
    root
      ? `test262 skipped: ${root} has no folder harness.`
      : 'test262 skipped: set TEST262_DIR to a clone of https://github.com/tc39/test262.',
  )
} else {
  const [word = ''] = process.argv.slice(2)
  const paths = listTests(root).filter((path) => path.includes(word))
  const results = await runAll(root, paths)
  process.exitCode = tell(results, word === '')
}

/**
 * @param {string} root
 * @param {readonly string[]} paths
 * @returns {Promise<Result[]>}
 */
async function runAll(root, paths) {
  const bundle = await bundleAsScript()
  await assertFollows(bundle)
  const waiting = [...paths].reverse()
  /** @type {Result[]} */
  const results = []
  const runOne = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: { root, bundle, modes } })
      /** @type {string | undefined} */
      let path
      const next = () => {
        path = waiting.pop()
        if (path === undefined) worker.terminate().then(resolve, reject)
        else worker.postMessage(path)
      }
      worker.on('message', (/** @type {Result} */ result) => {
        results.push(result)
        next()
      })
      worker.on('error', (error) => reject(new Error(`${path} ended the worker`, { cause: error })))
      next()
    })
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 8) }, runOne))
  return results.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * Prints the comparison with the list of known failures and gives the exit code.
 * @param {readonly Result[]} results
 * @param {boolean} isWhole
 */
function tell(results, isWhole) {
  const known = /** @type {Known} */ (JSON.parse(readFileSync(new URL('./known.json', import.meta.url), 'utf8')))
  const passing = results.filter(({ bare }) => bare === null)
  console.log(
    `${results.length} tests; ${passing.length} pass without us on this engine (Node ${process.versions.node}).`,
  )
  let problems = 0
  for (const mode of modes) {
    const expected = new Map(
      known.filter((entry) => entry.mode === mode).flatMap(({ tests, reason }) => tests.map((path) => [path, reason])),
    )
    const broken = passing.flatMap(({ path, broken }) => {
      const what = broken.find((one) => one.mode === mode)?.what
      return what === undefined ? [] : [{ path, what }]
    })
    const unknown = broken.filter(({ path }) => !expected.has(path))
    const gone = isWhole ? [...expected.keys()].filter((path) => isMended(path, mode, passing)) : []
    problems += unknown.length + gone.length
    console.log(`\n${MODES[mode]}: ${broken.length} broken, ${unknown.length} of them not in known.json`)
    for (const { path, what } of broken) console.log(`  ${path}\n    ${expected.get(path) ?? `NEW: ${what}`}`)
    for (const path of gone) console.log(`  ${path}\n    passes now: take it out of known.json`)
  }
  return problems > 0 ? 1 : 0
}

/**
 * @param {string} path
 * @param {Mode} mode
 * @param {readonly Result[]} passing
 */
function isMended(path, mode, passing) {
  const result = passing.find((one) => one.path === path)
  return result !== undefined && !result.broken.some((one) => one.mode === mode)
}
