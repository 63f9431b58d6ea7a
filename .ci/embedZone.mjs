// @ts-check
// Provides `virtual:zone.js`: zone.js as a function that runs when it is called, without the patches that we never use.
// Why not `import 'zone.js'`: it would run before our flags are set as soon as a bundler moves it into a chunk of its own.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const VIRTUAL_ID = 'virtual:zone.js'
const RESOLVED_ID = '\0virtual:zone.js' // the zero byte tells other plugins to leave it alone

/** The patches that are left out of our build. The minifier then drops their code, about a third of zone.js. */
const UNUSED_PATCHES = [
  'ZoneAwarePromise', // promises stay native: context/nativeAwait.ts carries the zone over them
  'PromiseRejectionEvent', // only translates what ZoneAwarePromise swallowed
  'queueMicrotask', // follows from the promise bridge; zone.js would send it through its own slower queue
  'blocking', // alert, prompt and confirm call nothing back
  'customElements', // their callbacks belong to whoever touched the DOM, who has the right zone already
  'geolocation', // no work of a page hangs on it often enough to pay for it
  'XHR', // instrument/xhr.ts follows requests itself
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
  const kept = UNUSED_PATCHES.reduce(leaveOut, source)
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
  const parts = source.split(`Zone3.__load_patch("${patch}", `)
  if (parts.length !== 2) {
    const found = parts.length - 1
    throw new Error(
      `zone.js has ${found} patches named "${patch}" where one was expected: adapt .ci/embedZone.mjs to its new form.`,
    )
  }
  return parts.join(`false && Zone3.__load_patch("${patch}", `)
}

function zonePath() {
  return fileURLToPath(new URL('./fesm2015/zone.js', import.meta.resolve('zone.js/package.json')))
}
