// @ts-check
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { embedZone } from '../../.ci/embedZone.mjs'

/**
 * Our source as one script, an expression that gives what `src/index.ts` exports: a realm of Node's `vm` takes no modules.
 * @returns {Promise<string>}
 */
export async function bundleAsScript() {
  const output = await build({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    configFile: false,
    logLevel: 'warn',
    plugins: [embedZone()],
    define: { __VERSION__: '"0.0.0"' },
    build: {
      write: false,
      minify: false,
      target: 'esnext', // what is lowered would no longer be what a page runs
      lib: { entry: 'src/index.ts', formats: ['iife'], name: 'telemetry' },
    },
  })
  const [{ output: files }] = /** @type {[import('vite').Rolldown.RolldownOutput]} */ ([output].flat())
  // A module is strict, and a wrapper that is not would see the global object as `this`.
  return `(() => { 'use strict'; ${files[0].code}\nreturn telemetry })()`
}
