// @ts-check
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const FIRST_PART = fileURLToPath(new URL('../../dist/telemetry.min.js', import.meta.url))

/**
 * The file for script tags, and what it loads later from beside itself: their texts by their names.
 * @param {string} [first] another build of ours
 * @returns {Map<string, string>}
 */
export function tagFiles(first = FIRST_PART) {
  const code = readFileSync(first, 'utf8')
  const beside = readdirSync(dirname(first)).filter((name) => code.includes(`/${name}`) && name.endsWith('.js'))
  const later = beside.map((name) => /** @type {const} */ ([name, readFileSync(join(dirname(first), name), 'utf8')]))
  return new Map([[basename(first), code], ...later])
}
