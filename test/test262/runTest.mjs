// @ts-check
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import vm from 'node:vm'
import { createRealm } from './realm.mjs'

/**
 * - `bare`: without us.
 * - `loaded`: telemetry runs, no span has ever been active.
 * - `after`: a span was active before, none is now.
 * - `inside`: the test runs inside a span.
 * @typedef {'bare' | 'loaded' | 'after' | 'inside'} Mode
 *
 * @typedef {import('./readTest.mjs').Test262} Test262
 * @typedef {typeof import('../../src/index')} Api
 */

const TIME_LIMIT = 2_000 // ms, for tests that use timers; all others are done when the microtasks are

/**
 * Makes the function that runs one test in a fresh realm and gives what went wrong, or `null`.
 * @param {string} root the folder of test262
 * @param {string} bundle our code, as an expression that gives what it exports
 */
export function createTestRunner(root, bundle) {
  const us = new vm.Script(bundle, { filename: 'telemetry.js' })
  /** @type {Map<string, vm.Script>} */
  const harness = new Map()
  const harnessFile = (/** @type {string} */ name) => {
    const script = harness.get(name) ?? new vm.Script(readFileSync(join(root, 'harness', name), 'utf8'))
    harness.set(name, script)
    return script
  }

  return async function runTest(
    /** @type {Test262} */ test,
    /** @type {'sloppy' | 'strict'} */ variant,
    /** @type {Mode} */ mode,
  ) {
    const { flags, includes, negative, source } = test
    const realm = createRealm()
    const isAsync = flags.includes('async')
    const done = nextVerdict(realm)
    const around = begin(realm, us, mode)
    if (!flags.includes('raw')) {
      const files = ['assert.js', 'sta.js', ...(isAsync ? ['doneprintHandle.js'] : []), ...includes]
      for (const name of files) realm.run(harnessFile(name))
    }

    let script
    try {
      script = new vm.Script(variant === 'strict' ? `"use strict";\n${source}` : source, { filename: test.path })
    } catch (error) {
      return negative?.phase === 'parse' ? wrongError(error, negative.type) : told(error)
    }
    if (negative?.phase === 'parse') return 'was parsed'

    try {
      // Its last value may be a promise: withSpan would wait for it, and the test would hear us ask.
      around(() => void realm.run(script))
    } catch (error) {
      return negative ? wrongError(error, negative.type) : told(error)
    }
    if (negative) return 'ended without an error'
    return isAsync ? done() : null
  }
}

/**
 * Loads us into the realm and starts.
 * @param {import('./realm.mjs').Realm} realm
 * @param {vm.Script} us
 */
function load(realm, us) {
  const api = /** @type {Api} */ (realm.run(us))
  const nothing = async () => {}
  api.startTelemetry({
    serviceName: 'test262',
    processors: [{ onStart() {}, onEnd() {}, forceFlush: nothing, shutdown: nothing }],
  })
  return api
}

/**
 * Gives the function that runs the test as the mode wants it.
 * @param {import('./realm.mjs').Realm} realm
 * @param {vm.Script} us
 * @param {Mode} mode
 * @returns {(run: () => unknown) => unknown}
 */
function begin(realm, us, mode) {
  if (mode === 'bare') return (run) => run()
  const api = load(realm, us)
  if (mode === 'after') api.withSpan('before', () => {})
  return mode === 'inside' ? (run) => api.withSpan('test', run) : (run) => run()
}

/**
 * Throws where we do not work at all in such a realm: then nothing would break, and that would tell nothing.
 * @param {string} bundle
 */
export async function assertFollows(bundle) {
  const realm = createRealm()
  /** @type {string[]} */
  const printed = []
  realm.onPrint((line) => printed.push(line))
  const { withSpan, getCurrentSpan } = load(realm, new vm.Script(bundle))
  const lookAfterAwait = /** @type {(look: () => unknown) => Promise<unknown>} */ (
    realm.run(new vm.Script('async (look) => { await (async () => {})(); return look() }'))
  )
  const span = await withSpan('test', () => lookAfterAwait(getCurrentSpan))
  if (!span || printed.length > 0) throw new Error(`Spans do not follow await in a realm of vm. ${printed.join(' ')}`)
}

/**
 * Gives the function that waits until the test says how it went.
 * @param {import('./realm.mjs').Realm} realm
 * @returns {() => Promise<string | null>}
 */
function nextVerdict(realm) {
  /** @type {string | undefined} */
  let line
  let tell = () => {}
  realm.onPrint((printed) => {
    if (!printed.startsWith('Test262:Async') || line !== undefined) return
    line = printed
    tell()
  })
  return async () => {
    for (let turn = 0; turn < 20 && line === undefined; turn++) await new Promise((resolve) => setImmediate(resolve))
    if (line === undefined) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, TIME_LIMIT)
        tell = () => {
          clearTimeout(timer)
          resolve(undefined)
        }
      })
    }
    if (line === undefined) return 'never called $DONE'
    return line.startsWith('Test262:AsyncTestComplete') ? null : line.replace('Test262:AsyncTestFailure:', '')
  }
}

/**
 * @param {unknown} error
 * @param {string} type
 */
function wrongError(error, type) {
  const name = /** @type {{ constructor?: { name?: string } } | null} */ (error)?.constructor?.name
  return name === type ? null : `wanted ${type}, got ${told(error)}`
}

/** @param {unknown} error */
function told(error) {
  const { name, message } = /** @type {{ name?: string, message?: string }} */ (Object(error))
  return message === undefined ? String(error) : `${name ?? /** @type {object} */ (error).constructor.name}: ${message}`
}
