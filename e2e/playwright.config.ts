import { defineConfig, devices } from '@playwright/test'
import { firefoxChannel, installedChromium, installedFirefox } from './support/ensureBrowser.mjs'
import { installedWebkit, isWebkitGtk } from './support/ensureWebkit.mjs'

// `npm test` has tried the browsers and names them; without it we take the first one that is installed.
// An empty FIREFOX_PATH or WEBKIT_PATH means that `npm test` has looked and found none.
const chromiumPath = process.env['CHROMIUM_PATH'] || installedChromium()
const firefoxPath = process.env['FIREFOX_PATH'] ?? installedFirefox()
const webkitPath = process.env['WEBKIT_PATH'] ?? installedWebkit()
const isCi = Boolean(process.env['CI'])

const chromium = {
  name: 'chromium',
  use: { ...devices['Desktop Chrome'], launchOptions: chromiumPath ? { executablePath: chromiumPath } : {} },
}

const WEBKIT_GTK_TESTS = '**/*.webkit.test.ts'

/** Runs what every engine must do alike, told by the tag; the rest of the tests needs Chromium's tools. */
function firefox(path: string) {
  const channel = firefoxChannel(path)
  return {
    name: 'firefox',
    grep: /@engines/,
    use: { ...devices['Desktop Firefox'], ...(channel && { channel }), launchOptions: { executablePath: path } },
  }
}

/** Playwright's WebKit runs what Firefox runs. WebKitGTK's browser has files of its own, since Playwright cannot drive it. */
function webkit(path: string) {
  return isWebkitGtk(path)
    ? { name: 'webkit', testMatch: WEBKIT_GTK_TESTS, testIgnore: [] }
    : {
        name: 'webkit',
        grep: /@engines/,
        use: { ...devices['Desktop Safari'], launchOptions: { executablePath: path } },
      }
}

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.test.ts',
  testIgnore: WEBKIT_GTK_TESTS,
  globalSetup: './support/buildDemo.ts',
  outputDir: '../test-results',
  fullyParallel: false,
  forbidOnly: isCi,
  retries: 0, // a test that passes the second time has found something
  ...(isCi && { workers: 1 }),
  timeout: 30_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: { actionTimeout: 10_000, navigationTimeout: 15_000 },
  projects: [chromium, ...(firefoxPath ? [firefox(firefoxPath)] : []), ...(webkitPath ? [webkit(webkitPath)] : [])],
})
