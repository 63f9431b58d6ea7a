import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { wrapZone, zoneNotice } from '../../.ci/embedZone.mjs'

const manifestUrl = createRequire(import.meta.url).resolve('zone.js/package.json')
const zone = readFileSync(manifestUrl.replace('package.json', 'fesm2015/zone.js'), 'utf8')

test('the installed zone.js can be wrapped, and makes zones without any patch of the page', () => {
  const wrapped = wrapZone(zone)
  assert.ok(wrapped.length < zone.length / 3)
  const page = {}
  new Function('globalThis', `${wrapped.replace('export function', 'function')}; evaluateZone()`)(page)
  assert.deepEqual(Object.keys(page), ['Zone'])
  const { Zone } = page
  const inside = Zone.root.fork({ name: 'inside' }).run(() => [Zone.current.name, Zone.current.parent === Zone.root])
  assert.deepEqual(inside, ['inside', true])
  assert.equal(Zone.current, Zone.root)
})

test('a zone.js of another form stops the build', () => {
  assert.throws(() => wrapZone(zone.replace('lib/common/utils.js', 'lib/utils.js')), /other parts than expected/)
  assert.throws(() => wrapZone(zone.replace('var Zone2 = loadZone();', '')), /other parts than expected/)
  assert.throws(() => wrapZone(zone.replaceAll('global["performance"]', 'null')), /0 times/)
})

test('a zone.js with exports or imports stops the build', () => {
  assert.throws(() => wrapZone(`${zone}\nexport { Zone2 as Zone }`), /imports or exports/)
  assert.throws(() => wrapZone(`import './zone-impl.js'\n${zone}`), /imports or exports/)
})

test('the notice of zone.js is found, and its absence stops the build', () => {
  assert.match(zoneNotice(zone), /^\/\*![\s\S]*Google LLC[\s\S]*License: MIT[\s\S]*\*\/$/)
  assert.throws(() => zoneNotice(zone.replace('@license', '')), /licence/)
})
