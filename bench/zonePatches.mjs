// @ts-check
// What each patch of zone.js costs by itself, what it keeps, and what this package has in its place.
import { withBrowser } from './support/browser.mjs'
import { bundle } from './support/bundle.mjs'
import { interleave } from './support/interleave.mjs'
import { startOnce } from './support/startOnce.mjs'
import { minimum, shuffled } from './support/statistics.mjs'

const ROUNDS = 5
const CALL_ROUNDS = 8
const BLOCK_MS = 10

/**
 * @typedef {{ patch: string, keeps: string, instead: string, row?: string, needs?: string }} Plan
 *   `row`: a call of `inPage/context.ts`; `needs`: the patch without which that call fails
 */

/** @type {readonly Plan[]} */
const PATCHES = [
  {
    patch: 'ZoneAwarePromise',
    keeps: '`then`, `catch`, `finally`; not native `await`',
    instead: 'accessors on the native promise, from the first span on',
    row: 'promise.then(…)',
  },
  { patch: 'PromiseRejectionEvent', keeps: 'events that the patch above swallowed', instead: 'none' },
  { patch: 'timers', keeps: 'timers', instead: 'wrap from the first span on', row: 'setTimeout, set and cleared' },
  {
    patch: 'requestAnimationFrame',
    keeps: 'animation frames',
    instead: 'wrap from the first span on',
    row: 'requestAnimationFrame, asked and cancelled',
  },
  {
    patch: 'queueMicrotask',
    keeps: 'microtasks',
    instead: 'wrap from the first span on',
    row: 'queueMicrotask',
    needs: 'ZoneAwarePromise',
  },
  {
    patch: 'EventTarget',
    keeps: 'listeners',
    instead: 'wrap of those added in a span',
    row: 'addEventListener and removeEventListener',
  },
  {
    patch: 'on_property',
    keeps: 'handlers (`onclick = …`)',
    instead: 'wrap of those assigned in a span',
    row: 'element.onclick = …',
  },
  {
    patch: 'MutationObserver',
    keeps: 'its callback',
    instead: 'wrap from the first span on',
    row: 'new MutationObserver',
  },
  { patch: 'IntersectionObserver', keeps: 'its callback', instead: 'wrap from the first span on' },
  { patch: 'FileReader', keeps: 'its handlers', instead: 'listeners and handlers' },
  { patch: 'XHR', keeps: 'no context: tells zones that a request is under way', instead: 'none' },
  { patch: 'blocking', keeps: 'nothing: `alert` and its like call nothing back', instead: 'none' },
  { patch: 'customElements', keeps: 'life-cycle callbacks', instead: 'none: whoever touches the DOM has the context' },
  { patch: 'geolocation', keeps: 'its callbacks', instead: 'wrap from the first span on' },
  { patch: 'toString', keeps: 'nothing: hides the patches above', instead: 'none' },
]

/** @param {(line: string) => void} log */
export async function zonePatches(log) {
  const zone = await bundle('apps/zone.ts', { minify: true })
  const scripts = {
    'bare.js': await bundle('apps/bare.ts', { minify: true }),
    'zone.js': await bundle('apps/zoneSpan.ts', { minify: true }),
    'ours.js': await bundle('apps/ours.ts', { minify: true }),
    'context.js': await bundle('inPage/context.ts'),
  }
  return withBrowser(scripts, async (lab) => {
    const starts = await timeStarts(lab, zone, log)
    const lines = []
    for (const { patch, keeps, instead, row, needs } of PATCHES) {
      const calls = row ? await timeCalls(lab, [patch, needs], row) : []
      const [name, bare = '', zoned = '', outside = '', inside = ''] = row ? [`\`${row}\``, ...calls.map(nanos)] : ['']
      lines.push([patch, starts(patch).toFixed(2), keeps, instead, name, bare, zoned, outside, inside])
      log(lines.at(-1)?.join(' | ') ?? '')
    }
    return [
      {
        title: 'The patches of zone.js, Chromium',
        about:
          `Processor time of the main thread at start-up: what the patch alone adds to zone.js without any (${starts('none').toFixed(1)} ms; with ` +
          `all ${starts('all').toFixed(1)} ms). The calls in nanoseconds: bare, with that patch alone in a zone, with ours outside of spans (after ` +
          'one) and inside.',
        columns: ['patch', 'start-up, ms', 'keeps', 'ours', 'call', 'bare', 'zone.js', 'outside', 'in a span'],
        lines,
      },
    ]
  })
}

/** @param {number} value */
const nanos = (value) => value.toLocaleString('en', { maximumFractionDigits: 0 })

const ALL = PATCHES.map(({ patch }) => patch)

/** @param {readonly string[]} patches */
const disable = (patches) => patches.map((patch) => `globalThis.__Zone_disable_${patch} = true;`).join('')
const allBut = (/** @type {readonly unknown[]} */ kept) => ALL.filter((name) => !kept.includes(name))

/**
 * @param {import('./support/browser.mjs').Lab} lab
 * @param {string} zone
 * @param {(line: string) => void} log
 */
async function timeStarts(lab, zone, log) {
  /** @type {Record<string, string>} */
  const flags = { all: '', none: disable(ALL) }
  for (const patch of ALL) flags[patch] = disable(allBut([patch]))
  /** @type {Record<string, number[]>} */
  const times = { nothing: [], ...Object.fromEntries(Object.keys(flags).map((name) => [name, []])) }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, before] of shuffled(Object.entries(flags))) times[name]?.push(await startOnce(lab, zone, before))
    times['nothing']?.push(await startOnce(lab, '0'))
    log(`zone.js, start-up, round ${round + 1} of ${ROUNDS}`)
  }
  const least = (/** @type {string} */ name) => minimum(times[name] ?? [])
  return (/** @type {string} */ name) => least(name) - least(name === 'none' || name === 'all' ? 'nothing' : 'none')
}

/**
 * @param {import('./support/browser.mjs').Lab} lab
 * @param {readonly unknown[]} patches
 * @param {string} row
 * @returns {Promise<number[]>} ns: bare, with the patch in a zone, ours outside, ours in a span
 */
async function timeCalls(lab, patches, row) {
  const contenders = []
  const apps = /** @type {const} */ ([
    ['bare', false],
    ['zone', true],
    ['ours', false],
    ['ours', true],
  ])
  for (const [app, inside] of apps) {
    const page = await lab.open()
    if (app === 'zone') await page.addScriptTag({ content: disable(allBut(patches)) })
    for (const url of [`/${app}.js`, '/context.js']) await page.addScriptTag({ url })
    const block = (/** @type {number} */ ms, isInside = inside) =>
      page.evaluate(
        ([what, time, within]) => globalThis.blockOf(what, time, within),
        /** @type {const} */ ([row, ms, isInside]),
      )
    if (app === 'ours') await block(1, true)
    contenders.push({ name: `${app} ${inside}`, block, page })
  }
  const times = await interleave(contenders, CALL_ROUNDS, BLOCK_MS)
  for (const { page } of contenders) await page.close()
  return contenders.map(({ name }) => minimum(times[name] ?? []))
}
