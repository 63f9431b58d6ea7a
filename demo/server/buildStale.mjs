// @ts-check
import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './projectRoot.mjs'

/**
 * @typedef {object} Step
 * @property {string} what
 * @property {readonly string[]} outputs files or folders that the step writes
 * @property {readonly string[]} inputs files or folders that it reads
 * @property {{ npmScript: string } | { nodeArgs: readonly string[] }} run
 */

const VITE = 'node_modules/vite/bin/vite.js'
const LIBRARY_OUTPUTS = ['dist/index.js', 'dist/vite.js', 'dist/telemetry.min.js', 'dist/telemetry.full.min.js']

/** @type {readonly Step[]} */
const STEPS = [
  {
    what: 'the library (dist/)',
    outputs: LIBRARY_OUTPUTS,
    inputs: ['src', 'vite.config.ts', 'package.json', 'tsconfig.json'],
    run: { npmScript: 'build' },
  },
  {
    what: 'the pages (demo/dist/)',
    outputs: ['plain', 'react', 'vue'].map((page) => `demo/dist/${page}/index.html`),
    inputs: [...LIBRARY_OUTPUTS, 'demo/pages', 'demo/vite.config.ts', 'package.json'],
    run: { nodeArgs: [VITE, 'build', '--config', 'demo/vite.config.ts'] },
  },
  {
    what: 'the trace viewer (demo/dist/viewer/)',
    outputs: ['demo/dist/viewer/index.html'],
    inputs: ['demo/viewer', 'package.json'],
    run: { nodeArgs: [VITE, 'build', '--config', 'demo/viewer/vite.config.ts'] },
  },
]

/**
 * Builds what is missing or older than what it is made of, one line a step. Rejects with the build's own output when it fails.
 * @param {{ log?: (line: string) => void }} [options]
 */
export async function buildStale({ log = console.log } = {}) {
  for (const step of STEPS) {
    const why = whyStale(step)
    if (!why) continue
    const started = Date.now()
    await run(step)
    log(`Built ${step.what} in ${((Date.now() - started) / 1000).toFixed(1)} s (${why}).`)
  }
}

/** @param {Step} step @returns {string | null} */
function whyStale({ outputs, inputs }) {
  const missing = outputs.find((output) => newestChange(output) === 0)
  if (missing) return `${missing} was missing`
  const built = Math.min(...outputs.map(newestChange))
  const changed = inputs.find((input) => newestChange(input) > built)
  return changed ? `${changed} had changed` : null
}

/** The time of the last change in the file or anywhere in the folder; 0 when it does not exist. @param {string} path @returns {number} */
function newestChange(path) {
  const stats = statSync(join(projectRoot, path), { throwIfNoEntry: false })
  if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0
  const inside = readdirSync(join(projectRoot, path)).map((name) => newestChange(join(path, name)))
  return Math.max(stats.mtimeMs, ...inside) // the folder's own time tells of files removed
}

/** @param {Step} step @returns {Promise<void>} */
function run({ what, run }) {
  const isWindows = process.platform === 'win32'
  const [command, args, shell] =
    'npmScript' in run ? ['npm', ['run', run.npmScript], isWindows] : [process.execPath, [...run.nodeArgs], false]
  const child = spawn(command, args, { cwd: projectRoot, shell, stdio: ['ignore', 'pipe', 'pipe'] })
  /** @type {Buffer[]} */
  const output = []
  child.stdout.on('data', (chunk) => output.push(chunk))
  child.stderr.on('data', (chunk) => output.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) return resolve()
      reject(
        new Error(
          `building ${what} failed, this is what \`${command} ${args.join(' ')}\` said:\n${Buffer.concat(output)}`,
        ),
      )
    })
  })
}
