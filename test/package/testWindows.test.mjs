// @ts-nocheck
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { KINDS, startSite } from './testWindows.mjs'
import { isTraced, visit } from './visitWindow.mjs'

let site
before(async () => {
  site = await startSite()
})
after(() => site.stop())

for (const kind of Object.keys(KINDS))
  test(`in ${kind} all of the README's first page works`, async () => {
    const { lines, errors, asked, stats } = await visit(site, kind, {})
    const hasFetch = kind !== 'jsdom'
    assert.deepEqual(errors, [])
    assert.deepEqual(lines, ['sync 7', ...(hasFetch ? ['fetch 200'] : []), 'xhr 200', 'same span'])
    const isExport = ({ url }) => url.startsWith('/v1/traces')
    const ofPage = asked.filter((one) => !isExport(one))
    assert.deepEqual(ofPage.map(isTraced), Array(hasFetch ? 2 : 1).fill(true))
    assert.deepEqual(asked.filter(isExport).map(isTraced), hasFetch ? [false] : [])
    assert.equal(hasFetch ? stats.exported : stats.dropped.export_failed, stats.ended)
    assert.equal(stats.started, stats.ended)
  })

const YOUNG = [
  ...[
    'Object.hasOwn',
    'Object.fromEntries',
    'Object.groupBy',
    'Promise.allSettled',
    'Promise.any',
    'Promise.withResolvers',
  ],
  ...['Array.prototype.at', 'Array.prototype.flat', 'Array.prototype.flatMap', 'Array.prototype.findLast'],
  ...['Array.prototype.toSorted', 'String.prototype.at', 'String.prototype.replaceAll', 'String.prototype.matchAll'],
  ...[
    'String.prototype.trimStart',
    'globalThis.AggregateError',
    'globalThis.WeakRef',
    'globalThis.FinalizationRegistry',
  ],
]

for (const kind of ["jsdom with Node's fetch", 'happy-dom'])
  test(`in ${kind} a page whose language lacks a young method is as it is without us`, async () => {
    for (const name of YOUNG) {
      const bare = await visit(site, kind, { name, isBare: true })
      for (const moment of ['before', 'after']) {
        const ours = await visit(site, kind, { name, moment })
        const seen = ours.lines.filter((line) => !/same span|lost the span/.test(line))
        assert.deepEqual([name, moment, seen], [name, moment, bare.lines.filter((line) => !/lost|same/.test(line))])
      }
    }
  })

describe('one global is missing, and the page is as it is without us', { concurrency: true }, () => {
  for (const kind of Object.keys(KINDS))
    test(`in ${kind}`, async () => {
      const script = fileURLToPath(new URL('everyGlobal.mjs', import.meta.url))
      const { stdout } = await promisify(execFile)(process.execPath, [script, kind], { timeout: 180_000 })
      const { tried, found } = JSON.parse(stdout.split('\n').at(-2))
      assert.deepEqual(found, [])
      assert.ok(tried.length > 30, tried.join())
    })
})
