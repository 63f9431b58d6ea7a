// @ts-check
// Runs the command line of an installed package with Node, without npx: no look-up in the network, no shell, any system.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..')

const TIMEOUT_MS = 75 * 60_000 // the end-to-end tests take some 40 minutes on two idle cores; nothing else comes near

/**
 * @typedef {object} Outcome
 * @property {boolean} ok whether it ended with exit code 0
 * @property {string} output what it printed on both streams, in order
 */

/**
 * @param {string} packageName
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {(text: string) => void} [heard] called with all that it has printed so far, whenever that is more
 */
export function runTool(packageName, args = [], env = {}, heard) {
  const folder = join(ROOT, 'node_modules', packageName)
  const { bin, name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const command = typeof bin === 'string' ? bin : (bin[name.split('/').pop()] ?? Object.values(bin)[0])
  return runNode([join(folder, command), ...args], env, heard)
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {(text: string) => void} [heard] as above
 * @returns {Promise<Outcome>} never rejects: what cannot be started has failed, and says why
 */
export function runNode(args, env = {}, heard = () => {}) {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    })
    let output = ''
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk
      heard(output)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => done({ ok: false, output: `${output}${error}` }))
    child.on('close', (code, signal) => {
      if (signal) output += `\nStopped by ${signal}.`
      done({ ok: code === 0, output })
    })
  })
}
