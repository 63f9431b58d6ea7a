import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { UNUSED_PATCHES, wrapZone, zoneNotice } from '../../.ci/embedZone.mjs'

const manifestUrl = createRequire(import.meta.url).resolve('zone.js/package.json')
const zone = readFileSync(manifestUrl.replace('package.json', 'fesm2015/zone.js'), 'utf8')

test('the installed zone.js can be wrapped, and only leaves out what the list names', () => {
  const wrapped = wrapZone(zone)
  assert.equal(wrapped.split('false && Zone3.__load_patch(').length - 1, UNUSED_PATCHES.length)
  const whole = wrapped
    .replaceAll('false && Zone3', 'Zone3')
    .replace('const performance = null;', 'const performance = global["performance"];')
  assert.ok(whole === `export function evaluateZone() {\n${zone}\n}\n`, 'something else was changed')
})

test('a zone.js that lacks a patch to leave out stops the build with the name of the patch', () => {
  assert.throws(() => wrapZone(zone.replaceAll('"geolocation"', '"place"')), /"geolocation", ` 0 times/)
})

test('a zone.js that has such a patch twice stops the build', () => {
  assert.throws(() => wrapZone(`${zone}\nZone3.__load_patch("XHR", () => {})`), /"XHR", ` 2 times/)
})

test('a zone.js with exports or imports stops the build', () => {
  assert.throws(() => wrapZone(`${zone}\nexport { Zone2 as Zone }`), /imports or exports/)
  assert.throws(() => wrapZone(`import './zone-impl.js'\n${zone}`), /imports or exports/)
})

test('the notice of zone.js is found, and its absence stops the build', () => {
  assert.match(zoneNotice(zone), /^\/\*![\s\S]*Google LLC[\s\S]*License: MIT[\s\S]*\*\/$/)
  assert.throws(() => zoneNotice(zone.replace('@license', '')), /licence/)
})
