// @ts-check
// Finds a browser for the end-to-end tests that really launches, and installs one where it may.
// A file that exists proves nothing: a download without its system libraries, or a snap's stub, exists too.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, firefox } from 'playwright'
import { installDebianPackages } from './debianPackages.mjs'

/**
 * @typedef {object} Engine
 * @property {string} title
 * @property {'chromium' | 'firefox'} name as Playwright calls it
 * @property {string} variable of the environment, names the executable to use
 * @property {string[]} commands looked up on PATH
 * @property {string[]} paths where systems put it without PATH
 * @property {string} debianPackage
 */

/** @type {Engine} */
const CHROMIUM = {
  title: 'Chromium',
  name: 'chromium',
  variable: 'CHROMIUM_PATH',
  commands: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge-stable'],
  paths: [
    '/usr/bin/chromium',
    '/snap/bin/chromium',
    '/opt/google/chrome/chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  debianPackage: 'chromium',
}

/** @type {Engine} */
const FIREFOX = {
  title: 'Firefox',
  name: 'firefox',
  variable: 'FIREFOX_PATH',
  commands: ['firefox-esr', 'firefox'],
  paths: ['/usr/bin/firefox-esr', '/Applications/Firefox.app/Contents/MacOS/firefox'],
  debianPackage: 'firefox-esr',
}

/** For whoever has none. */
export const HOW_TO_GET_FIREFOX =
  'run `npx playwright install --with-deps firefox`, or as root on Debian `apt-get install firefox-esr`, or set FIREFOX_PATH'

const LAUNCH_TIMEOUT_MS = 60_000 // the first start of a fresh install on a busy machine takes tens of seconds
const INSTALL_TIMEOUT_MS = 600_000

/**
 * The Chromium to test with; installs one when none launches. Throws, in one sentence, when that fails too.
 * @param {(line: string) => void} log told of everything slow
 * @returns {Promise<string>} path of the executable
 */
export async function ensureChromium(log = console.error) {
  const path = (await findLaunching(CHROMIUM, log)) ?? (await install(CHROMIUM, log))
  if (path) return path
  if (process.env['CHROMIUM_PATH']) {
    throw new Error('CHROMIUM_PATH names a browser that does not launch: correct it, or unset it to have one found.')
  }
  throw new Error(
    'No Chromium launches here. Run `npx playwright install --with-deps chromium`, or `apt-get install chromium` as root on ' +
      'Debian or Ubuntu, or set CHROMIUM_PATH to the executable of a Chromium or Chrome.',
  )
}

/**
 * The Firefox to test with, `null` when there is none: it is a second engine, not a condition. Installed on CI only.
 * @param {(line: string) => void} log
 * @returns {Promise<string | null>} path of the executable
 */
export async function ensureFirefox(log = console.error) {
  const found = await findLaunching(FIREFOX, log)
  if (found) return found
  return process.env['CI'] ? install(FIREFOX, log) : null
}

/** @returns {string | undefined} path of a Chromium that is installed, launching or not */
export const installedChromium = () => candidates(CHROMIUM)[0]

/** @returns {string | undefined} path of a Firefox that is installed, launching or not */
export const installedFirefox = () => candidates(FIREFOX)[0]

/**
 * What Playwright needs to launch that Firefox: its own patched build needs nothing, a stock one speaks WebDriver BiDi.
 * @param {string} path
 */
export const firefoxChannel = (path) => (path === firefox.executablePath() ? undefined : 'moz-firefox')

/**
 * Best first: what the user named and nothing else, then Playwright's own, then the system's.
 * @param {Engine} engine
 */
function candidates(engine) {
  const named = process.env[engine.variable]
  if (named) return [named]
  const directories = (process.env['PATH'] ?? '').split(delimiter)
  const onPath = engine.commands.flatMap((command) => directories.map((directory) => join(directory, command)))
  const all = [typeOf(engine).executablePath(), ...onPath, ...engine.paths]
  return [...new Set(all)].filter(isExecutable)
}

/**
 * @param {Engine} engine
 * @param {(line: string) => void} log
 */
async function findLaunching(engine, log) {
  for (const path of candidates(engine)) {
    const failure = await tryLaunch(engine, path)
    if (!failure) return path
    log(`${engine.title} at ${path} does not launch: ${failure}`)
  }
  return null
}

/**
 * Playwright's download first, since it needs no rights; the system's package second, since it brings its libraries.
 * @param {Engine} engine
 * @param {(line: string) => void} log
 */
async function install(engine, log) {
  if (process.env[engine.variable]) return null // the user has said which one, and it does not launch
  const playwright = fileURLToPath(new URL('../../node_modules/playwright/cli.js', import.meta.url))

  log(`Trying \`playwright install ${engine.name}\` …`)
  const download = [playwright, 'install', engine.name]
  if (spawnSync(process.execPath, download, { stdio: 'ignore', timeout: INSTALL_TIMEOUT_MS }).status === 0) {
    const path = await findLaunching(engine, log)
    if (path) return path
  }
  return installDebianPackages([engine.debianPackage], log) ? findLaunching(engine, log) : null
}

/**
 * @param {Engine} engine
 * @param {string} path
 * @returns {Promise<string>} what went wrong, empty when it works
 */
async function tryLaunch(engine, path) {
  const channel = engine === FIREFOX ? firefoxChannel(path) : undefined
  try {
    const browser = await typeOf(engine).launch({
      executablePath: path,
      timeout: LAUNCH_TIMEOUT_MS,
      ...(channel && { channel }),
    })
    try {
      await browser.newPage() // a stock Firefox that Playwright cannot drive fails only here
    } finally {
      await browser.close()
    }
    return ''
  } catch (error) {
    return String(error).split('\n').slice(0, 3).join(' ').slice(0, 300)
  }
}

/** @param {Engine} engine */
function typeOf(engine) {
  return engine === FIREFOX ? firefox : chromium
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
