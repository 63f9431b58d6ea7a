// @ts-nocheck
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startSite } from './testWindows.mjs'

const script = fileURLToPath(new URL('mswVisit.mjs', import.meta.url))

async function visit(environment, begin, end, isBare = false) {
  const site = await startSite()
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [script, environment, begin, end, isBare, site.url],
      { timeout: 120_000 },
    )
    const exports = site.requests.filter(({ url }) => url === '/v1/traces')
    const reached = site.requests.filter((request) => !exports.includes(request))
    return {
      ...JSON.parse(stdout.trim().split('\n').at(-1)),
      told: stderr.split('\n').filter((line) => line.includes('[telemetry]')),
      exports: exports.map(({ headers }) => 'traceparent' in headers),
      reached: reached.map(({ url, headers, body }) => [url, headers['x-own'], body.toString()]),
    }
  } finally {
    await site.stop()
  }
}

const bares = {}
const visitBare = (environment, end) => (bares[environment + end] ??= visit(environment, 'msw', end, true))

const WAYS = ['fetch', 'request', 'xhr']
/** What passes msw goes through us in any order. */
const PASSED = WAYS.map((way) => `real/${way} 200`)
/** msw answers an XHR by itself: neither the platform nor we see it sent. */
const MOCKED = ['fetch', 'request'].flatMap((way) => [`api/${way} 503`, `broken/${way} TypeError`])

const CASES = [
  ['jsdom', 'msw, import, start', 'msw, telemetry', [...PASSED, ...MOCKED]],
  ['jsdom', 'msw, import, start', 'telemetry, msw', [...PASSED, ...MOCKED]],
  ['jsdom', 'import, msw, start', 'telemetry, msw', [...PASSED, ...MOCKED]],
  ['jsdom', 'import, start, msw', 'msw, telemetry', PASSED], // msw is above us
  ['jsdom', 'import, start, msw', 'telemetry, msw', PASSED],
  ['happy-dom', 'msw, import, start', 'telemetry, msw', ['real/xhr 200']], // there msw makes a read-only fetch, which we leave alone
  ['happy-dom', 'import, start, msw', 'msw, telemetry', PASSED],
  ['happy-dom', 'import, start, msw', 'telemetry, msw', PASSED],
]

describe('msw mocks what it should, and the page gets what it gets without us', { concurrency: 2 }, () => {
  for (const [environment, begin, end, spans] of CASES)
    test(`in ${environment}: ${begin}; and at the end ${end}`, async () => {
      const [bare, ours] = await Promise.all([visitBare(environment, end), visit(environment, begin, end)])
      for (const what of ['answers', 'handled', 'reached']) assert.deepEqual(ours[what], bare[what], what)
      assert.equal(bare.handled[0].join(), 'fetch,POST,tea,mine,text/plain')
      assert.deepEqual(ours.spans.toSorted(), spans.toSorted())
      assert.deepEqual(ours.traced, spans.includes('api/fetch 503') ? ['fetch', 'request'] : [])
      assert.ok(ours.exports.length > 0)
      assert.deepEqual(new Set(ours.exports), new Set([false]))
      assert.equal(ours.told.join().includes('`fetch` be changed'), !spans.includes('real/fetch 200'))
    })

  test('in Node, where nothing is patched', async () => {
    const bare = await visitBare('node', 'telemetry, msw')
    assert.deepEqual(await visit('node', 'import, start, msw', 'telemetry, msw'), bare)
  })
})
