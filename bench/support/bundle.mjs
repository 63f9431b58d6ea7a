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
 * @param {string} [options.target] es2016 turns async functions into generators, which zone.js can follow
 * @returns {Promise<string>}
 */
export async function bundle(entry, { format = 'iife', minify = false, zone = true, target = 'es2022' } = {}) {
  const output = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    plugins: zone ? [embedZone()] : [noZone()],
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

/** dist/telemetry.min.js as `npm run build` makes it, without writing it. */
export async function bundleCdnFile() {
  const only = { write: false, sourcemap: false }
  return entryCode(await build({ root: ROOT, mode: 'cdn', logLevel: 'error', build: only }))
}

/** @param {Awaited<ReturnType<typeof build>>} result */
function entryCode(result) {
  const [first] = Array.isArray(result) ? result : [result]
  if (!first || !('output' in first)) throw new Error('the build gave no output')
  return first.output[0].code
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
