// @ts-check
// Prints the table "kept / points" for each engine, this project beside OpenTelemetry JS, as Markdown.
// `--points` adds a row for each point of contextPoints.ts.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ensureChromium, ensureFirefox } from './support/ensureBrowser.mjs'
import { ensureWebkit } from './support/ensureWebkit.mjs'

const inProject = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

const env = {
  ...process.env,
  CHROMIUM_PATH: await ensureChromium(),
  FIREFOX_PATH: (await ensureFirefox()) ?? '',
  WEBKIT_PATH: (await ensureWebkit()) ?? '',
  CONTEXT_TABLE_POINTS: process.argv.includes('--points') ? '1' : '',
}
const args = [inProject('node_modules/@playwright/test/cli.js'), 'test', '-c', inProject('e2e/contextTable')]
process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1
