// @ts-check
// Provides `virtual:zone.js`: zone.js as a function that runs when it is called, without the patches that we never use.
// Why not `import 'zone.js'`: it would run before our flags are set as soon as a bundler moves it into a chunk of its own.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const VIRTUAL_ID = 'virtual:zone.js'
const RESOLVED_ID = '\0virtual:zone.js' // the zero byte tells other plugins to leave it alone

/**
 * The patches that are left out of our build: all. The minifier then drops their code, three quarters of zone.js. What stays are
 * its zones.
 */
export const UNUSED_PATCHES = [
  'timers', // make a task with hooks of every timer of the page; context/callbacks.ts wraps those set inside a span
  'requestAnimationFrame', // the same
  'ZoneAwarePromise', // promises stay native: context/nativeAwait.ts carries the context over them
  'PromiseRejectionEvent', // only translates what ZoneAwarePromise swallowed
  'queueMicrotask', // without that promise it swallows what a microtask throws; context/callbacks.ts
  'EventTarget', // costs most of all for each listener of the page; context/listeners.ts wraps those added inside a span
  'on_property', // touches hundreds of properties at start-up; context/handlers.ts
  'MutationObserver', // replaces the class; context/callbacks.ts keeps it
  'IntersectionObserver', // the same
  'FileReader', // the same; its events are listeners and handlers
  'XHR', // only tells zones that a request is under way; its events are listeners and handlers
  'blocking', // alert, prompt and confirm call nothing back
  'customElements', // their callbacks belong to whoever touched the DOM, who has the right context already
  'geolocation', // context/callbacks.ts
  'toString', // hides what the patches above did
  'util', // hands the tools of the patches above to plugins, which bring the whole zone.js with them
]

/** @returns {import('vite').Plugin} */
export function embedZone() {
  return {
    name: 'embed-zone',
    enforce: 'pre',
    resolveId: (id) => (id === VIRTUAL_ID ? RESOLVED_ID : undefined),
    load(id) {
      if (id !== RESOLVED_ID) return
      const path = zonePath()
      this.addWatchFile(path)
      return { code: wrapZone(readFileSync(path, 'utf8')), map: null }
    },
  }
}

/**
 * Turns the text of zone.js, a script with side effects, into a module that exports `evaluateZone()`.
 * @param {string} source
 */
export function wrapZone(source) {
  if (/^\s*(?:import|export)\b/m.test(source)) {
    throw new Error(
      'zone.js has become a module with imports or exports and cannot be wrapped: adapt .ci/embedZone.mjs to its new form.',
    )
  }
  // Its marks and measures of its own start would stand in the page's performance timeline.
  const kept = replaceOnce(
    UNUSED_PATCHES.reduce(leaveOut, source),
    'const performance = global["performance"];',
    'const performance = null;',
  )
  return `export function evaluateZone() {\n${kept}\n}\n`
}

/**
 * The notice that its licence wants in every copy, as a comment that minifiers keep.
 * @param {string} source
 */
export function zoneNotice(source = readFileSync(zonePath(), 'utf8')) {
  const [comment] = /\/\*\*\s+\* @license[\s\S]*?\*\//.exec(source) ?? []
  if (!comment)
    throw new Error('zone.js has no licence notice where one was expected: adapt .ci/embedZone.mjs to its new form.')
  const lines = comment
    .split('\n')
    .slice(1, -1)
    .map((line) => line.replace(/^\s*\*\s*(?:@license )?/, ''))
  return `/*! contains zone.js: ${lines.join(' ')} */`
}

/**
 * @param {string} source
 * @param {string} patch
 */
function leaveOut(source, patch) {
  const call = `Zone3.__load_patch("${patch}", `
  return replaceOnce(source, call, `false && ${call}`)
}

/**
 * @param {string} source
 * @param {string} from
 * @param {string} to
 */
function replaceOnce(source, from, to) {
  const parts = source.split(from)
  if (parts.length === 2) return parts.join(to)
  throw new Error(
    `zone.js has \`${from}\` ${parts.length - 1} times where once was expected: adapt .ci/embedZone.mjs to its new form.`,
  )
}

function zonePath() {
  return fileURLToPath(new URL('./fesm2015/zone.js', import.meta.resolve('zone.js/package.json')))
}
