// @ts-check
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url))
const READY_TIMEOUT_MS = 30_000 // loading the OpenTelemetry packages takes a second, on a busy machine several
const STOP_TIMEOUT_MS = 3_000

/**
 * Starts the shop backend as a child process on a free loopback port and waits until it answers.
 * @param {{ collectorUrl: string, answersTo: readonly string[], log: (line: string) => void }} options `answersTo`: hosts, besides loopback's
 * @returns {Promise<{ port: number, close: () => Promise<void> }>} `close` lets it send its last spans first
 */
export async function startBackend({ collectorUrl, answersTo, log }) {
  const child = fork(MAIN, [], {
    env: { ...process.env, BACKEND_COLLECTOR_URL: collectorUrl, BACKEND_HOSTS: answersTo.join(',') },
    execArgv: [], // flags of the parent (a test runner's loader, an inspector port) are not for the child
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  let closing = false
  child.once('exit', (code, signal) => {
    if (!closing)
      log(`The shop backend ended by itself (${signal ?? `exit code ${code}`}); /api/ answers 502 from now on.`)
  })
  try {
    const port = await readPort(child)
    return { port, close }
  } catch (error) {
    await close()
    throw error
  }

  async function close() {
    closing = true
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    if (child.connected)
      child.send('stop', () => {}) // an error here means that it has just ended
    else child.kill('SIGTERM')
    await exited
    clearTimeout(timer)
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function readPort(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`did not start within ${READY_TIMEOUT_MS / 1000} seconds`), READY_TIMEOUT_MS)
    const fail = (/** @type {string} */ what) => {
      clearTimeout(timer)
      reject(new Error(`the shop backend ${what}`))
    }
    child.once('error', (error) => fail(`could not be started: ${error.message}`))
    child.once('exit', (code) => fail(`ended while starting, exit code ${code}`))
    child.once('message', (message) => {
      clearTimeout(timer)
      resolve(Number(/** @type {{ port: number }} */ (message).port))
    })
  })
}
