// @ts-check
// Bundles a file of the benchmark, ours and theirs with the same build and the same minifier.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { embedZone } from '../../.ci/embedZone.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const version = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')).version

/**
 * @param {string} entry relative to bench/
 * @param {object} [options]
 * @param {'iife' | 'es'} [options.format]
 * @param {boolean} [options.minify]
 * @param {boolean} [options.zone] false leaves zone.js out, whoever imports it
 * @param {boolean} [options.later] false leaves out what a page loads when it has time
 * @param {string} [options.target] es2016 turns async functions into generators, which zone.js can follow
 * @returns {Promise<string>}
 */
export async function bundle(
  entry,
  { format = 'iife', minify = false, zone = true, later = true, target = 'es2022' } = {},
) {
  const output = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    plugins: [zone ? embedZone() : noZone(), ...(later ? [] : [noSecondPart()])],
    resolve: { alias: { '@codomyrmex/telemetry': `${ROOT}/src/index.ts` } },
    define: { __VERSION__: JSON.stringify(version) },
    build: {
      write: false,
      target,
      minify: minify && 'terser',
      terserOptions: { ecma: 2020, compress: { passes: 3 }, format: { comments: false } },
      modulePreload: false,
      rolldownOptions: {
        input: `${ROOT}/bench/${entry}`,
        output: { format, name: 'bench', codeSplitting: false, comments: { legal: false } },
      },
    },
  })
  return entryCode(output)
}

/** A file for script tags as `npm run build` makes it, without writing it. @param {'telemetry.min.js' | 'telemetry.full.min.js'} name */
export async function bundleTagFile(name) {
  const mode = name === 'telemetry.min.js' ? 'cdn' : 'full'
  const result = await build({ root: ROOT, mode, logLevel: 'error', build: { write: false } })
  const [{ output }] = /** @type {[import('vite').Rolldown.RolldownOutput]} */ ([result].flat())
  const file = output.find(({ fileName }) => fileName === name)
  if (file?.type !== 'asset') throw new Error(`the build gave no ${name}`)
  return String(file.source)
}

/** @param {Awaited<ReturnType<typeof build>>} result */
function entryCode(result) {
  const [first] = Array.isArray(result) ? result : [result]
  if (!first || !('output' in first)) throw new Error('the build gave no output')
  return first.output[0].code
}

/** @returns {import('vite').Plugin} */
function noSecondPart() {
  return {
    name: 'no-second-part',
    enforce: 'pre',
    resolveId: (id) => (id === '../secondPart' ? '\0no-second-part' : undefined),
    load: (id) => (id === '\0no-second-part' ? 'export {}' : undefined),
  }
}

/** @returns {import('vite').Plugin} */
function noZone() {
  const stubs = new Map([
    ['virtual:zone.js', 'export function evaluateZone() {}'],
    ['zone.js', ''],
  ])
  return {
    name: 'no-zone',
    enforce: 'pre',
    resolveId: (id) => (stubs.has(id) ? `\0no-zone:${id}` : undefined),
    load: (id) => stubs.get(id.replace('\0no-zone:', '')),
  }
}
