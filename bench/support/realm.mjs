// @ts-check
import vm from 'node:vm'
import { interleave } from './interleave.mjs'

/**
 * The same comparison as `inPage/frames.ts` in this process: each implementation in a context of its own.
 * @param {Readonly<Record<string, string>>} code by contender
 * @param {string} row
 * @param {number} rounds
 * @param {number} ms
 */
export async function compareInNode(code, row, rounds, ms) {
  /** @type {Record<string, number>} */
  const bytes = {}
  const contenders = Object.entries(code).map(([name, text]) => {
    // Not contextified: that would send every global variable through an interceptor.
    const realm = vm.createContext(/** @type {any} */ (vm.constants).DONT_CONTEXTIFY)
    Object.assign(realm, platform(), { self: realm })
    const { contestant } = vm.runInContext(`${text}\n;globalThis`, realm)
    contestant.prepare(row)
    bytes[name] = contestant.bytes()
    return { name, block: (/** @type {number} */ time) => contestant.block(time) }
  })
  return { times: await interleave(contenders, rounds, ms), bytes }
}

/** What both implementations ask of a platform. In plain Node ours would stay off, as on a server that renders a page. */
function platform() {
  const names = ['performance', 'crypto', 'TextEncoder', 'TextDecoder', 'URL', 'console', 'setTimeout', 'clearTimeout']
  const given = Object.fromEntries(names.map((name) => [name, /** @type {any} */ (globalThis)[name]]))
  return { ...given, WorkerLocation: class {} }
}
