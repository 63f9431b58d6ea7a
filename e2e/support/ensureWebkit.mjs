// @ts-check
// Finds a WebKit for the end-to-end tests that really starts: Playwright's own build, else WebKitGTK's.
import { delimiter, join } from 'node:path'
import { webkit } from 'playwright'
import { installDebianPackages } from './debianPackages.mjs'
import { isExecutable } from './ensureBrowser.mjs'
import { startWebkitGtk } from './webkitGtk.mjs'

const DRIVER = 'WebKitWebDriver'
const DEBIAN_PACKAGES = ['webkit2gtk-driver', 'xvfb']

/** For whoever has none. */
export const HOW_TO_GET_WEBKIT = `run \`npx playwright install --with-deps webkit\`, or as root on Debian or Ubuntu \`apt-get install ${DEBIAN_PACKAGES.join(' ')}\``

/**
 * The WebKit to test with, `null` when there is none. Installed on CI only.
 * @param {(line: string) => void} log told of everything slow
 * @returns {Promise<string | null>} path of Playwright's WebKit, or of WebKitGTK's driver
 */
export async function ensureWebkit(log = console.error) {
  const found = await findStarting(log)
  if (found || !process.env['CI'] || process.env['WEBKIT_PATH']) return found
  return installDebianPackages(DEBIAN_PACKAGES, log) ? findStarting(log) : null
}

/** @returns {string | undefined} path of a WebKit that is installed, starting or not */
export const installedWebkit = () => candidates()[0]

/** Whether it is WebKitGTK's driver, which Playwright cannot drive. @param {string} path */
export const isWebkitGtk = (path) => path.endsWith(DRIVER)

function candidates() {
  const named = process.env['WEBKIT_PATH']
  if (named) return [named]
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, DRIVER))
  return [...new Set([webkit.executablePath(), ...onPath])].filter(isExecutable)
}

/** @param {(line: string) => void} log */
async function findStarting(log) {
  for (const path of candidates()) {
    try {
      const browser = isWebkitGtk(path) ? await startWebkitGtk(path) : await webkit.launch({ executablePath: path })
      await browser.close()
      return path
    } catch (error) {
      log(`WebKit at ${path} does not start: ${String(error).split('\n', 1)[0]}`)
    }
  }
  return null
}
