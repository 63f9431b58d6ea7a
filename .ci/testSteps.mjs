// @ts-check
// What `npm test` runs, in this order. A step with tests of its own counts each of them, any other counts as one.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureChromium, ensureFirefox, HOW_TO_GET_FIREFOX } from '../e2e/support/ensureBrowser.mjs'
import { ensureWebkit, HOW_TO_GET_WEBKIT } from '../e2e/support/ensureWebkit.mjs'
import { ROOT, runNode, runTool } from './runTool.mjs'

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 *
 * @typedef {Counts & { output: string, notes?: string[] }} StepResult notes are told again at the end
 *
 * @typedef {object} Step
 * @property {string} name for `npm test -- name`
 * @property {string} title
 * @property {boolean} [needsBuild] reads dist/
 * @property {boolean} [isLong] runs only where it is asked for: `npm run test:long`
 * @property {(log: (line: string) => void) => Promise<StepResult>} run
 */

/** @type {Step[]} */
export const STEPS = [
  { name: 'types', title: 'types, TypeScript 6', run: () => check(runTool('typescript', ['-p', 'tsconfig.json'])) },
  { name: 'types7', title: 'types, TypeScript 7', run: () => check(runTool('typescript7', ['-p', 'tsconfig.json'])) },
  {
    name: 'lint',
    title: 'lint and format',
    run: () => check(runTool('@biomejs/biome', ['ci', '--colors=off', '--error-on-warnings'])),
  },
  { name: 'build', title: 'build', run: () => check(runNode(['.ci/build.mjs'])) },
  { name: 'unit', title: 'unit tests', run: runUnitTests },
  { name: 'publint', title: 'package: publint', needsBuild: true, run: () => check(runTool('publint', ['--strict'])) },
  { name: 'attw', title: 'package: are the types wrong', needsBuild: true, run: () => check(runAttw()) },
  { name: 'knip', title: 'unused code', needsBuild: true, run: () => check(runTool('knip')) },
  { name: 'api', title: 'API report', needsBuild: true, run: () => check(runNode(['.ci/apiReport.mjs'])) },
  { name: 'package', title: 'package tests', needsBuild: true, run: runPackageTests },
  { name: 'e2e', title: 'end-to-end tests, the first', needsBuild: true, run: (log) => runBrowserTests(log, 'first') },
  {
    name: 'long',
    title: 'end-to-end tests, the rest',
    isLong: true,
    run: (log) => runBrowserTests(log, 'rest'),
  },
]

const SCRIPT_FILES = ['telemetry.min.js', 'telemetry.full.min.js'] // are ES modules, whoever asks

async function runAttw() {
  const attw = (/** @type {string[]} */ args) => runTool('@arethetypeswrong/cli', ['--pack', '.', ...args])
  const entries = await attw(['--profile', 'strict', '--exclude-entrypoints', ...SCRIPT_FILES])
  const scripts = await attw(['--profile', 'esm-only', '--entrypoints', ...SCRIPT_FILES])
  return { ok: entries.ok && scripts.ok, output: entries.output + scripts.output }
}

/**
 * @param {Promise<import('./runTool.mjs').Outcome>} running
 * @returns {Promise<StepResult>}
 */
async function check(running) {
  const { ok, output } = await running
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, output }
}

/**
 * @param {(line: string) => void} log
 * @returns {Promise<StepResult>}
 */
function runUnitTests(log) {
  return withReport(async (report) => {
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const outcome = await runTool('vitest', args, {}, progress(log, 'files of tests', /^ (?:✓|❯|×|✗)/gm))
    return counted(outcome, report, (json) => ({
      passed: json.numPassedTests,
      // A file that cannot be loaded has no tests to fail.
      failed: json.numFailedTests + json.testResults.filter(failedToLoad).length,
      skipped: json.numPendingTests + json.numTodoTests,
    }))
  })
}

/** @param {{ status: string, assertionResults: unknown[] }} file */
const failedToLoad = (file) => file.status === 'failed' && file.assertionResults.length === 0

/** The tests of the built package in plain Node, without a bundler between. @returns {Promise<StepResult>} */
function runPackageTests() {
  return withReport(async (report) => {
    const folder = join(ROOT, 'test/package')
    const files = readdirSync(folder).filter((name) => name.endsWith('.test.mjs'))
    const reporters = ['spec', 'stdout', 'tap', report].map((value, index) =>
      index % 2 === 0 ? `--test-reporter=${value}` : `--test-reporter-destination=${value}`,
    )
    const outcome = await runNode(['--test', ...reporters, ...files.map((name) => join(folder, name))])
    return counted(outcome, report, (_, tap) => ({
      passed: tapTotal(tap, 'pass'),
      failed: tapTotal(tap, 'fail') + tapTotal(tap, 'cancelled'),
      skipped: tapTotal(tap, 'skipped') + tapTotal(tap, 'todo'),
    }))
  })
}

/**
 * @param {string} tap
 * @param {string} what
 */
const tapTotal = (tap, what) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0)

/**
 * @param {(line: string) => void} log
 * @param {'first' | 'rest'} part
 * @returns {Promise<StepResult>}
 */
async function runBrowserTests(log, part) {
  const browsers = {
    CHROMIUM_PATH: await ensureChromium(log),
    FIREFOX_PATH: (await ensureFirefox(log)) ?? '',
    WEBKIT_PATH: (await ensureWebkit(log)) ?? '',
  }
  const notes = [
    `Chromium: ran, ${browsers.CHROMIUM_PATH}`,
    `Firefox: ${browsers.FIREFOX_PATH ? `ran, ${browsers.FIREFOX_PATH}` : `not run, there is none; ${HOW_TO_GET_FIREFOX}`}`,
    `WebKit: ${browsers.WEBKIT_PATH ? `ran, ${browsers.WEBKIT_PATH}` : `not run, there is none; ${HOW_TO_GET_WEBKIT}`}`,
  ]
  return withReport(async (report) => {
    const args = ['test', '-c', 'e2e/playwright.config.ts', '--reporter=list,json']
    const env = { ...browsers, E2E_PART: part, PLAYWRIGHT_JSON_OUTPUT_FILE: report }
    const outcome = await runTool('@playwright/test', args, env, progress(log, 'tests', /^ {2}(?:✓|✘|-) /gm))
    const result = counted(outcome, report, ({ stats }) => ({
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky,
      skipped: stats.skipped,
    }))
    return { ...result, notes }
  })
}

const TOLD_EVERY_MS = 60_000

/**
 * Tells once a minute how far a long step has come.
 * @param {(line: string) => void} log
 * @param {string} what
 * @param {RegExp} done matches a line for each
 * @returns {(output: string) => void}
 */
function progress(log, what, done) {
  const since = Date.now()
  let last = since
  return (output) => {
    if (Date.now() - last < TOLD_EVERY_MS) return
    last = Date.now()
    const count = output.match(done)?.length ?? 0
    const all = /^Running (\d+) tests/m.exec(output)?.[1]
    log(`${count}${all ? ` of ${all}` : ''} ${what}, ${Math.round((last - since) / TOLD_EVERY_MS)} min`)
  }
}

/**
 * Reads the counts from a tool's report. A tool that fails without a failed test, or leaves no report, is one failure.
 * @param {import('./runTool.mjs').Outcome} outcome
 * @param {string} report
 * @param {(json: any, text: string) => Counts} read
 * @returns {StepResult}
 */
function counted({ ok, output }, report, read) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0, output }
  const text = readFileSync(report, 'utf8')
  const counts = read(text.startsWith('{') ? JSON.parse(text) : null, text)
  return { ...counts, failed: ok ? counts.failed : Math.max(1, counts.failed), output }
}

/**
 * @param {(report: string) => Promise<StepResult>} use
 * @returns {Promise<StepResult>}
 */
async function withReport(use) {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-test-'))
  try {
    return await use(join(folder, 'report'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
