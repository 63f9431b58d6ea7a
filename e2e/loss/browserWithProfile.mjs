// @ts-check
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firefox } from 'playwright'
import { ensureChromium, ensureFirefox, firefoxChannel } from '../support/ensureBrowser.mjs'
import { runChromium } from '../support/runChromium.mjs'

/** @typedef {import('playwright').BrowserContext} BrowserContext */
/** @typedef {import('../support/runChromium.mjs').RunningBrowser} Running */
/**
 * @typedef {object} BrowserWithProfile
 * @property {() => BrowserContext} context of the browser that runs now
 * @property {string} version such as `Chromium 156.0`
 * @property {() => boolean} isOpen
 * @property {() => Promise<void>} close as its user closes it; the profile stays
 * @property {() => Promise<void>} reopen with the same profile
 * @property {() => Promise<void>} end closes it and removes the profile
 */

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
  const switches = backForwardCache ? [] : ['--disable-back-forward-cache']
  const open = () => (engine === 'chromium' ? runChromium(path, profile, switches) : runFirefox(path, profile))
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
