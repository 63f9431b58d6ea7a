import type { TelemetryOptions } from '@codomyrmex/telemetry'
import type { HostileCollector } from '../support/hostileCollector/contract'
import { CLOSING, LEAVINGS } from './supportLeavings'
import {
  beginFlush,
  duplicateNames,
  endMany,
  endSpans,
  expectOnce,
  LONG_MS,
  manyNames,
  namesOf,
  openPage,
  outboxIsOpen,
  turn,
  whenRead,
} from './supportPage'
import { expect, test } from './supportTest'

/** A collector 60 ms away, for preflights as well. */
const farAway = (collector: HostileCollector) => {
  collector.always({ delay: 60 })
  collector.alwaysPreflight({ delay: 60 })
}

/** One span of 50,000 characters is a body that is too large to be sent in a way that survives the page. */
const RAW: TelemetryOptions = { compression: 'none' }

const DESTINATIONS: Readonly<Record<string, (collector: HostileCollector) => TelemetryOptions>> = {
  'own origin': () => ({}),
  'own origin, JSON': () => ({ encoding: 'json' }),
  'another origin that is asked first': (collector) => ({ endpoint: collector.otherEndpoint }),
  'another origin with an own header': (collector) => ({
    endpoint: collector.otherEndpoint,
    headers: { 'x-api-key': 'secret' },
  }),
}

for (const [where, optionsFor] of Object.entries(DESTINATIONS))
  for (const { title, act } of LEAVINGS)
    test(`to ${where}: what waits arrives once when ${title} @engines`, async ({ page, collector }) => {
      farAway(collector)
      const options = optionsFor(collector)
      await openPage(page, collector, options)
      await endMany(page, 10)
      await act(page, collector)
      await expectOnce(collector, manyNames(10))
      expect(collector.exports()).toHaveLength(1)
      expect(collector.exports()[0]?.headers['x-api-key']).toBe(options.headers ? 'secret' : undefined)
    })

const REWRITES: Readonly<Record<string, () => void>> = {
  'written anew': () => {
    document.open()
    document.write('<!doctype html><title>new</title><p>new')
    document.close()
  },
  'written to, and left open': () => document.write('<p>new'),
  'written anew twice': () => {
    for (const text of ['new', 'newer']) {
      document.open()
      document.write(text)
      document.close()
    }
  },
  'given another root': () => document.replaceChild(document.createElement('html'), document.documentElement),
}

// Chromium tells a page that is left open nothing when its tab is closed (docs/limits.md).
const isTold = (how: string, title: string) => !(how.endsWith('open') && title.startsWith('the tab'))

for (const [how, rewrite] of Object.entries(REWRITES))
  for (const { title, act } of LEAVINGS.filter((leaving) => isTold(how, leaving.title)))
    test(`of a page that was ${how} what waits arrives once when ${title} @engines`, async ({ page, collector }) => {
      await openPage(page, collector)
      await page.evaluate(rewrite)
      await endMany(page, 10)
      await act(page, collector)
      await expectOnce(collector, manyNames(10))
    })

for (const { title, act } of LEAVINGS) {
  test(`a small request under way goes on when ${title}, and what waits leaves beside it @engines`, async ({
    page,
    collector,
  }) => {
    collector.next({ delay: 300 })
    await openPage(page, collector)
    await endSpans(page, 'under way')
    await beginFlush(page)
    await whenRead(collector, 1)
    await endSpans(page, 'waiting')
    await act(page, collector)
    await expectOnce(collector, ['under way', 'waiting'])
    await collector.waitFor(() => collector.exports().every(({ outcome }) => outcome !== 'open'))
    expect(collector.exports()).toHaveLength(2)
  })

  test(`500 spans that have just ended arrive once when ${title}`, async ({ page, collector }) => {
    await openPage(page, collector)
    await outboxIsOpen(page)
    await endMany(page, 500)
    await act(page, collector)
    await expectOnce(collector, manyNames(500))
  })
}

for (const { title, act } of CLOSING) {
  test(`a request too large to survive its page is sent again when ${title}, once`, async ({ page, collector }) => {
    collector.next({ delay: Number.POSITIVE_INFINITY, takes: false }) // what it had read dies with it
    await openPage(page, collector, RAW)
    await outboxIsOpen(page)
    await endMany(page, 1, 50_000)
    await beginFlush(page)
    await whenRead(collector, 1)
    await act(page, collector)
    await expectOnce(collector, manyNames(1))
  })

  test(`an open span is ended, marked and arrives when ${title}`, async ({ page, collector }) => {
    await openPage(page, collector)
    await page.evaluate(() => void telemetry.startSpan('open'))
    await endSpans(page, 'ended')
    await act(page, collector)
    await expectOnce(collector, ['ended', 'open'])
    const marks = collector.spans().map(({ name, attributes }) => [name, attributes['codomyrmex.unfinished']])
    expect(Object.fromEntries(marks)).toEqual({ open: 'page_exit', ended: undefined })
    expect(collector.spans().map(({ status }) => status.code)).toEqual(['unset', 'unset'])
  })
}

test('a request too large to survive its page that the collector had: the spans come twice, with the same ids', async ({
  page,
  collector,
}) => {
  collector.next({ delay: Number.POSITIVE_INFINITY, takes: true })
  await openPage(page, collector, RAW)
  await endMany(page, 1, 50_000)
  await beginFlush(page)
  await whenRead(collector, 1)
  await page.close()
  await collector.waitFor(() => collector.duplicates().length === 1, LONG_MS)
  expect(duplicateNames(collector).every(([, times]) => times === 2)).toBe(true) // the first try's fate cannot be known
})

test('a request too large to survive is not sent again while the page may come back', async ({ page, collector }) => {
  collector.next({ delay: 500 })
  await openPage(page, collector, RAW)
  await endMany(page, 1, 50_000)
  await beginFlush(page)
  await whenRead(collector, 1)
  await turn(page, 'hidden')
  await turn(page, 'visible')
  await collector.waitFor(() => collector.exports()[0]?.outcome === 'answered')
  await endSpans(page, 'later')
  await turn(page, 'hidden')
  await expectOnce(collector, [...manyNames(1), 'later'])
  expect(collector.exports()).toHaveLength(2)
})

test('an open span of a page that hides and comes back is sent once, when it ends, without a mark @engines', async ({
  page,
  collector,
}) => {
  await openPage(page, collector)
  await outboxIsOpen(page)
  await page.evaluate(() => {
    const open = telemetry.startSpan('open')
    addEventListener('end it', () => open.end())
  })
  await endSpans(page, 'ended')
  await turn(page, 'hidden')
  await expectOnce(collector, ['ended'])
  await turn(page, 'visible')
  await page.evaluate(() => void dispatchEvent(new Event('end it')))
  await page.close()
  await expectOnce(collector, ['ended', 'open'])
  expect(collector.spans().map(({ attributes }) => attributes['codomyrmex.unfinished'])).toEqual([undefined, undefined])
})

test('a hide and then a closed tab send nothing twice @engines', async ({ page, collector }) => {
  await openPage(page, collector)
  await endSpans(page, 'a')
  await turn(page, 'hidden')
  await endSpans(page, 'b')
  await page.close()
  await expectOnce(collector, ['a', 'b'])
})

test('a span that ends in the page’s own last handler arrives', async ({ page, collector }) => {
  await openPage(page, collector)
  await page.evaluate(() => {
    const span = telemetry.startSpan('visit')
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') span.end()
    })
    addEventListener('pagehide', () => telemetry.startSpan('farewell').end())
  })
  await page.goto(collector.page('<p>elsewhere'))
  await collector.waitFor(() => collector.spanCount() >= 2, LONG_MS)
  expect(namesOf(collector)).toEqual(['farewell', 'visit'])
  expect(duplicateNames(collector)).toEqual([])
})
