// The package for those who require it: Jest as it is installed, and a page that has it both ways.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const scratch = join(ROOT, 'test-results') // below it Jest finds Babel and jsdom
mkdirSync(scratch, { recursive: true })
const app = mkdtempSync(join(scratch, 'require-'))
after(() => rmSync(app, { recursive: true }))

const write = (name, text) => writeFileSync(join(app, name), text)
mkdirSync(join(app, 'node_modules/@codomyrmex'), { recursive: true })
symlinkSync(ROOT, join(app, 'node_modules/@codomyrmex/telemetry'), 'junction')
write('package.json', '{ "name": "app", "private": true }')

const [exampleOfReadme] = /import \{ startTelemetry, withSpan \}[\s\S]*?(?=\n```)/.exec(
  readFileSync(join(ROOT, 'README.md'), 'utf8'),
)
const required = exampleOfReadme
  .replace(/import (\{.*?\}) from ('.*?')/, 'const $1 = require($2)')
  .replace(/^declare .*$/m, '')

write(
  'environment.js',
  `const { default: Base } = require('@jest/environment-jsdom-abstract')
module.exports = class extends Base { constructor(config, context) { super(config, context, require('jsdom')) } }`,
)

test('Jest with its defaults and jsdom runs the first example of README', async () => {
  write(
    'first.test.js',
    `/** @jest-environment ./environment.js */
const asked = []
window.fetch = async (input) => {
  asked.push(new URL(input, location.href).pathname)
  return { ok: true, status: 200, headers: new Map(), json: async () => ({ id: 7 }) }
}
const button = document.createElement('button')
${required}
test('the click makes a trace', async () => {
  const { on } = require('@codomyrmex/telemetry')
  const ended = []
  on('span_ended', ({ span }) => ended.push(span))
  await button.onclick()
  expect(asked).toEqual(['/api/products/7', '/api/cart'])
  const [root, ...more] = ended.filter(({ parentSpanId }) => parentSpanId === null)
  expect([root.name, root.attributes, more]).toEqual(['add to cart', { 'cart.items': 1 }, []])
  const children = ended.filter(({ parentSpanId }) => parentSpanId === root.spanId)
  expect(children.map(({ name }) => name)).toEqual(['GET', 'POST'])
})
`,
  )
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js')
  const { stderr } = await run(process.execPath, [jest, '--rootDir', app], { cwd: app }).catch((error) => error)
  assert.match(stderr, /Tests: +1 passed, 1 total/)
})

test('what is required and what is imported on one page are one telemetry', async () => {
  write(
    'page.mjs',
    `import { createRequire } from 'node:module'
import { JSDOM } from 'jsdom'
const { window } = new JSDOM('', { url: 'https://shop.example/' })
for (const name of ['window', 'document', 'location', 'EventTarget', 'Event'])
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true })
const imported = await import('@codomyrmex/telemetry')
const required = createRequire(import.meta.url)('@codomyrmex/telemetry')
const ended = []
const telemetry = imported.startTelemetry({ serviceName: 'one', processors: [{ onStart() {}, onEnd: (span) => ended.push(span) }] })
const isOne = required.startTelemetry({ serviceName: 'two' }) === telemetry
const isCurrent = await imported.withSpan('outer', async (span) => {
  await (async () => {})()
  return required.withSpan('inner', () => required.getCurrentSpan() === imported.getCurrentSpan() && required.getCurrentSpan() !== span)
})
const [inner, outer] = ended
console.log(JSON.stringify({ isOne, isCurrent, isChild: inner.parentSpanId === outer.spanId, names: ended.map(({ name }) => name), isSame: imported === required }))
`,
  )
  const { stdout } = await run(process.execPath, [join(app, 'page.mjs')], { cwd: app })
  const seen = { isOne: true, isCurrent: true, isChild: true, names: ['inner', 'outer'], isSame: false }
  assert.deepEqual(JSON.parse(stdout), seen)
})
