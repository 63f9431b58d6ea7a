import type { TelemetryOptions } from '@codomyrmex/telemetry'
import type { Behaviour } from '../support/hostileCollector/contract'
import {
  duplicateNames,
  endMany,
  endSpans,
  expectOnce,
  exportAt,
  flush,
  keptBodies,
  manyNames,
  namesOf,
  nextPageView,
  openPage,
  outboxIsOpen,
  sentences,
  statsOf,
  statusesOf,
} from './supportPage'
import { expect, test } from './supportTest'

for (const encoding of ['protobuf', 'json'] as const) {
  test(`200 to ${encoding}: the spans arrive with one request`, async ({ page, collector, told }) => {
    await openPage(page, collector, { encoding })
    await endSpans(page, 'a', 'b')
    expect(await flush(page)).toMatchObject({ queued: 0, exported: 2, stored: 0, dropped: {} })
    await expectOnce(collector, ['a', 'b'])
    expect(statusesOf(collector)).toEqual([200])
    expect(exportAt(collector, 0).contentType).toBe(`application/${encoding === 'json' ? 'json' : 'x-protobuf'}`)
    expect(sentences(told)).toEqual([])
  })

  test(`partial success in ${encoding} is counted, told once, and nothing is sent again @engines`, async ({
    page,
    collector,
    told,
  }) => {
    collector.always({ reject: ({ name }) => name === 'old', message: 'too old' })
    await openPage(page, collector, { encoding })
    await endSpans(page, 'old', 'new')
    await flush(page)
    await endSpans(page, 'old', 'newer')
    expect(await flush(page)).toMatchObject({ queued: 0, exported: 2, stored: 0, dropped: { rejected: 2 } })
    await expectOnce(collector, ['new', 'newer'])
    expect(statusesOf(collector)).toEqual([200, 200])
    expect(sentences(told)).toEqual([expect.stringContaining('too old')])
  })

  test(`a warning in a partial success in ${encoding} is told, and all count as arrived`, async ({
    page,
    collector,
    told,
  }) => {
    collector.next({ reject: 0, message: 'slow down a bit' })
    await openPage(page, collector, { encoding })
    await endSpans(page, 'a')
    expect(await flush(page)).toMatchObject({ exported: 1, dropped: {} })
    await expectOnce(collector, ['a'])
    expect(sentences(told)).toEqual([expect.stringContaining('slow down a bit')])
  })
}

const GARBAGE: Readonly<Record<string, Behaviour>> = {
  'an empty body': { body: '' },
  'JSON that is cut off': { body: '{"partialSuccess":{"rejec' },
  'JSON of another kind': { body: '{"partialSuccess":[1,2],"x":null}' },
  'protobuf that is cut off': { body: '\u000a\u0030\u0008' },
  'a megabyte of text': { body: '{'.repeat(1_000_000) },
  'an answer that is cut off': { cut: 'within the answer' },
  'status 202': { status: 202 },
  'status 204': { status: 204, body: '' },
}

for (const [what, behaviour] of Object.entries(GARBAGE))
  test(`a success with ${what} is a success`, async ({ page, collector, told }) => {
    collector.next(behaviour)
    await openPage(page, collector)
    await endSpans(page, 'a')
    expect(await flush(page)).toMatchObject({ queued: 0, exported: 1, stored: 0, dropped: {} })
    await endSpans(page, 'b')
    await flush(page)
    await expectOnce(collector, ['a', 'b'])
    expect(collector.exports()).toHaveLength(2)
    expect(sentences(told)).toEqual([])
  })

test('a success with a web page is none: an application answers so where no collector is @engines', async ({
  page,
  collector,
  told,
}) => {
  collector.next({ body: '<!doctype html><title>Shop</title>', headers: { 'content-type': 'text/html' } })
  await openPage(page, collector)
  await endSpans(page, 'a')
  expect(await flush(page)).toMatchObject({ queued: 0, exported: 0, stored: 0, dropped: { export_failed: 1 } })
  expect(sentences(told)).toEqual([expect.stringContaining('could not be exported')])
})

for (const status of [400, 401, 403, 404, 500, 501])
  test(`${status} is final: told once, counted, never sent again @engines`, async ({ page, collector, told }) => {
    collector.next({ status }, 2)
    await openPage(page, collector)
    await endSpans(page, 'a')
    await flush(page)
    await endSpans(page, 'b')
    await flush(page)
    await endSpans(page, 'c')
    expect(await flush(page)).toMatchObject({ queued: 0, exported: 1, stored: 0, dropped: { export_failed: 2 } })
    await expectOnce(collector, ['c'])
    expect(statusesOf(collector)).toEqual([status, status, 200])
    expect(sentences(told)).toEqual([expect.stringContaining('could not be exported')])
  })

for (const status of [429, 502, 503, 504])
  test(`${status} is sent again after a while and arrives once @engines`, async ({ page, collector, told }) => {
    collector.next({ status })
    await openPage(page, collector)
    await endSpans(page, 'a')
    expect(await flush(page)).toMatchObject({ exported: 0, stored: 1, dropped: {} })
    await expectOnce(collector, ['a'])
    await expect.poll(() => statsOf(page)).toMatchObject({ queued: 0, exported: 1, stored: 0, dropped: {} })
    expect(statusesOf(collector)).toEqual([status, 200])
    expect(exportAt(collector, 1).arrivedAt - exportAt(collector, 0).arrivedAt).toBeGreaterThanOrEqual(500)
    expect(sentences(told)).toEqual([expect.stringContaining('kept and sent later')])
  })

const WAYS: readonly (readonly [string, TelemetryOptions])[] = [
  ['own origin', {}],
  ['another origin', { endpoint: 'other' }],
]

for (const status of [429, 503])
  for (const [where, options] of WAYS) {
    test(`${status} of ${where} with Retry-After in seconds: nothing before its time`, async ({ page, collector }) => {
      collector.next({ status, retryAfter: 2 })
      await openPage(page, collector, options.endpoint ? { endpoint: collector.otherEndpoint } : {})
      await endSpans(page, 'a')
      await flush(page)
      await endSpans(page, 'b')
      expect(await flush(page)).toMatchObject({ stored: 2 })
      await expectOnce(collector, ['a', 'b'])
      expect(exportAt(collector, 1).arrivedAt - exportAt(collector, 0).arrivedAt).toBeGreaterThanOrEqual(2000)
      expect(statusesOf(collector)).toEqual([status, 200])
    })

    test(`${status} of ${where} with Retry-After as a date: nothing before it`, async ({ page, collector }) => {
      const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3000) // the header has no fractions
      collector.next({ status, retryAfter: date })
      await openPage(page, collector, options.endpoint ? { endpoint: collector.otherEndpoint } : {})
      await endSpans(page, 'a')
      await flush(page)
      await expectOnce(collector, ['a'])
      expect(exportAt(collector, 1).arrivedAt).toBeGreaterThanOrEqual(date.getTime() - 5) // two clocks
      expect(statusesOf(collector)).toEqual([status, 200])
    })
  }

test('503 of another origin whose Retry-After the page may not read: our own pause holds', async ({
  page,
  collector,
}) => {
  collector.always({ exposeHeaders: '' })
  collector.next({ status: 503, retryAfter: 2 })
  await openPage(page, collector, { endpoint: collector.otherEndpoint })
  await endSpans(page, 'a')
  expect(await flush(page)).toMatchObject({ exported: 0, stored: 1, dropped: {} })
  await expectOnce(collector, ['a'])
  const pause = exportAt(collector, 1).arrivedAt - exportAt(collector, 0).arrivedAt
  expect(pause).toBeGreaterThanOrEqual(500)
  expect(pause).toBeLessThan(1900)
  expect(statusesOf(collector)).toEqual([503, 200])
})

test('413: the batch is halved until it fits, all arrive, and later batches fit at once @engines', async ({
  page,
  collector,
  told,
}) => {
  collector.always({ maxBytes: 6000 })
  await openPage(page, collector, { compression: 'none' })
  await endMany(page, 100, 100)
  expect(await flush(page)).toMatchObject({ queued: 0, exported: 100, stored: 0, dropped: {} })
  await expectOnce(collector, manyNames(100))
  const tooLarge = statusesOf(collector).filter((status) => status === 413).length
  expect(tooLarge).toBeGreaterThan(0)

  await endMany(page, 100, 100)
  await flush(page)
  expect(collector.spanCount()).toBe(200)
  expect(statusesOf(collector).filter((status) => status === 413)).toHaveLength(tooLarge)
  expect(sentences(told)).toEqual([])
})

test('413 to one span: it is counted as lost, and the others arrive', async ({ page, collector, told }) => {
  collector.always({ maxBytes: 4000 })
  await openPage(page, collector, { compression: 'none' })
  await endSpans(page, 'before')
  await endMany(page, 1, 20_000)
  await endSpans(page, 'after')
  expect(await flush(page)).toMatchObject({ queued: 0, exported: 2, stored: 0, dropped: { export_failed: 1 } })
  await expectOnce(collector, ['after', 'before'])
  expect(sentences(told)).toEqual([expect.stringContaining('could not be exported')])
})

test('415 to protobuf: JSON for the rest of the page, and nothing is lost @engines', async ({ page, collector }) => {
  collector.always({ protobuf: false })
  await openPage(page, collector)
  await endSpans(page, 'a')
  await flush(page)
  await endSpans(page, 'b')
  expect(await flush(page)).toMatchObject({ queued: 0, exported: 2, stored: 0, dropped: {} })
  await expectOnce(collector, ['a', 'b'])
  expect(statusesOf(collector)).toEqual([415, 200, 200])
})

test('415 to gzipped protobuf by a collector that takes raw JSON only: all arrive', async ({ page, collector }) => {
  collector.always({ protobuf: false, gzip: false })
  await openPage(page, collector)
  await endMany(page, 50, 100)
  await flush(page)
  await endMany(page, 50, 100)
  expect(await flush(page)).toMatchObject({ queued: 0, exported: 100, stored: 0, dropped: {} })
  expect(collector.spanCount()).toBe(100)
  expect(duplicateNames(collector)).toEqual([])
  expect(statusesOf(collector).filter((status) => status === 415)).toHaveLength(2)
})

test('415 to JSON is final', async ({ page, collector }) => {
  collector.next({ status: 415 })
  await openPage(page, collector, { encoding: 'json', compression: 'none' })
  await endSpans(page, 'a')
  expect(await flush(page)).toMatchObject({ exported: 0, dropped: { export_failed: 1 } })
  expect(statusesOf(collector)).toEqual([415])
})

for (const [asked, limit] of [
  ['JSON', { protobuf: false }],
  ['raw JSON', { protobuf: false, gzip: false }],
  ['smaller bodies', { maxBytes: 4000 }],
] as const)
  test(`what an earlier page stored arrives where ${asked} is asked for, each span once @engines`, async ({
    page,
    collector,
  }) => {
    await openPage(page, collector)
    await outboxIsOpen(page)
    await endMany(page, 20) // the answer says that gzip is taken, so what is stored is compressed
    await flush(page)
    collector.next({ status: 503, retryAfter: 600 })
    await endMany(page, 60, 100)
    await flush(page)
    expect(await keptBodies(page)).toBeGreaterThan(0)
    collector.always(limit)
    await nextPageView(page, collector)
    expect(collector.spanCount()).toBe(80)
    expect(duplicateNames(collector)).toEqual([])
  })

test('to the own origin bodies are compressed', async ({ page, collector }) => {
  await openPage(page, collector)
  await endMany(page, 50)
  await flush(page)
  await expectOnce(collector, manyNames(50))
  expect(collector.exports().map(({ encoding }) => encoding)).toEqual(['gzip'])
})

test('to another origin that allows its header bodies are compressed where the option says so @engines', async ({
  page,
  collector,
}) => {
  await openPage(page, collector, { endpoint: collector.otherEndpoint, compression: 'gzip' })
  await endMany(page, 50)
  expect(await flush(page)).toMatchObject({ exported: 50, stored: 0, dropped: {} })
  await expectOnce(collector, manyNames(50))
  expect(collector.exports().map(({ encoding }) => encoding)).toEqual(['gzip'])
  expect(collector.preflights()).toHaveLength(1)
})

test('gzip refused by 415: raw for the rest of the page, and nothing is lost @engines', async ({ page, collector }) => {
  collector.always({ gzip: false })
  await openPage(page, collector)
  await endMany(page, 50)
  await flush(page)
  await expectOnce(collector, manyNames(50))
  await endMany(page, 50)
  expect(await flush(page)).toMatchObject({ exported: 100, stored: 0, dropped: {} })
  expect(collector.exports().map(({ encoding, status }) => [encoding, status])).toEqual([
    ['gzip', 415],
    [null, 200],
    [null, 200],
  ])
})

test('gzip refused by the preflight of another origin: raw for the rest of the page', async ({ page, collector }) => {
  collector.alwaysPreflight({ allowHeaders: ['content-type'] })
  await openPage(page, collector, { endpoint: collector.otherEndpoint, compression: 'gzip' })
  await endMany(page, 50)
  expect(await flush(page)).toMatchObject({ exported: 50, stored: 0, dropped: {} })
  await expectOnce(collector, manyNames(50))
  expect(collector.exports().map(({ encoding }) => encoding)).toEqual([null])
})

test('without CORS headers nothing arrives, all is kept, and it is told once; with them all arrives once', async ({
  page,
  collector,
  told,
}) => {
  collector.always({ cors: 'none' })
  await openPage(page, collector, { endpoint: collector.otherEndpoint })
  await endSpans(page, 'a')
  await flush(page)
  await endSpans(page, 'b')
  expect(await flush(page)).toMatchObject({ exported: 0, stored: 2, dropped: {} })
  expect(namesOf(collector)).toEqual([])
  collector.always({ maxAge: 0 })
  await expectOnce(collector, ['a', 'b'])
  await expect.poll(() => statsOf(page)).toMatchObject({ exported: 2, stored: 0 })
  expect(sentences(told)).toEqual([expect.stringContaining('kept and sent later')])
})

test('an answer that the page may not read is no answer: the spans come twice, with the same ids', async ({
  page,
  collector,
}) => {
  collector.next({ cors: 'wrong' })
  await openPage(page, collector, { endpoint: collector.otherEndpoint })
  await endSpans(page, 'a')
  const stats = await page.evaluate(async () => {
    const done = telemetry.forceFlush()
    await new Promise<void>(queueMicrotask)
    const until = performance.now() + 300
    while (performance.now() < until); // a busy page hears the failure before any timer, as if the browser had refused
    await done
    return telemetry.stats()
  })
  expect(stats).toMatchObject({ exported: 0, stored: 1 })
  await expect.poll(() => statsOf(page)).toMatchObject({ exported: 1, stored: 0 })
  expect(namesOf(collector)).toEqual(['a'])
  expect(duplicateNames(collector)).toEqual([['a', 2]]) // its first try's fate cannot be known
})

test('a slow reader gets everything, once', async ({ page, collector }) => {
  collector.always({ slowRead: { bytes: 8192, restMs: 20 } })
  await openPage(page, collector, { compression: 'none' })
  await endMany(page, 300, 400)
  await flush(page)
  await expectOnce(collector, manyNames(300))
  expect(await statsOf(page)).toMatchObject({ exported: 300, stored: 0, dropped: {} })
})
