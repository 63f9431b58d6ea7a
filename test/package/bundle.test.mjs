import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { INNER, privateNames } from '../../.ci/privateNames.mjs'

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
const scripts = files.filter((name) => name.endsWith('.js'))
const types = files.filter((name) => name.endsWith('.d.ts'))
/** Helpers that Rolldown writes by itself, of no source. */
const BUNDLERS_OWN = 'rolldown-runtime.js'
const read = (name) => readFileSync(join(dist, name), 'utf8')
const [delivery = '', ...otherParts] = files.filter((name) => /^telemetry\.delivery\.[0-9a-f]{8}\.min\.js$/.test(name))
const tagFiles = ['telemetry.min.js', delivery, 'telemetry.full.min.js']

// Not goals but latches: lower them when a file shrinks, raise them only on purpose. The aims are 18,000 for what a page starts with,
// half of what the OpenTelemetry packages with zone.js weigh for the same job, and 36,000 for both parts in one file.
const MAX_GZIP_BYTES = { 'telemetry.min.js': 33_340, delivery: 19_130, 'telemetry.full.min.js': 53_350 }

/** What of `pattern` is found in the files, so that a failure shows that and not a whole file. */
const findings = (names, pattern) =>
  names.flatMap((name) => [...read(name).matchAll(pattern)].map(([hit]) => `${name}: ${hit}`))

test('no script evaluates text, so that a strict Content-Security-Policy can stay', () => {
  assert.deepEqual(findings(scripts, /\beval\s*\(|\bnew Function\b|\bFunction\(/g), [])
})

test('no script asks for what only a bundler or Node defines', () => {
  assert.deepEqual(findings(scripts, /process\.env|import\.meta\.env|\brequire\(|\b__VERSION__\b/g), [])
})

test('the file for a script tag asks for the second part, once, and nothing else does', () => {
  assert.deepEqual(otherParts, [])
  const imports = /\bimport\s*(?:[({*"']|[\w$]+ from)[^)]*|\bfrom\s*["'][^"']*/g
  const again = /import\(\w+\+\+\?(['"])\.\/(\S+)\?\1\+\w+:\1\.\/(\S+)\1$/
  const [asks = '', ...more] = findings(tagFiles, imports)
  assert.deepEqual([again.exec(asks)?.slice(2), more], [[delivery, delivery], []], asks)
})

test('the files for script tags are minified and begin with name, version and the notice of zone.js', () => {
  const { name, version } = JSON.parse(readFileSync(join(dist, '../package.json'), 'utf8'))
  for (const file of tagFiles) {
    assert.ok(read(file).startsWith(`/*! ${name} ${version} | MIT`), file)
    assert.match(read(file).slice(0, 500), /Google LLC/)
    assert.ok(read(file).split('\n').length < 15, `${file}: line breaks are left`)
  }
})

for (const [name, most] of Object.entries(MAX_GZIP_BYTES))
  test(`${name} does not grow unnoticed`, () => {
    const bytes = gzipSync(read(name === 'delivery' ? delivery : name), { level: 9 }).length
    assert.ok(bytes <= most, `${bytes} bytes gzipped, ${most} allowed`)
  })

test('the name of the second part is made of its content', () => {
  const text = read(delivery).split('\n').slice(2, -1).join('\n')
  assert.equal(delivery.split('.')[2], createHash('sha256').update(text).digest('hex').slice(0, 8))
})

test('every public name that the npm module uses is in the files for script tags', () => {
  const report = readFileSync(join(dist, '../docs/telemetry.api.md'), 'utf8')
  const names = [...report.matchAll(/^ {4}(?:readonly |get )?(\w+)[?:(<]/gm)].map(([, name]) => name)
  const words = (text) => new Set(text.match(/\w+/g))
  const [used, kept] = [words(read('index.js')), words(read('telemetry.full.min.js'))]
  const onlyInNpm = ['getFinishedSpans'] // of InMemoryExporter
  assert.deepEqual(
    names.filter((name) => used.has(name) && !kept.has(name) && !onlyInNpm.includes(name)),
    [],
  )
})

test('names that storage, collectors and other copies on the page see are not shortened', () => {
  const stored = 'endpoint bytes contentType contentEncoding count page until'
  const onTheWire = 'resourceSpans scopeSpans partialSuccess rejectedSpans errorMessage intValue doubleValue'
  const shared = 'carrier owners stop active runIn bind start span values frame withSpan getValue'
  const names = privateNames()
  assert.ok(names.length > 100)
  assert.deepEqual(
    `${stored} ${onTheWire} ${shared}`.split(' ').filter((name) => names.includes(name)),
    [],
  )
})

test('what .ci/privateNames.mjs calls inner is an interface or a class of the sources', () => {
  const folder = join(dist, '../src')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const text = sources.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
  assert.deepEqual(
    [...INNER].filter((name) => !new RegExp(`\\b(?:interface|class) ${name}\\b`).test(text)),
    [],
  )
})

test('every script with sources has its source map beside it, and no map holds a path of the building machine', () => {
  for (const name of scripts.filter((file) => file !== BUNDLERS_OWN)) {
    const [, map] = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(read(name)) ?? []
    assert.ok(map && existsSync(join(dist, name, '..', map)), name)
    const { sources } = JSON.parse(read(join(name, '..', map)))
    assert.deepEqual(
      sources.filter((source) => !source.startsWith('../')),
      [],
      name,
    )
  }
})

test('the types name nothing that a reader of the package cannot resolve', () => {
  const packages = /\bfrom ['"](?!\.)[^'"]*|['"]virtual:[^'"]*/g
  const withoutExtension = /\bfrom ['"]\.[^'"]*(?<!\.js)['"]/g
  assert.deepEqual([...findings(types, packages), ...findings(types, withoutExtension)], [])
})
