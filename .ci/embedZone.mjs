// @ts-check
// Provides `virtual:zone.js`: zone.js as a function that runs when it is called, without the patches that we never use.
// Why not `import 'zone.js'`: it would run before our flags are set as soon as a bundler moves it into a chunk of its own.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const VIRTUAL_ID = 'virtual:zone.js'
const RESOLVED_ID = '\0virtual:zone.js' // the zero byte tells other plugins to leave it alone

/**
 * Behind this line of zone.js stand its patches of the page. All of them are left out, three quarters of the file: what stays are
 * its zones.
 *
 * | patch | why not |
 * | --- | --- |
 * | timers, requestAnimationFrame | make a task with hooks of every timer of the page; context/callbacks.ts wraps those set inside a span |
 * | ZoneAwarePromise, PromiseRejectionEvent | promises stay native: context/nativeAwait.ts carries the context over them |
 * | queueMicrotask | without that promise it swallows what a microtask throws; context/callbacks.ts |
 * | EventTarget, on_property | give a listener the context in which it was added, at some cost; context/dispatch.ts has other rules |
 * | MutationObserver, IntersectionObserver | replace the class, for a context that no observer has |
 * | FileReader, XHR | tell zones that a task is under way; context/tasks.ts |
 * | blocking | alert, prompt and confirm call nothing back |
 * | customElements | their callbacks belong to whoever touched the DOM, who has the right context already |
 * | geolocation | context/callbacks.ts |
 * | toString, util | hide what the patches did, and hand their tools to plugins, which bring the whole zone.js with them |
 */
const PATCHES = '\n// packages/zone.js/lib/common/utils.js\n'
/** Looks for another `Zone` on the page: context/zone.ts does, and knows an element of that name from a variable. */
const LOADER = '\n// packages/zone.js/lib/zone.js\n'
const START = 'var Zone2 = loadZone();'

/** Tools that the patches fill in before they use them: a zone.js that comes later brings its own. */
const EMPTY_TOOLS = /^ {4}\w+: (?:\(\) => (?:noop|\[\]|void 0)|noop),\n/gm
const NEEDED_TOOLS = /onUnhandledError|microtaskDrainDone/

/** Fields that a class names before it fills them, or that are undefined either way. */
const EMPTY_FIELDS = /^ *__publicField\(this, "\w+"\);\n/gm
const FILLED_FIELDS = /__publicField\((\w+), "(\w+)", ([^;]+)\);/g

/**
 * For each hook zone.js keeps three fields, of who has it. Here they are one list, and nobody else asks for them.
 * @type {[three: RegExp, one: string][]}
 */
const HOOKS = [
  [/^ *this\._hasTask\w+ = null;\n/gm, ''],
  [
    /this\._(\w+)ZS = zoneSpec && .*\.(on\w+) .*\n.*_\1Dlgt = zoneSpec && .*\n.*_\1CurrZone = zoneSpec && .*/g,
    'this._$1 = zoneSpec && (zoneSpec.$2 ? [zoneSpec, parentDelegate, zone] : parentDelegate._$1);',
  ],
  [
    /this\._(\w+)ZS = (.*DELEGATE_ZS);\n.*Dlgt = parentDelegate;\n(?:.*DlgtOwner = this;\n)?.*CurrZone = this._zone;/g,
    'this._$1 = [$2, parentDelegate, zone];',
  ],
  [/\b_(\w+)ZS\./g, '_$1[0].'],
  [/\b_(\w+)ZS\b/g, '_$1'],
  [/\b_(\w+)Dlgt\b/g, '_$1[1]'],
  [/\b_(\w+)CurrZone\b/g, '_$1[2]'],
  [/\bthis\._hasTaskDlgtOwner\b/g, 'this'],
]

/** One of the three was set in another way than these. */
const SET_ALONE = /\b_\w+\[\d\] = /

/** Long names that nothing outside of these classes asks for. */
const NAMES = /\b_(?:fork|intercept|invoke|handleError|\w+Task|taskCounts|zoneDelegates|state)\b/g

/**
 * The longest sentences, for those who work on zone.js itself.
 * @type {[long: RegExp, short: string][]}
 */
const SENTENCES = [
  [/"A task can only be run in .*? \+ "\)"/, '"a task runs in its own zone"'],
  [/"A task can only be cancelled in .*? \+ "\)"/, '"a task is cancelled in its own zone"'],
  [/`can not reschedule task to [^`]*`/, '"a task is scheduled in its own zone"'],
  [/"Zone\.js has detected that ZoneAwarePromise [^"]*"/, '"`Promise` was overwritten after zone.js was loaded."'],
  [
    /`\$\{this\.type\} '\$\{this\.source\}': can not transition to [^;]*`\);/,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code of zone.js
    '`no way from ${this._state} to ${toState}`);',
  ],
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
  const [zones = '', patches, ...more] = source.split(PATCHES)
  if (!patches?.includes(START) || more.length > 0)
    throw new Error('zone.js has other parts than expected: adapt .ci/embedZone.mjs to its new form.')
  const [core = '', loader] = zones.split(LOADER)
  if (!loader?.includes('initZone()'))
    throw new Error('zone.js has no loader where one was expected: adapt .ci/embedZone.mjs to its new form.')
  // Its marks and measures of its own start would stand in the page's performance timeline.
  const quiet = replaceOnce(core, 'const performance = global["performance"];', 'const performance = null;')
  const needed = quiet
    .replace(EMPTY_TOOLS, (tool) => (NEEDED_TOOLS.test(tool) ? tool : ''))
    .replace(EMPTY_FIELDS, '')
    .replace(FILLED_FIELDS, '$1.$2 = $3;')
  const spoken = SENTENCES.reduce((code, [long, short]) => replaceOnce(code, long, short), needed)
  const kept = HOOKS.reduce((code, [three, one]) => code.replace(three, one), spoken)
  if (SET_ALONE.test(kept))
    throw new Error('zone.js keeps its hooks in another way than expected: adapt .ci/embedZone.mjs to its new form.')
  const names = [...new Set(kept.match(NAMES))]
  const code = kept.replace(NAMES, (name) => `_${names.indexOf(name).toString(36)}`)
  return `export function evaluateZone() {\n${code}\nglobal["Zone"] = initZone();\n}\n`
}

/** Every word of it, which the build must leave as it is. */
export function zoneWords() {
  return new Set(wrapZone(readFileSync(zonePath(), 'utf8')).match(/[\w$]+/g))
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
 * @param {string | RegExp} from
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
