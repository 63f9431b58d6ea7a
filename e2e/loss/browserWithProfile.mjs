// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, firefox } from 'playwright'
import { ensureChromium, ensureFirefox, firefoxChannel } from '../support/ensureBrowser.mjs'

/** @typedef {import('playwright').BrowserContext} BrowserContext */
/** @typedef {{ readonly context: BrowserContext, readonly version: string, close(): Promise<void> }} Running */
/**
 * @typedef {object} BrowserWithProfile
 * @property {() => BrowserContext} context of the browser that runs now
 * @property {string} version such as `Chromium 156.0`
 * @property {() => boolean} isOpen
 * @property {() => Promise<void>} close as its user closes it; the profile stays
 * @property {() => Promise<void>} reopen with the same profile
 * @property {() => Promise<void>} end closes it and removes the profile
 */

const SWITCHES = [
  '--headless',
  '--no-sandbox', // as Playwright starts it too: in containers there is no other way
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
]

/**
 * A browser as a visitor has it: one profile on the disk, tabs that hide each other. With the back/forward cache a page that is left lives
 * on for a while and can finish what it has begun; many pages never enter it, so the harder case is the default.
 * @param {'chromium' | 'firefox'} engine
 * @param {{ backForwardCache?: boolean }} [options] of Chromium only
 * @returns {Promise<BrowserWithProfile>}
 */
export async function openBrowser(engine, { backForwardCache = false } = {}) {
  const path = engine === 'chromium' ? await ensureChromium() : await ensureFirefox()
  if (!path) throw new Error('There is no Firefox here.')
  const profile = mkdtempSync(join(tmpdir(), 'telemetry-profile-'))
  const switches = backForwardCache ? SWITCHES : [...SWITCHES, '--disable-back-forward-cache']
  const open = () => (engine === 'chromium' ? runChromium(path, switches, profile) : runFirefox(path, profile))
  let running = await open()
  let isOpen = true
  return {
    context: () => running.context,
    version: running.version,
    isOpen: () => isOpen,
    async close() {
      isOpen = false
      await running.close()
    },
    async reopen() {
      running = await open()
      isOpen = true
    },
    async end() {
      if (isOpen) await running.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/**
 * Started by hand: in the one that Playwright launches every tab stays visible.
 * @param {string} path
 * @param {readonly string[]} switches
 * @param {string} profile
 * @returns {Promise<Running>}
 */
async function runChromium(path, switches, profile) {
  const child = spawn(path, [...switches, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  const kill = () => void child.kill()
  process.once('exit', kill) // a run that fails leaves no browser behind
  child.once('exit', () => process.off('exit', kill))
  const browser = await chromium.connectOverCDP(await debuggerUrl(child), { noDefaults: true })
  const [context] = browser.contexts()
  if (!context) throw new Error('the browser has no profile')
  return {
    context,
    version: `Chromium ${browser.version()}`,
    async close() {
      const session = await browser.newBrowserCDPSession()
      await Promise.all([exited, session.send('Browser.close')])
    },
  }
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} */
function debuggerUrl(child) {
  let text = ''
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the browser ended with code ${code}: ${text}`)))
    child.stderr?.on('data', (chunk) => {
      text += chunk
      const [, url] = /DevTools listening on (ws:\S+)/.exec(text) ?? []
      if (url) resolve(url)
    })
  })
}

/** @param {string} path @param {string} profile @returns {Promise<Running>} */
async function runFirefox(path, profile) {
  const channel = firefoxChannel(path)
  const context = await firefox.launchPersistentContext(profile, { executablePath: path, ...(channel && { channel }) })
  return {
    context,
    version: `Firefox ${context.browser()?.version() ?? ''}`.trim(),
    close: () => context.close(),
  }
}
