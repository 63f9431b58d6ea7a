// @ts-check
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {object} Test262
 * @property {string} path below `test/`
 * @property {string} source
 * @property {readonly string[]} flags
 * @property {readonly string[]} includes files of `harness/` that it wants
 * @property {{ phase: string, type: string } | null} negative the error that it must end with
 */

/**
 * Reads a test with the comment at its top. The comment is YAML, of which these tests use lists and one nested pair.
 * @param {string} root the folder of test262
 * @param {string} path
 * @returns {Test262}
 */
export function readTest(root, path) {
  const source = readFileSync(join(root, 'test', path), 'utf8')
  const top = /\/\*---([\s\S]*?)---\*\//.exec(source)?.[1] ?? ''
  const negative = /^negative:\s*\n((?:[ \t]+.*\n?)+)/m.exec(top)?.[1]
  return {
    path,
    source,
    flags: readList(top, 'flags'),
    includes: readList(top, 'includes'),
    negative: negative ? { phase: readValue(negative, 'phase'), type: readValue(negative, 'type') } : null,
  }
}

/**
 * `key: [a, b]`, or one line with a dash for each.
 * @param {string} yaml
 * @param {string} key
 */
function readList(yaml, key) {
  const inline = new RegExp(`^${key}:\\s*\\[([^\\]]*)\\]`, 'm').exec(yaml)?.[1]
  if (inline !== undefined) return inline.split(',').flatMap((item) => item.trim() || [])
  const lines = new RegExp(`^${key}:\\s*\\n((?:\\s*- .*\\n?)+)`, 'm').exec(yaml)?.[1] ?? ''
  return [...lines.matchAll(/- (.*)/g)].flatMap(([, item]) => item?.trim() || [])
}

/**
 * @param {string} yaml
 * @param {string} key
 */
function readValue(yaml, key) {
  return new RegExp(`^\\s+${key}:\\s*(\\S+)`, 'm').exec(yaml)?.[1] ?? ''
}

/**
 * How often a test is run: in sloppy mode, in strict mode, or in both.
 * @param {Test262} test
 * @returns {readonly ('sloppy' | 'strict')[]}
 */
export function variantsOf({ flags }) {
  if (flags.includes('noStrict') || flags.includes('raw')) return ['sloppy']
  return flags.includes('onlyStrict') ? ['strict'] : ['sloppy', 'strict']
}
