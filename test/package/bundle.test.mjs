import assert from 'node:assert/strict'
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
const cdnFile = read('telemetry.min.js')

// Not a goal but a latch: lower it when the file shrinks, raise it only on purpose. The aim is 18,000, half of what the
// OpenTelemetry packages with zone.js weigh for the same job.
const MAX_CDN_GZIP_BYTES = 39_500

/** What of `pattern` is found in the files, so that a failure shows that and not a whole file. */
const findings = (names, pattern) =>
  names.flatMap((name) => [...read(name).matchAll(pattern)].map(([hit]) => `${name}: ${hit}`))

test('no script evaluates text, so that a strict Content-Security-Policy can stay', () => {
  assert.deepEqual(findings(scripts, /\beval\s*\(|\bnew Function\b|\bFunction\(/g), [])
})

test('no script asks for what only a bundler or Node defines', () => {
  assert.deepEqual(findings(scripts, /process\.env|import\.meta\.env|\brequire\(|\b__VERSION__\b/g), [])
})

test('the file for a script tag is one file: it imports nothing', () => {
  assert.deepEqual(findings(['telemetry.min.js'], /\bimport\s*(?:[({*"']|[\w$]+ from)|\bfrom\s*["']/g), [])
})

test('the file for a script tag is minified and begins with name, version and the notice of zone.js', () => {
  const { name, version } = JSON.parse(readFileSync(join(dist, '../package.json'), 'utf8'))
  assert.ok(cdnFile.startsWith(`/*! ${name} ${version} | MIT`))
  assert.match(cdnFile.slice(0, 500), /Google LLC/)
  assert.ok(cdnFile.split('\n').length < 15, 'line breaks are left')
})

test('the file for a script tag does not grow unnoticed', () => {
  const bytes = gzipSync(cdnFile, { level: 9 }).length
  assert.ok(bytes <= MAX_CDN_GZIP_BYTES, `${bytes} bytes gzipped, ${MAX_CDN_GZIP_BYTES} allowed`)
})

test('every public name that the npm module uses is in the file for a script tag', () => {
  const report = readFileSync(join(dist, '../docs/telemetry.api.md'), 'utf8')
  const names = [...report.matchAll(/^ {4}(?:readonly |get )?(\w+)[?:(<]/gm)].map(([, name]) => name)
  const words = (text) => new Set(text.match(/\w+/g))
  const [used, kept] = [words(read('index.js')), words(cdnFile)]
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
