// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chromium } from 'playwright'

/** @typedef {{ readonly context: import('playwright').BrowserContext, readonly version: string, close(): Promise<void> }} RunningBrowser */

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
 * A Chromium started by hand, whose tabs really hide behind each other: in the one that Playwright launches every tab stays visible.
 * @param {string} path
 * @param {string} profile folder of the profile; it stays when the browser is closed
 * @param {readonly string[]} [switches] besides ours
 * @returns {Promise<RunningBrowser>}
 */
export async function runChromium(path, profile, switches = []) {
  const child = spawn(path, [...SWITCHES, ...switches, `--user-data-dir=${profile}`, 'about:blank'], {
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
