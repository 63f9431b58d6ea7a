import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { EdgeVM } from '@edge-runtime/vm'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { NOTHING } from './serverProbe.mjs'

const urlOf = (name) => new URL(name, import.meta.url).href
const textOf = (name) => readFileSync(new URL(name, import.meta.url), 'utf8')
const COPIES = ['index.js', 'telemetry.min.js']
/** What `index.js` imports. */
const SHARED = Object.fromEntries(
  readdirSync(new URL('../../dist/shared', import.meta.url))
    .filter((name) => name.endsWith('.js'))
    .map((name) => [`shared/${name}`, textOf(`../../dist/shared/${name}`)]),
)

/** What a worker of Cloudflare may do at the top of its module is little: no timer, no request, nothing random. */
const WORKERS = {
  'started at the top of the module': `const started = start(telemetry)
    export default { fetch: async () => Response.json(await use(telemetry, started)) }`,
  'started in each request': `export default { fetch: async () => Response.json(await use(telemetry, start(telemetry))) }`,
  'only imported': `export default { fetch: async () => Response.json(await use(telemetry, { handles: [], isUnpatched: true })) }`,
}

async function askWorker(copy, text) {
  const modules = {
    'worker.mjs': `import * as telemetry from './telemetry.mjs'
      import { start, use } from './probe.mjs'
      ${text}`,
    'telemetry.mjs': textOf(`../../dist/${copy}`),
    'probe.mjs': textOf('serverProbe.mjs'),
    ...SHARED,
  }
  const miniflare = new Miniflare({
    modules: Object.entries(modules).map(([path, contents]) => ({ type: 'ESModule', path, contents })),
    modulesRoot: '/',
    compatibilityDate: '2026-01-01',
  })
  try {
    const answers = []
    for (let i = 0; i < 3; i++) answers.push(await (await miniflare.dispatchFetch('http://shop.test/')).text())
    return answers.map((answer) => JSON.parse(answer))
  } finally {
    await miniflare.dispose()
  }
}

for (const copy of COPIES)
  for (const [how, text] of Object.entries(WORKERS))
    test(`in a Cloudflare Worker ${copy}, ${how}, is harmless and does nothing`, async () => {
      const stats = how === 'only imported' ? [] : NOTHING.stats
      for (const answer of await askWorker(copy, text)) assert.deepEqual(answer, { ...NOTHING, stats })
    })

async function bundled(name, globalName) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    bundle: true,
    format: 'iife',
    globalName,
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0].text
}

test('in an edge runtime the package is harmless and does nothing', async () => {
  for (const copy of COPIES) {
    const vm = new EdgeVM()
    for (const [globalName, name] of [
      ['telemetry', `../../dist/${copy}`],
      ['probe', 'serverProbe.mjs'],
    ])
      vm.evaluate(await bundled(name, globalName))
    const answer = await vm.evaluate('probe.use(telemetry, probe.start(telemetry)).then(JSON.stringify)')
    assert.deepEqual(JSON.parse(answer), NOTHING)
  }
})

const NODES = {
  'as it is': '',
  // Older versions, and other servers, have less.
  'without what is new': `for (const name of ['fetch', 'Request', 'Response', 'Headers', 'navigator', 'crypto', 'CompressionStream', 'WebSocket'])
    delete globalThis[name]
    globalThis.fetch = () => Promise.reject(new Error('nothing is sent'))`,
  'with a place, as Deno has it': `globalThis.location = new URL('https://shop.test/')
    globalThis.Deno = {}
    globalThis.WorkerGlobalScope = globalThis.WorkerLocation = class {}`,
}

/** A module that starts, uses everything, and counts the timers. Then the process must end by itself. */
const scriptOf = (copy, before = '') => `${before}
  let timers = 0
  const { setTimeout } = globalThis
  globalThis.setTimeout = (...args) => { timers++; return setTimeout(...args) }
  const telemetry = await import(${JSON.stringify(urlOf(`../../dist/${copy}`))})
  const { start, use } = await import(${JSON.stringify(urlOf('serverProbe.mjs'))})
  const answer = JSON.stringify({ ...await use(telemetry, start(telemetry)), timers })`
const PRINT = ';console.log(answer)'

async function run(command, args, input) {
  const running = promisify(execFile)(command, args, { timeout: 30_000, env: { ...process.env, NO_COLOR: '1' } })
  running.child.stdin.end(input)
  const { stdout, stderr } = await running
  assert.deepEqual(JSON.parse(stdout), { ...NOTHING, timers: 0 })
  assert.equal(stderr, '')
}

for (const copy of COPIES)
  for (const [how, before] of Object.entries(NODES))
    test(`in Node ${how} ${copy} sets no timer, and the process ends by itself`, () =>
      run(process.execPath, ['--input-type=module', '--eval', scriptOf(copy, before) + PRINT]))

const DENO = [
  process.execPath,
  fileURLToPath(import.meta.resolve('deno/bin.cjs')),
  'run',
  '--no-config',
  '--allow-read',
]
/** A worker of either that runs the script and says what it found. */
const inWorker = (copy) => `
  const blob = new Blob([${JSON.stringify(scriptOf(copy))} + ';postMessage(answer)'], { type: 'text/javascript' })
  const worker = new Worker(URL.createObjectURL(blob), { type: 'module' })
  worker.onmessage = ({ data }) => { console.log(data); worker.terminate() }`
const RUNTIMES = {
  Bun: [fileURLToPath(import.meta.resolve('bun/bin/bun.exe')), 'run'],
  Deno: DENO,
  'Deno with a location': [...DENO, '--location', 'https://shop.test/'],
}

for (const copy of COPIES)
  for (const [name, [command, ...args]] of Object.entries(RUNTIMES)) {
    test(`in ${name} ${copy} sets no timer, and the process ends by itself`, () =>
      run(command, [...args, '-'], scriptOf(copy) + PRINT))
    test(`in a worker of ${name} ${copy} sets no timer`, () => run(command, [...args, '-'], inWorker(copy)))
  }
