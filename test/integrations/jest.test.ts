// @vitest-environment node
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const scratch = join(root, 'test-results') // below it Jest finds Babel and jsdom

const moduleOf = (type = '') => `
import { legacy } from 'legacy'
import { modern } from 'modern'

export async function load(seen${type}) {
  await 42
  seen('in the application')
  for await (const part of [1]) seen('in for await', part)
  await modern(seen)
  await legacy(seen)
}

export async function fail(query${type}) {
  const row = await query, other = missing(row)
  return other
}
`

const TEST = `
import { getCurrentSpan, startTelemetry, withSpan } from '@codomyrmex/telemetry'
import { fail, load } from './load'

startTelemetry({ serviceName: 'app', processors: [] })
const seen = {}
beforeAll(() =>
  withSpan('load', async (span) => {
    const see = (where) => { seen[where] = getCurrentSpan() === span }
    await load(see)
    await 7
    see('in the test')
  }))
test.each(['in the application', 'in for await', 'in an ES module of a dependency', 'in CommonJS', 'in the test'])('%s', (where) => {
  expect(seen[where]).toBe(true)
})
test('an error has its line and column', async () => {
  const error = await fail(1).catch((thrown) => thrown)
  expect(error.stack).toMatch(/load\\.[jt]s:14:36/)
})
`

/** As those that know nothing of Babel: the map is in the text, and Jest makes the key for its cache. */
const TYPESCRIPT = `
const { transformSync } = require('esbuild')
exports.process = (text, sourcefile) => ({
  code: transformSync(text, { loader: 'ts', format: 'cjs', target: 'es2022', sourcemap: 'inline', sourcefile }).code,
})`

const FILES: Record<string, string> = {
  'package.json': '{ "name": "app", "private": true }',
  'environment.js': `
const { default: Base } = require(${JSON.stringify(fileURLToPath(import.meta.resolve('@jest/environment-jsdom-abstract')))})
module.exports = class extends Base { constructor(config, context) { super(config, context, require('jsdom')) } }`,
  'typescript.js': TYPESCRIPT,
  'javascript/load.js': moduleOf(),
  'javascript/load.test.js': TEST,
  'typescript/load.ts': moduleOf(': any'),
  'typescript/load.test.ts': TEST,
  'node_modules/modern/package.json': '{ "name": "modern", "version": "1.0.0", "type": "module", "main": "index.js" }',
  'node_modules/modern/index.js':
    "export async function modern(seen) { await 42; seen('in an ES module of a dependency') }",
  'node_modules/legacy/package.json': '{ "name": "legacy", "version": "1.0.0", "main": "index.js" }',
  'node_modules/legacy/index.js': "exports.legacy = async (seen) => { await 42; seen('in CommonJS') }",
}

let app = ''
beforeAll(async () => {
  mkdirSync(scratch, { recursive: true })
  app = realpathSync(mkdtempSync(join(scratch, 'jest-app-')))
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(app, name)), { recursive: true })
    writeFileSync(join(app, name), text)
  }
  const installed = join(app, 'node_modules/@codomyrmex/telemetry')
  for (const mode of ['require', 'plugins'])
    await build({ root, mode, logLevel: 'warn', build: { outDir: join(installed, 'dist') } })
  cpSync(join(root, 'package.json'), join(installed, 'package.json'))
}, 120_000)
afterAll(() => rmSync(app, { recursive: true }))

const BABEL = [
  'babel-jest',
  { configFile: false, plugins: [fileURLToPath(import.meta.resolve('@babel/plugin-transform-modules-commonjs'))] },
]

/** Runs Jest, always with the same cache, and tells which of its tests passed. */
async function passed(language: 'javascript' | 'typescript', transformer: unknown): Promise<Record<string, boolean>> {
  const config = {
    rootDir: app,
    roots: [join(app, language)],
    cacheDirectory: join(app, 'cache'),
    testEnvironment: './environment.js',
    transform: { '\\.[jt]s$': transformer },
    transformIgnorePatterns: ['/node_modules/(?!modern/)'],
  }
  const args = [
    fileURLToPath(import.meta.resolve('jest/bin/jest')),
    '--json',
    '--runInBand',
    '--config',
    JSON.stringify(config),
  ]
  const told = await new Promise<string>((done, failed) => {
    execFile(process.execPath, args, { cwd: app }, (_, stdout, stderr) =>
      stdout ? done(stdout) : failed(new Error(stderr)),
    )
  })
  const { testResults } = JSON.parse(told) as { testResults: TestFile[] }
  const [file] = testResults
  if (!file?.assertionResults.length) throw new Error(file?.message ?? told)
  return Object.fromEntries(file.assertionResults.map(({ title, status }) => [title, status === 'passed']))
}

/** What Jest tells about a file of tests. */
interface TestFile {
  readonly message: string
  readonly assertionResults: readonly { title: string; status: string }[]
}

const FOLLOWED = {
  'in the application': true,
  'in for await': true,
  'in an ES module of a dependency': true,
  'in CommonJS': false,
  'in the test': true,
  'an error has its line and column': true,
}

describe('tests that Jest runs', { timeout: 120_000 }, () => {
  it('lose the span without the transformer', async () => {
    const nowhere = Object.fromEntries(Object.keys(FOLLOWED).map((place) => [place, place.startsWith('an error')]))
    expect(await passed('javascript', BABEL)).toEqual(nowhere)
  })

  it('keep the span behind every await, and babel-jest makes CommonJS of the rewritten modules', async () => {
    expect(await passed('javascript', ['@codomyrmex/telemetry/jest', { transformer: BABEL }])).toEqual(FOLLOWED)
  })

  it('keep it with another transformer, and with TypeScript', async () => {
    const options = { transformer: join(app, 'typescript.js') }
    expect(await passed('typescript', ['@codomyrmex/telemetry/jest', options])).toEqual(FOLLOWED)
  })

  it('are rewritten only where the options say so, whatever is in the cache', async () => {
    const options = { transformer: BABEL, exclude: '/modern/' }
    expect(await passed('javascript', ['@codomyrmex/telemetry/jest', options])).toEqual({
      ...FOLLOWED,
      'in an ES module of a dependency': false,
    })
  })
})
