// @ts-check
// Prints the loss table as Markdown: what share of the spans that ended in the last 100 ms arrives, this project beside OpenTelemetry JS.
// A cell `93 → 100 %` means: 93 within three seconds, 100 after the next page view. `2 twice`: so many spans came a second time.
//
//   node e2e/loss.mjs --repeat=3 --only=close,reload --counts=10,500 --origins=same --who=ours --json=FILE
//   --engine=firefox; --browsers=1 (side by side); --back-forward-cache; --file=other/telemetry.min.js (another build of ours)
import { existsSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { LEAVINGS } from './loss/leavings.mjs'
import { loadContestants } from './loss/lossPages.mjs'
import { missedGoals, sumUp, tellCell, toMarkdown } from './loss/lossTable.mjs'
import { ORIGINS } from './loss/measureLoss.mjs'
import { runCells } from './loss/runCells.mjs'

const ORIGIN_NAMES = /** @type {const} */ ({ same: 'same', cross: 'cross', auth: 'auth' })

const { values } = parseArgs({
  options: {
    repeat: { type: 'string', default: '20' },
    engine: { type: 'string', default: 'chromium' },
    only: { type: 'string', default: Object.keys(LEAVINGS).join() },
    counts: { type: 'string', default: '10,100,500,2000' },
    origins: { type: 'string', default: Object.keys(ORIGINS).join() },
    who: { type: 'string', default: 'ours,otel' },
    browsers: { type: 'string', default: '3' },
    'back-forward-cache': { type: 'boolean', default: false },
    file: { type: 'string' },
    json: { type: 'string' },
  },
})
const engine = values.engine === 'firefox' ? 'firefox' : 'chromium'
if (values.file && !existsSync(values.file)) fail(`There is no file ${values.file}.`)

const contestants = await loadContestants({ file: values.file })
const leavings = pick('only', values.only, LEAVINGS).filter(
  ({ onlyChromium }) => engine === 'chromium' || !onlyChromium,
)
const origins = pick('origins', values.origins, ORIGIN_NAMES)
const chosen = pick('who', values.who, contestants)
const counts = values.counts.split(',').map(Number)

/** @type {[import('./loss/lossTable.mjs').MeasuredCell, import('./loss/lossPages.mjs').Contestant][]} */
const cells = []
for (const leaving of leavings)
  for (const origin of origins)
    for (const count of counts)
      for (const contestant of chosen)
        cells.push([{ leaving, origin, count, contestant: contestant.title, outcomes: [] }, contestant])

const startedAt = performance.now()
let done = 0
const version = await runCells(cells, {
  engine,
  backForwardCache: values['back-forward-cache'],
  repeat: Number(values.repeat),
  browsers: Number(values.browsers),
  onCell(cell) {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
    console.error(`${++done}/${cells.length} (${seconds} s) ${nameOf(cell)}, ${cell.contestant}: ${tellCell(cell)}`)
  },
})

const measured = cells.map(([cell]) => cell)
console.log(`${version}, ${values.repeat} repetitions a cell: share that arrived at once → after the next page view\n`)
console.log(toMarkdown(measured))
tellGoals()
if (values.json) writeFileSync(values.json, `${JSON.stringify({ version, cells: measured.map(plain) }, null, 2)}\n`)

function tellGoals() {
  const ours = measured.filter(({ contestant }) => contestant === contestants.ours.title)
  const missed = ours.flatMap((cell) => missedGoals(cell).map((what) => `${nameOf(cell)}: ${what}`))
  if (ours.length > 0) console.log(`\nGoals missed: ${missed.length === 0 ? 'none' : `\n- ${missed.join('\n- ')}`}`)
}

/** @param {import('./loss/lossTable.mjs').MeasuredCell} cell */
function nameOf({ leaving, origin, count }) {
  return `${leaving.title}, ${ORIGINS[origin]}, ${count} spans`
}

/** @param {import('./loss/lossTable.mjs').MeasuredCell} cell */
function plain({ leaving, origin, count, contestant, outcomes }) {
  return { leaving: leaving.title, origin, count, contestant, ...sumUp(outcomes), outcomes }
}

/**
 * @template T
 * @param {string} option
 * @param {string} names
 * @param {Readonly<Record<string, T>>} from
 * @returns {T[]}
 */
function pick(option, names, from) {
  return names.split(',').map((name) => {
    const found = from[name]
    if (found === undefined) fail(`--${option} knows ${Object.keys(from).join(', ')}, not ${name}.`)
    return /** @type {T} */ (found)
  })
}

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}
