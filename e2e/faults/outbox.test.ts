import type { TelemetryOptions } from '@codomyrmex/telemetry'
import type { Page } from '@playwright/test'
import type { HostileCollector } from '../support/hostileCollector/contract'
import {
  endMany,
  endSpan,
  endSpans,
  expectOnce,
  flush,
  keptBodies,
  LONG_MS,
  manyNames,
  namesOf,
  nextPageView,
  openPage,
  outboxIsOpen,
  pageUrl,
  sentences,
  start,
  statsOf,
  statusesOf,
  turn,
  whenRead,
} from './supportPage'
import { expect, test } from './supportTest'

const NOT_NOW = { status: 503, retryAfter: 600 }

/** A page view whose spans are kept, each in a body of its own, and that is over. `characters`: of each one's text. */
async function leaveBehind(
  page: Page,
  collector: HostileCollector,
  names: readonly string[],
  options: TelemetryOptions = {},
  characters = 0,
): Promise<void> {
  collector.next(NOT_NOW)
  await openPage(page, collector, options)
  await outboxIsOpen(page)
  for (const name of names) {
    await endSpan(page, name, characters)
    await flush(page)
  }
  await expect.poll(() => keptBodies(page)).toBe(names.length)
  await page.goto(collector.page('<p>elsewhere'))
  expect(namesOf(collector)).toEqual([])
}

test('what could not leave arrives with the next page view, once, in its order, in one request @engines', async ({
  page,
  collector,
}) => {
  await leaveBehind(page, collector, ['a', 'b', 'c'])
  await nextPageView(page, collector)
  await expectOnce(collector, ['a', 'b', 'c'])
  expect(collector.spans().map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  expect(statusesOf(collector)).toEqual([503, 200])
  expect(await statsOf(page)).toMatchObject({ started: 0, exported: 3, stored: 0, dropped: {} })
})

test('compressed bodies that wait leave together, compressed @engines', async ({ page, collector }) => {
  const perBody = 20
  await openPage(page, collector)
  await outboxIsOpen(page)
  await endMany(page, perBody)
  await flush(page) // the collector is known to take gzip
  collector.next(NOT_NOW)
  for (let bodies = 0; bodies < 6; bodies++) {
    await endMany(page, perBody)
    await flush(page)
  }
  await expect.poll(() => keptBodies(page)).toBe(6)
  await page.goto(collector.page('<p>elsewhere'))
  await nextPageView(page, collector)
  await collector.waitFor(() => collector.exports()[2]?.outcome === 'answered', LONG_MS)
  expect(collector.duplicates()).toEqual([])
  expect(collector.exports().map(({ encoding, status, taken }) => [encoding, status, taken.length])).toEqual([
    ['gzip', 200, perBody],
    ['gzip', 503, 0],
    ['gzip', 200, 6 * perBody],
  ])
})

test('what could not leave arrives when its tab is loaded again @engines', async ({ page, collector }) => {
  collector.next(NOT_NOW)
  await openPage(page, collector)
  await outboxIsOpen(page)
  await endSpans(page, 'a')
  await flush(page)
  await page.reload()
  await start(page)
  await expectOnce(collector, ['a'])
  expect(statusesOf(collector)).toEqual([503, 200])
})

test('two tabs that open at once send what was kept once @engines', async ({ page, collector, context }) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  await leaveBehind(page, collector, names)
  collector.always({ delay: 50 })
  await Promise.all([nextPageView(page, collector), nextPageView(await context.newPage(), collector)])
  await expectOnce(collector, names)
})

test('another tab that is alive sends what was kept when it is shown', async ({ page, collector, context }) => {
  const other = await context.newPage()
  await openPage(other, collector)
  await outboxIsOpen(other)
  await leaveBehind(page, collector, ['a'])
  await turn(other, 'hidden')
  await turn(other, 'visible')
  await expectOnce(collector, ['a'])
})

test('with outbox: false nothing is written on the device, and what could not leave does not come later', async ({
  page,
  collector,
}) => {
  collector.next(NOT_NOW, 2)
  await openPage(page, collector, { outbox: false })
  await endSpans(page, 'a')
  await flush(page)
  await page.goto(collector.page('<p>elsewhere'))
  await collector.waitFor(() => collector.exports().length === 2) // its last chance
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0)
  await nextPageView(page, collector)
  expect(namesOf(collector)).toEqual([])
})

test('before consent nothing is written on the device; after it what could not leave is @engines', async ({
  page,
  collector,
}) => {
  collector.next(NOT_NOW)
  await page.goto(pageUrl(collector))
  await page.evaluate(() => {
    document.title = 'asking'
    globalThis.telemetry = api.startTelemetry({
      instrument: false,
      batch: { scheduledDelay: 3_600_000 },
      outbox: { consent: () => document.title === 'agreed' },
    })
  })
  await endSpans(page, 'before')
  expect(await flush(page)).toMatchObject({ stored: 1, dropped: {} })
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0)
  await page.evaluate(() => {
    document.title = 'agreed'
  })
  await endSpans(page, 'after')
  expect(await flush(page)).toMatchObject({ stored: 2, dropped: {} })
  await expect.poll(() => keptBodies(page), { timeout: LONG_MS }).toBeGreaterThan(0)
  await page.goto(collector.page('<p>elsewhere'))
  await nextPageView(page, collector)
  await expectOnce(collector, ['after', 'before'])
})

test('clearOutbox() forgets what was kept, counted, and the next page sends nothing', async ({ page, collector }) => {
  collector.next(NOT_NOW)
  await openPage(page, collector)
  await outboxIsOpen(page)
  await endSpans(page, 'a', 'b')
  await flush(page)
  await page.evaluate(() => telemetry.clearOutbox())
  expect(await statsOf(page)).toMatchObject({ exported: 0, stored: 0, dropped: { outbox_cleared: 2 } })
  await nextPageView(page, collector)
  expect(namesOf(collector)).toEqual([])
})

test('clearOutbox() of one tab holds for what another tab had kept @engines', async ({ page, collector, context }) => {
  await leaveBehind(page, collector, ['a'])
  collector.always(NOT_NOW)
  const other = await context.newPage()
  await openPage(other, collector)
  await outboxIsOpen(other)
  await other.evaluate(() => telemetry.clearOutbox())
  await other.close()
  collector.always({})
  await nextPageView(page, collector)
  expect(namesOf(collector)).toEqual([])
})

test('what became too old is dropped, counted, and told to the collector with the next batch', async ({
  page,
  collector,
}) => {
  await leaveBehind(page, collector, ['old'])
  const tomorrow = '<script>{ const { now } = Date; Date.now = () => now() + 25 * 3_600_000 }</script>'
  await openPage(page, collector, {}, tomorrow)
  await expect.poll(() => statsOf(page)).toMatchObject({ dropped: { outbox_expired: 1 } })
  await endSpans(page, 'new')
  await turn(page, 'hidden')
  await expectOnce(collector, ['new'])
  expect(collector.spans()[0]?.resource['codomyrmex.dropped.outbox_expired']).toBe(1)
})

test('of more than maxBytes the oldest is dropped and counted', async ({ page, collector }) => {
  collector.next(NOT_NOW)
  await openPage(page, collector, { compression: 'none', outbox: { maxBytes: 5000 } }) // two of these bodies
  await outboxIsOpen(page)
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    await endSpan(page, name, 1500)
    await flush(page)
  }
  await expect.poll(() => statsOf(page)).toMatchObject({ exported: 0, stored: 2, dropped: { outbox_full: 3 } })
  expect(await keptBodies(page)).toBe(2)
  await nextPageView(page, collector)
  await expectOnce(collector, ['d', 'e'])
})

test('a page with another endpoint leaves alone what is kept for this one', async ({ page, collector }) => {
  await leaveBehind(page, collector, ['a'])
  await openPage(page, collector, { endpoint: collector.otherEndpoint })
  await outboxIsOpen(page)
  await endSpans(page, 'for the other')
  await flush(page)
  await turn(page, 'hidden')
  await turn(page, 'visible')
  await endSpans(page, 'for the other too')
  await flush(page)
  expect(namesOf(collector)).toEqual(['for the other', 'for the other too'])
  expect(await keptBodies(page)).toBe(1)
  await nextPageView(page, collector)
  await expectOnce(collector, ['a', 'for the other', 'for the other too'])
})

const DENIALS: Readonly<Record<string, string>> = {
  'throws when it is asked for': `Object.defineProperty(globalThis, 'indexedDB', { get() { throw new DOMException('denied', 'SecurityError') } })`,
  'cannot be opened': `IDBFactory.prototype.open = () => { throw new DOMException('denied', 'SecurityError') }`,
  'fails to open': `{
    IDBFactory.prototype.open = function () {
      const request = new EventTarget()
      request.error = new DOMException('denied', 'InvalidStateError')
      setTimeout(() => request.dispatchEvent(new Event('error')))
      return request
    }
  }`,
  'never answers': 'IDBFactory.prototype.open = () => new EventTarget()',
  'is missing': `Object.defineProperty(globalThis, 'indexedDB', { value: undefined })`,
}

for (const [what, script] of Object.entries(DENIALS))
  test(`where IndexedDB ${what} spans wait in memory, leave when they may, and nobody is told`, async ({
    page,
    collector,
    told,
  }) => {
    collector.next({ status: 503 })
    await openPage(page, collector, {}, `<script>${script}</script>`)
    await endSpans(page, 'a')
    expect(await flush(page)).toMatchObject({ stored: 1, dropped: {} })
    await expectOnce(collector, ['a'])
    await expect.poll(() => statsOf(page)).toMatchObject({ exported: 1, stored: 0, dropped: {} })
    await endSpans(page, 'b')
    await turn(page, 'hidden')
    await expectOnce(collector, ['a', 'b'])
    expect(sentences(told)).toEqual([expect.stringContaining('kept and sent later')])
  })

test('where the device has no room left spans wait in memory, and leave when they may', async ({
  page,
  collector,
  context,
}) => {
  const session = await context.newCDPSession(page)
  collector.next({ status: 503, retryAfter: 1 })
  await openPage(page, collector)
  await outboxIsOpen(page)
  await session.send('Storage.overrideQuotaForOrigin', { origin: collector.url, quotaSize: 1 })
  await endSpans(page, 'a')
  expect(await flush(page)).toMatchObject({ stored: 1, dropped: {} })
  await expectOnce(collector, ['a'])
  await expect.poll(() => statsOf(page)).toMatchObject({ exported: 1, stored: 0, dropped: {} })
})

/** Firefox ends the handler that runs when it ends the process of a closed tab: here the one that says what was sent. */
const SLOW_TO_SAY = `<script>{
  const { transaction } = IDBDatabase.prototype
  let isSlow = navigator.userAgent.includes('Firefox')
  IDBDatabase.prototype.transaction = function (...args) {
    const made = transaction.apply(this, args)
    const until = performance.now() + (isSlow && event?.type === 'pagehide' ? 400 : 0)
    isSlow &&= event?.type !== 'pagehide'
    while (performance.now() < until);
    return made
  }
}</script>`

for (const { when, before } of [
  { when: '', before: '' },
  { when: ' when its last handler takes its time in Firefox', before: SLOW_TO_SAY },
])
  test(`a page that dies while it sends what was kept loses nothing${when}: its request goes on without it, the rest waits @engines`, async ({
    page,
    collector,
    context,
  }) => {
    await leaveBehind(page, collector, ['a', 'b', 'c'], { compression: 'none' }, 25_000) // too large to be joined
    collector.next({})
    collector.next({ delay: 2000 })
    const dying = await context.newPage()
    await openPage(dying, collector, {}, before)
    await whenRead(collector, 3)
    await dying.close()
    await nextPageView(page, collector)
    await expectOnce(collector, ['a', 'b', 'c'])
    await collector.waitFor(() => collector.exports().every(({ outcome }) => outcome !== 'open'))
    expect(collector.exports().map(({ outcome, taken }) => [outcome, taken.map(({ name }) => name)])).toEqual([
      ['answered', []],
      ['answered', ['a']],
      ['answered', ['b']],
      ['answered', ['c']],
    ])
  })

for (const { what, takes, times } of [
  { what: 'had not: it arrives with the next page, once', takes: false, times: 1 },
  { what: 'had: it arrives twice, with the same ids', takes: true, times: 2 },
])
  test(`a page that dies while it sends a stored body too large to survive that the collector ${what} @engines`, async ({
    page,
    collector,
    context,
  }) => {
    collector.next(NOT_NOW)
    await openPage(page, collector, { compression: 'none' })
    await outboxIsOpen(page)
    await endMany(page, 1, 50_000)
    await flush(page)
    await expect.poll(() => keptBodies(page)).toBe(1)
    await page.goto(collector.page('<p>elsewhere'))
    collector.next({ delay: Number.POSITIVE_INFINITY, takes })
    const dying = await context.newPage()
    await openPage(dying, collector)
    await whenRead(collector, 2)
    await dying.close()
    await nextPageView(page, collector)
    await collector.waitFor(() => collector.exports().filter(({ taken }) => taken.length > 0).length === times, LONG_MS)
    expect(namesOf(collector)).toEqual(manyNames(1))
    expect(collector.exports()).toHaveLength(3)
  })

test('kept spans that the collector refuses are counted as lost and not tried again', async ({
  page,
  collector,
  told,
}) => {
  await leaveBehind(page, collector, ['a', 'b'])
  collector.next({ status: 400 }, 2) // both together, then the first alone
  await nextPageView(page, collector)
  await expectOnce(collector, ['b'])
  expect(await statsOf(page)).toMatchObject({ exported: 1, stored: 0, dropped: { export_failed: 1 } })
  expect(sentences(told)).toContainEqual(expect.stringContaining('stored spans could not be exported'))
})

test('kept spans that are rejected in part are counted', async ({ page, collector }) => {
  await leaveBehind(page, collector, ['a', 'b'])
  collector.next({ reject: 1 })
  await nextPageView(page, collector)
  await expectOnce(collector, ['b'])
  expect(await statsOf(page)).toMatchObject({ exported: 1, stored: 0, dropped: { rejected: 1 } })
})
