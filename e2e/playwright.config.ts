import { defineConfig, devices } from '@playwright/test'
import { firefoxChannel, installedChromium, installedFirefox } from './support/ensureBrowser.mjs'

// `npm test` has tried the browsers and names them; without it we take the first one that is installed.
// An empty FIREFOX_PATH means that `npm test` has looked and found none.
const chromiumPath = process.env['CHROMIUM_PATH'] || installedChromium()
const firefoxPath = process.env['FIREFOX_PATH'] ?? installedFirefox()
const isCi = Boolean(process.env['CI'])

const chromium = {
  name: 'chromium',
  use: { ...devices['Desktop Chrome'], launchOptions: chromiumPath ? { executablePath: chromiumPath } : {} },
}

/** Runs what every engine must do alike, told by the tag; the rest of the tests needs Chromium's tools. */
function firefox(path: string) {
  const channel = firefoxChannel(path)
  return {
    name: 'firefox',
    grep: /@engines/,
    use: { ...devices['Desktop Firefox'], ...(channel && { channel }), launchOptions: { executablePath: path } },
  }
}

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.test.ts',
  globalSetup: './support/buildDemo.ts',
  outputDir: '../test-results',
  fullyParallel: false,
  forbidOnly: isCi,
  retries: 0, // a test that passes the second time has found something
  ...(isCi && { workers: 1 }),
  timeout: 30_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: { actionTimeout: 10_000, navigationTimeout: 15_000, trace: 'retain-on-failure' },
  projects: firefoxPath ? [chromium, firefox(firefoxPath)] : [chromium],
})
