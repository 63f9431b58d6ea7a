// @ts-check
// WebKitGTK's own small browser, driven through WebDriver on a screen that is not there. For machines without Playwright's
// WebKit, which is a build of its own that no distribution has.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Builder, Capabilities } from 'selenium-webdriver'
import { freePort } from './freePort.mjs'

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/**
 * @typedef {object} WebkitGtk
 * @property {import('selenium-webdriver').WebDriver} driver
 * @property {string} version such as `2.50.6`
 * @property {() => Promise<void>} close
 */

const SCREEN = 'Xvfb'
const START_TIMEOUT_MS = 30_000
const SCRIPT_TIMEOUT_MS = 60_000

/**
 * Starts a browser with one window.
 * @param {string} driverPath the executable of WebKitWebDriver
 * @returns {Promise<WebkitGtk>}
 */
export async function startWebkitGtk(driverPath) {
  const binary = miniBrowser()
  if (!binary) throw new Error('WebKitGTK has no MiniBrowser here; it comes with its libraries.')
  const home = mkdtempSync(join(tmpdir(), 'telemetry-webkit-'))
  /** @type {ChildProcess[]} */
  const children = []
  const endAll = () => {
    for (const child of children) child.kill()
  }
  process.once('exit', endAll)
  const close = async () => {
    process.off('exit', endAll)
    const exits = children.filter(({ exitCode }) => exitCode === null).map((child) => once(child, 'exit'))
    endAll()
    await Promise.all(exits)
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const display = await startScreen(children)
    const port = await freePort()
    const env = { ...process.env, ...plainMachine(home), DISPLAY: display }
    children.push(await spawned(driverPath, [`--port=${port}`, '--host=127.0.0.1'], { env, stdio: 'ignore' }))
    const url = `http://127.0.0.1:${port}`
    await answering(`${url}/status`)

    const wanted = new Capabilities()
    wanted.set('browserName', 'MiniBrowser')
    wanted.set('webkitgtk:browserOptions', { binary, args: ['--automation'] })
    const driver = await new Builder().usingServer(url).withCapabilities(wanted).build()
    await driver.manage().setTimeouts({ script: SCRIPT_TIMEOUT_MS })
    const version = String((await driver.getCapabilities()).get('browserVersion'))
    return {
      driver,
      version,
      async close() {
        await driver.quit().catch(() => {})
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** WebKitGTK puts it beside its helper processes, not on PATH. @returns {string | undefined} */
function miniBrowser() {
  const libraries = [
    '/usr/libexec',
    '/usr/lib',
    '/usr/lib64',
    ...inside('/usr/lib').filter((path) => /-linux-gnu/.test(path)),
  ]
  return libraries
    .flatMap(inside)
    .filter((path) => /webkit2?gtk-[\d.]+$/.test(path))
    .map((path) => join(path, 'MiniBrowser'))
    .filter((path) => existsSync(path))
    .at(-1)
}

/** @param {string} folder */
const inside = (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [])

/** @param {ChildProcess[]} children @returns {Promise<string>} the display, such as `:99` */
async function startScreen(children) {
  const args = ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp']
  const screen = await spawned(SCREEN, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  children.push(screen)
  let told = ''
  for await (const chunk of /** @type {import('node:stream').Readable} */ (screen.stdio[3])) {
    told += chunk
    if (told.includes('\n')) return `:${told.trim()}`
  }
  throw new Error(`${SCREEN} ended before it had a display.`)
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
async function spawned(command, args, options) {
  const child = spawn(command, args, options)
  await once(child, 'spawn') // rejects where the command does not exist
  return child
}

/**
 * A driver that shares no settings, no bus and no graphics card with anybody.
 * @param {string} home
 */
function plainMachine(home) {
  const folders = ['CONFIG', 'DATA', 'CACHE'].map((name) => [`XDG_${name}_HOME`, join(home, name)])
  const isRoot = process.getuid?.() === 0
  return {
    ...Object.fromEntries(folders),
    ...(isRoot && { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' }), // its sandbox refuses root
    WEBKIT_DISABLE_DMABUF_RENDERER: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
    NO_AT_BRIDGE: '1',
    GSETTINGS_BACKEND: 'memory',
  }
}

/** @param {string} url */
async function answering(url) {
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return
    if (Date.now() > deadline) throw new Error(`WebKitWebDriver did not answer within ${START_TIMEOUT_MS / 1000} s.`)
    await pause(50) // it tells nobody when it listens
  }
}
