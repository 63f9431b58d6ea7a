// @ts-check
// Which tests of test262 are about promises and async functions.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Folders of which every test is run. */
const FOLDERS = [
  'built-ins/Promise',
  'built-ins/AsyncFunction',
  'built-ins/AsyncGeneratorFunction',
  'built-ins/AsyncGeneratorPrototype',
  'built-ins/AsyncFromSyncIteratorPrototype',
  'built-ins/AsyncIteratorPrototype',
  'language/statements/async-function',
  'language/statements/async-generator',
  'language/statements/await-using',
  'language/statements/for-await-of',
  'language/expressions/async-arrow-function',
  'language/expressions/async-function',
  'language/expressions/async-generator',
  'language/expressions/await',
]

/**
 * The tests' paths below `test/`, sorted.
 * @param {string} root the folder of test262
 */
export function listTests(root) {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, 'test', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js') && !name.includes('_FIXTURE'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  ).sort()
}
