import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
const scripts = files.filter((name) => name.endsWith('.js'))
const types = files.filter((name) => name.endsWith('.d.ts'))
const read = (name) => readFileSync(join(dist, name), 'utf8')
const cdnFile = read('telemetry.min.js')

const MAX_CDN_GZIP_BYTES = 18_000 // half of what the OpenTelemetry packages with zone.js weigh for the same job, 36.0 KB

test('no script evaluates text, so that a strict Content-Security-Policy can stay', () => {
  for (const name of scripts) assert.doesNotMatch(read(name), /\beval\s*\(|\bnew Function\b|\bFunction\(/, name)
})

test('no script asks for what only a bundler or Node defines', () => {
  for (const name of scripts) assert.doesNotMatch(read(name), /process\.env|import\.meta\.env|\brequire\(/, name)
})

test('the file for a script tag is one file: it imports nothing', () => {
  assert.doesNotMatch(cdnFile, /\bimport\s*(?:[({*"']|[\w$]+ from)|\bfrom\s*["']/)
})

test('the file for a script tag is minified and begins with name, version and the notice of zone.js', () => {
  const { name, version } = JSON.parse(readFileSync(join(dist, '../package.json'), 'utf8'))
  assert.ok(cdnFile.startsWith(`/*! ${name} ${version} | MIT`))
  assert.match(cdnFile.slice(0, 500), /Google LLC/)
  assert.ok(cdnFile.split('\n').length < 15, 'line breaks are left')
})

test('the file for a script tag weighs at most half of OpenTelemetry JS with zone.js', () => {
  const bytes = gzipSync(cdnFile, { level: 9 }).length
  assert.ok(bytes <= MAX_CDN_GZIP_BYTES, `${bytes} bytes gzipped, ${MAX_CDN_GZIP_BYTES} allowed`)
})

test('every script has its source map beside it, and no map holds a path of the building machine', () => {
  for (const name of scripts) {
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
  for (const name of types)
    assert.doesNotMatch(read(name), /virtual:|zone\.js['"]|from ['"]\.\/[^'"]*(?<!\.js)['"]/, name)
})
