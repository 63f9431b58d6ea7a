import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import fc from 'fast-check'
import { wrapZone, zoneNotice } from '../../.ci/embedZone.mjs'

const manifestUrl = createRequire(import.meta.url).resolve('zone.js/package.json')
const zone = readFileSync(manifestUrl.replace('package.json', 'fesm2015/zone.js'), 'utf8')

test('the installed zone.js can be wrapped, and makes zones without any patch of the page', () => {
  const wrapped = wrapZone(zone)
  assert.ok(wrapped.length < zone.length / 3)
  const page = evaluated(wrapped)
  assert.deepEqual(Object.keys(page), ['Zone'])
  const { Zone } = page
  const inside = Zone.root.fork({ name: 'inside' }).run(() => [Zone.current.name, Zone.current.parent === Zone.root])
  assert.deepEqual(inside, ['inside', true])
  assert.equal(Zone.current, Zone.root)
})

/** A page of its own with the zones in it. */
function evaluated(wrapped, page = {}) {
  new Function('globalThis', `${wrapped.replace('export function', 'function')}; evaluateZone()`)(page)
  return page
}

const HOOKS = 'Fork Intercept Invoke HandleError ScheduleTask InvokeTask CancelTask HasTask'.split(' ')

/** A hook that notes who calls it with what, and hands on. */
function hook(kind, name, log) {
  const method = kind[0].toLowerCase() + kind.slice(1)
  return (above, current, target, ...rest) => {
    const [told] = rest
    const word = told?.type ?? (kind === 'HasTask' ? JSON.stringify(told) : (told?.name ?? typeof told))
    log.push(`${name}.${kind} ${above.zone.name} ${current.name} ${target.name} ${word}`)
    return above[method](target, ...rest)
  }
}

function fails(word) {
  throw new RangeError(word)
}

const schedules = (zone, kind) =>
  zone[`schedule${kind}Task`](
    kind,
    () => kind === 'Event' && fails(kind),
    {},
    () => {},
    () => {},
  )

const zoneSpecs = fc.array(fc.record({ parent: fc.nat(), hooks: fc.uniqueArray(fc.constantFrom(...HOOKS)) }), {
  minLength: 1,
  maxLength: 8,
})
const steps = fc.array(
  fc.record({
    at: fc.nat(),
    does: fc.constantFrom('run', 'guarded', 'wrap', 'Macro', 'Event', 'Micro', 'invoke', 'cancel'),
  }),
  { maxLength: 20 },
)

/** What a play of zones and tasks looks like to their hooks. */
function play(wrapped, specs, moves) {
  const { Zone } = evaluated(wrapped, { __zone_symbol__setTimeout: (drain) => drain() })
  const log = []
  const zones = [Zone.root]
  const tasks = []
  for (const { parent, hooks } of specs) {
    const name = `z${zones.length}`
    const own = Object.fromEntries(hooks.map((kind) => [`on${kind}`, hook(kind, name, log)]))
    zones.push(zones[parent % zones.length].fork({ name, ...own }))
  }
  for (const { at, does } of moves) {
    const zone = zones[at % zones.length]
    const task = tasks[at % Math.max(1, tasks.length)]
    try {
      if (does === 'run') log.push(zone.run(() => Zone.current.name))
      else if (does === 'guarded') zone.runGuarded(() => fails('guarded'))
      else if (does === 'wrap') log.push(zone.wrap(() => Zone.current.name, 'source')())
      else if (does === 'invoke') task?.invoke(0)
      else if (does === 'cancel') task?.zone.cancelTask(task)
      else tasks.push(schedules(zone, does))
    } catch (error) {
      log.push(error.name)
    }
    log.push(tasks.map((task) => JSON.stringify(task)).join())
  }
  return log
}

test('hooks are called in the same order and with the same zones as by zone.js itself', () => {
  const [core] = zone.split('\n// packages/zone.js/lib/zone.js\n')
  const original = `export function evaluateZone() {\n${core}\nglobal["Zone"] = initZone();\n}`
  const embedded = wrapZone(zone)
  let calls = 0
  fc.assert(
    fc.property(zoneSpecs, steps, (specs, moves) => {
      const log = play(embedded, specs, moves)
      calls += log.filter((line) => line.includes('.')).length
      assert.deepEqual(log, play(original, specs, moves))
    }),
    { numRuns: 1000 },
  )
  assert.ok(calls > 1000)
})

test('a zone.js of another form stops the build', () => {
  assert.throws(() => wrapZone(zone.replace('lib/common/utils.js', 'lib/utils.js')), /other parts than expected/)
  assert.throws(() => wrapZone(zone.replace('var Zone2 = loadZone();', '')), /other parts than expected/)
  assert.throws(() => wrapZone(zone.replaceAll('global["performance"]', 'null')), /0 times/)
  assert.throws(() => wrapZone(zone.replace('this._forkZS = zoneSpec', 'this._forkZS = !zoneSpec')), /another way/)
})

test('a zone.js with exports or imports stops the build', () => {
  assert.throws(() => wrapZone(`${zone}\nexport { Zone2 as Zone }`), /imports or exports/)
  assert.throws(() => wrapZone(`import './zone-impl.js'\n${zone}`), /imports or exports/)
})

test('the notice of zone.js is found, and its absence stops the build', () => {
  assert.match(zoneNotice(zone), /^\/\*![\s\S]*Google LLC[\s\S]*License: MIT[\s\S]*\*\/$/)
  assert.throws(() => zoneNotice(zone.replace('@license', '')), /licence/)
})
