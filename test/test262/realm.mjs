// @ts-check
import vm from 'node:vm'

/**
 * A global object of its own: what the language gives, and what a test may ask of its host.
 * @typedef {object} Realm
 * @property {(script: vm.Script) => unknown} run
 * @property {(listener: (line: string) => void) => void} onPrint hears what the test prints
 */

/** What a page has beside the language, as far as we need it to start. */
const OF_PAGES = {
  WorkerLocation: class WorkerLocation {}, // on a server we would patch nothing
  ...{ setTimeout, clearTimeout, setInterval, clearInterval },
  ...{ performance, crypto, URL, TextDecoder },
}

/** @returns {Realm} */
export function createRealm() {
  // An ordinary global: the one that vm makes by default differs from a page's in its property descriptors.
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY)
  let print = (/** @type {string} */ _line) => {}
  const ofHost = {
    ...OF_PAGES,
    self: context,
    print: (/** @type {unknown} */ line) => print(String(line)),
    console: { warn: (/** @type {unknown[]} */ ...words) => print(words.join(' ')) },
    $262: {
      global: context,
      createRealm: () => createRealm().run(new vm.Script('$262')),
      evalScript: (/** @type {string} */ code) => vm.runInContext(code, context),
      detachArrayBuffer: (/** @type {ArrayBuffer} */ buffer) => structuredClone(buffer, { transfer: [buffer] }),
      gc: () => {},
    },
  }
  for (const [name, value] of Object.entries(ofHost))
    Object.defineProperty(context, name, { value, configurable: true, writable: true })
  return {
    run: (script) => script.runInContext(context),
    onPrint(listener) {
      print = listener
    },
  }
}
