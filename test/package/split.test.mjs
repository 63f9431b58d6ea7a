// What an application's own bundler makes of the package: two parts, with no configuration.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { rspack } from '@rspack/core'
import { build as buildWithEsbuild } from 'esbuild'
import { rollup } from 'rollup'
import { build as buildWithVite } from 'vite'
import webpack from 'webpack'

const PACKAGE = fileURLToPath(new URL('../../dist/index.js', import.meta.url))
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'split-')))
after(() => rmSync(folder, { recursive: true }))

const entry = join(folder, 'main.js')
writeFileSync(
  entry,
  `import { startTelemetry, withSpan } from ${JSON.stringify(PACKAGE)}\nstartTelemetry({ serviceName: 'shop' })\nwithSpan('work', () => {})\n`,
)

const byWebpack = (bundler) => (path) =>
  new Promise((resolve, reject) => {
    const compiler = bundler({ mode: 'production', context: folder, entry, output: { path, filename: 'main.js' } })
    compiler.run((error, stats) => {
      const problem = error ?? (stats.hasErrors() || stats.hasWarnings() ? new Error(stats.toString()) : null)
      compiler.close(() => (problem ? reject(problem) : resolve()))
    })
  })

const BUNDLERS = {
  Vite: (path) =>
    buildWithVite({
      root: folder,
      configFile: false,
      logLevel: 'error',
      build: { outDir: path, rolldownOptions: { input: entry, output: { entryFileNames: 'main.js' } } },
    }),
  'webpack 5': byWebpack(webpack),
  Rspack: byWebpack(rspack),
  async Rollup(path) {
    const bundle = await rollup({
      input: entry,
      onLog(_, { message }) {
        throw new Error(message)
      },
    })
    await bundle.write({ dir: path, entryFileNames: 'main.js' })
    await bundle.close()
  },
  esbuild: (path) =>
    buildWithEsbuild({
      entryPoints: [entry],
      outdir: path,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      logLevel: 'error',
    }),
}

for (const [name, build] of Object.entries(BUNDLERS))
  test(`${name} makes two parts of the package, and the outbox is in the one that is loaded later`, async () => {
    const out = mkdtempSync(join(folder, 'out-'))
    await build(out)
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'))
    const codes = new Map(files.map((file) => [file, readFileSync(join(out, file), 'utf8')]))
    const withOutbox = files.filter((file) => codes.get(file)?.includes('createObjectStore'))
    assert.equal(withOutbox.length, 1, files.join())
    const start = startOf('main.js', codes)
    assert.ok(!start.has(withOutbox[0]), `${withOutbox} is loaded at the start: ${[...start].join()}`)
    const isIn = (word) => [...start].some((file) => codes.get(file)?.includes(word))
    assert.ok(isIn('sendBeacon'))
    assert.ok(
      !isIn('prepareCompleted'),
      'when batches leave is at the start, though nothing imports SimpleSpanProcessor',
    )
  })

/** The files that a page has to load before the first line of `file` runs: what static imports lead to. */
function startOf(file, codes, found = new Set()) {
  found.add(file)
  for (const [, name] of (codes.get(file) ?? '').matchAll(
    /(?:^|[;}\s])(?:import|export)\b[^;()]*?["']\.\/([^"']+)["']/g,
  )) {
    const full = [...codes.keys()].find((one) => one.endsWith(name))
    if (full && !found.has(full)) startOf(full, codes, found)
  }
  return found
}
