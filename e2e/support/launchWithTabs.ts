import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from '@playwright/test'

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

/** A browser whose tabs really hide behind each other: the one that Playwright launches keeps every tab visible. */
export async function launchWithTabs(
  executablePath: string,
): Promise<{ context: BrowserContext; close: () => Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'telemetry-tabs-'))
  const child = spawn(executablePath, [...SWITCHES, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const browser = await chromium.connectOverCDP(await debuggerUrl(child), { noDefaults: true })
  return {
    context: browser.contexts()[0]!,
    async close() {
      const exited = once(child, 'exit')
      const session = await browser.newBrowserCDPSession()
      await session.send('Browser.close') // closing the connection alone would leave it running
      await exited
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function debuggerUrl(child: ChildProcess): Promise<string> {
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
