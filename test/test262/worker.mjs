// @ts-check
import { parentPort, workerData } from 'node:worker_threads'
import { readTest, variantsOf } from './readTest.mjs'
import { createTestRunner } from './runTest.mjs'

/**
 * @typedef {import('./runTest.mjs').Mode} Mode
 *
 * How one test went.
 * @typedef {object} Result
 * @property {string} path
 * @property {string | null} bare what went wrong without us
 * @property {{ mode: Mode, what: string }[]} broken what goes wrong with us only
 */

/** @type {{ root: string, bundle: string, modes: readonly Mode[] }} */
const { root, bundle, modes } = workerData
const runTest = createTestRunner(root, bundle)

// Many tests reject on purpose; what throws in a timer never calls $DONE and is told by that.
process.on('unhandledRejection', () => {})
process.on('uncaughtException', () => {})

/**
 * @param {string} path
 * @returns {Promise<Result>}
 */
async function compare(path) {
  const test = readTest(root, path)
  /** @type {Result} */
  const result = { path, bare: null, broken: [] }
  for (const variant of variantsOf(test)) {
    const bare = await runTest(test, variant, 'bare')
    result.bare ??= bare
    if (bare !== null) continue
    for (const mode of modes) {
      const what = await runTest(test, variant, mode)
      if (what !== null && !result.broken.some((other) => other.mode === mode)) result.broken.push({ mode, what })
    }
  }
  return result
}

parentPort?.on('message', async (/** @type {string} */ path) => parentPort?.postMessage(await compare(path)))
