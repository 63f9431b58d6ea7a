// @ts-check
// What following a context costs: beside nothing, beside zone.js with native and with lowered code, and beside OpenTelemetry.
import { withBrowser } from './support/browser.mjs'
import { bundle } from './support/bundle.mjs'
import { compareRows } from './support/compare.mjs'
import { COLUMNS, CONTENDERS, contextLine } from './support/contextLine.mjs'
import { interleave } from './support/interleave.mjs'
import { startNodePage } from './support/nodeProcess.mjs'

const ROUNDS = 8
const BLOCK_MS = 10
const LOOKUP_NS = 10

/** @typedef {import('./support/contextLine.mjs').Aim} Aim */
/** @typedef {{ row: string, outside: Aim, inside?: Aim }} Plan */
/** @typedef {{ name: string, block(row: string, ms: number, inside: boolean): Promise<number> }} Page */

const likeZone = /** @type {const} */ ({ of: 'zone', times: 1.05 }) // no worse, by what the measuring itself is off
const inAwait = /** @type {const} */ ({ of: 'bare', times: 5 })

/** @type {readonly Plan[]} */
const PLANS = [
  { row: 'await asyncFunction()', outside: { of: 'bare', times: 1.3 }, inside: inAwait },
  { row: 'await new Promise', outside: { of: 'bare', times: 1.3 }, inside: inAwait },
  { row: 'await of an async `return promise`', outside: { of: 'bare', times: 1.5 } },
  { row: 'promise.then(…)', outside: { of: 'bare', times: 1.2 } },
  { row: 'await Promise.all of 10', outside: { of: 'bare', times: 1.5 } },
  { row: 'setTimeout, set and fired', outside: likeZone, inside: likeZone },
  { row: 'setTimeout, set and cleared', outside: likeZone, inside: likeZone },
  { row: 'addEventListener and removeEventListener', outside: likeZone, inside: likeZone },
  { row: 'dispatchEvent to one listener', outside: likeZone, inside: likeZone },
]
const SITUATIONS = /** @type {const} */ (['before the first span', 'after a span', 'in a span'])

/** @param {(line: string) => void} log */
export async function context(log) {
  const work = await bundle('inPage/context.ts')
  const lowered = await bundle('inPage/context.ts', { target: 'es2016' })
  /** @type {Record<string, readonly string[]>} */
  const scripts = {}
  for (const [name, { app, isLowered }] of Object.entries(CONTENDERS))
    scripts[name] = [await bundle(app, { minify: true }), isLowered ? lowered : work]

  const names = Object.keys(CONTENDERS)
  const ofNode = names.filter((name) => !CONTENDERS[name]?.needsPage)
  const chromium = await inChromium(scripts, (open) => allSituations(names, open, 'Chromium', log))
  const node = await inNode(scripts, (open) => allSituations(ofNode, open, 'Node', log))
  const current = await compareRows(
    [
      { row: 'work in an active span', unit: 'ns', divisor: 1, aim: 10 },
      { row: 'read the active span', unit: 'ns', divisor: 1, within: LOOKUP_NS },
      { row: 'read the active span inside one', unit: 'ns', divisor: 1000, within: LOOKUP_NS },
    ],
    log,
  )
  return [
    table('Context, Chromium', chromium),
    table('Context, Node', node),
    { title: 'The current span, Chromium', about: CURRENT, rows: current.chromium },
    { title: 'The current span, Node', about: CURRENT, rows: current.node },
  ]
}

const CURRENT = '`withSpan` round synchronous work, and `getCurrentSpan()`.'

/**
 * @param {string} title
 * @param {readonly (readonly string[])[]} lines
 */
function table(title, lines) {
  const about =
    'Nanoseconds for one call. Each implementation is in a process of its own, in turn every few milliseconds. zone.js follows ' +
    '`await` only where async functions are lowered to generators (ES2016); OpenTelemetry, on the same native code as ours, loses the span there. ' +
    'The floor is a page whose promises only let an `await` be seen (`apps/floor.ts`), with nothing that follows it: the least that whoever follows has to pay.'
  return { title, about, columns: COLUMNS, lines }
}

/**
 * @param {readonly string[]} names
 * @param {(name: string) => Promise<Page & { close(): Promise<void> | void }>} open
 * @param {string} where
 * @param {(line: string) => void} log
 */
async function allSituations(names, open, where, log) {
  /** @type {string[][]} */
  const lines = []
  for (const situation of SITUATIONS) {
    const inside = situation === 'in a span'
    const pages = []
    for (const name of names) pages.push(await open(name))
    if (situation !== 'before the first span') for (const page of pages) await page.block('promise.then(…)', 1, true)
    for (const plan of PLANS) {
      const times = await interleave(
        pages.map(({ name, block }) => ({ name, block: (ms) => block(plan.row, ms, inside) })),
        ROUNDS,
        BLOCK_MS,
      )
      const line = contextLine(`${situation}: ${plan.row}`, times, inside ? plan.inside : plan.outside)
      log(`${where}, ${line.join(' | ')}`)
      lines.push(line)
    }
    for (const page of pages) await page.close()
  }
  return lines
}

/**
 * @template T
 * @param {Readonly<Record<string, readonly string[]>>} scripts
 * @param {(open: (name: string) => Promise<Page & { close(): Promise<void> }>) => Promise<T>} work
 */
function inChromium(scripts, work) {
  const served = Object.entries(scripts).flatMap(([name, codes]) => codes.map((code, at) => [`${name}${at}.js`, code]))
  return withBrowser(Object.fromEntries(served), (lab) =>
    work(async (name) => {
      const page = await lab.open()
      for (const at of (scripts[name] ?? []).keys()) await page.addScriptTag({ url: `/${name}${at}.js` })
      return {
        name,
        block: (row, ms, inside) =>
          page.evaluate(
            ([what, time, within]) => globalThis.blockOf(what, time, within),
            /** @type {const} */ ([row, ms, inside]),
          ),
        close: () => page.close(),
      }
    }),
  )
}

/**
 * @template T
 * @param {Readonly<Record<string, readonly string[]>>} scripts
 * @param {(open: (name: string) => Promise<Page & { close(): void }>) => Promise<T>} work
 */
function inNode(scripts, work) {
  return work(async (name) => {
    const { block, end } = await startNodePage(scripts[name] ?? [])
    return { name, block, close: end }
  })
}
