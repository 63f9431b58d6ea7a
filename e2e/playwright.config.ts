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

/** What `npm test` runs: the way of a span from the page to the collector, in each engine. */
const FIRST_FILES = ['delivery', 'fetchSpans', 'xhrSpans', 'scriptTag', 'secondPart', 'context.webkit']
const firstTests = FIRST_FILES.map((name) => `**/${name}.test.ts`)

const part = process.env['E2E_PART'] // `first`, `rest`, or all of them
const otherPart = part === 'rest' ? firstTests : []

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
    ? { name: 'webkit', testMatch: firstOf(WEBKIT_GTK_TESTS), testIgnore: otherPart }
    : {
        name: 'webkit',
        grep: /@engines/,
        use: { ...devices['Desktop Safari'], launchOptions: { executablePath: path } },
      }
}

function firstOf(all: string): string | string[] {
  return part === 'first' ? firstTests.filter((file) => all !== WEBKIT_GTK_TESTS || file.includes('.webkit.')) : all
}

export default defineConfig({
  testDir: '.',
  testMatch: firstOf('**/*.test.ts'),
  testIgnore: [WEBKIT_GTK_TESTS, ...otherPart],
  globalSetup: './support/buildDemo.ts',
  outputDir: '../test-results',
  fullyParallel: false,
  forbidOnly: isCi,
  retries: 0, // a test that passes the second time has found something
  workers: 2, // they mostly wait
  timeout: 30_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: { actionTimeout: 10_000, navigationTimeout: 15_000 },
  projects: [chromium, ...(firefoxPath ? [firefox(firefoxPath)] : []), ...(webkitPath ? [webkit(webkitPath)] : [])],
})
