import type { TraceContext } from '@codomyrmex/telemetry'
import type { Page } from '@playwright/test'
import type { HostileCollector } from '../support/hostileCollector/contract'
import { allSaid } from '../support/test'
import {
  endSpans,
  expectOnce,
  flush,
  keptBodies,
  keptCopies,
  LONG_MS,
  namesOf,
  nextPageView,
  openPage,
  outboxIsOpen,
  pageUrl,
  statsOf,
} from './supportPage'
import { expect, test } from './supportTest'

declare global {
  var openSpan: TraceContext
  /** How many deferred requests the page has asked for. */
  var deferrals: number
}

const SECOND_PART = '**/telemetry.delivery.*.min.js*'
const NOT_NOW = { status: 503, retryAfter: 600 }

/** A page of which one body is stored. */
async function openStored(page: Page, collector: HostileCollector) {
  collector.always(NOT_NOW)
  await openPage(page, collector)
  await outboxIsOpen(page)
  await endSpans(page, 'stored')
  await flush(page)
  await expect.poll(() => keptBodies(page)).toBe(1)
}

test('after a logout with spans stored, kept for a crash, queued and open only the new ones arrive @engines', async ({
  page,
  collector,
}) => {
  collector.always(NOT_NOW)
  await openPage(page, collector)
  await outboxIsOpen(page)
  await endSpans(page, 'stored')
  await flush(page)
  await endSpans(page, 'kept')
  await expect.poll(() => keptCopies(page)).toBe(1)
  await page.evaluate(async () => {
    globalThis.openSpan = telemetry.startSpan('open')
    telemetry.startSpan('queued').end()
    const cleared = telemetry.clearOutbox()
    telemetry.startSpan('new at once').end()
    await cleared
    openSpan.end()
  })
  await endSpans(page, 'new')
  expect(await statsOf(page)).toMatchObject({ exported: 0, queued: 2, stored: 0, dropped: { outbox_cleared: 4 } })
  await flush(page)
  await expect.poll(() => keptBodies(page)).toBe(1)
  collector.always({})
  await nextPageView(page, collector)
  await expectOnce(collector, ['new', 'new at once'])
})

test('a page that is left right after the call leaves nothing to the next one @engines', async ({
  page,
  collector,
}) => {
  await openStored(page, collector)
  await page.evaluate(() => {
    globalThis.openSpan = telemetry.startSpan('open')
    telemetry.startSpan('queued').end()
    void telemetry.clearOutbox()
    location.assign('about:blank')
  })
  await page.waitForURL('about:blank')
  collector.always({})
  await nextPageView(page, collector)
  expect(namesOf(collector)).toEqual([])
})

test('a request under way is aborted, and its spans are not sent again', async ({ page, collector }) => {
  collector.always({ delay: 60_000 })
  await openPage(page, collector)
  await outboxIsOpen(page)
  await endSpans(page, 'under way')
  await page.evaluate(() => void telemetry.forceFlush().catch(() => {}))
  await collector.waitFor(() => collector.exports().length === 1)
  collector.always({})
  await page.evaluate(() => telemetry.clearOutbox())
  await expect.poll(() => statsOf(page)).toMatchObject({ exported: 0, queued: 0, dropped: { outbox_cleared: 1 } })
  await nextPageView(page, collector)
  expect(collector.exports()).toHaveLength(1)
})

test('what the browser was to send after the page is taken back', async ({ page, collector }) => {
  const counted = `<script>{
    const { fetchLater } = window
    globalThis.deferrals = 0
    window.fetchLater = (...args) => { deferrals++; return fetchLater(...args) }
  }</script>`
  await openPage(page, collector, {}, counted)
  await outboxIsOpen(page)
  await endSpans(page, 'armed')
  await page.waitForFunction(() => deferrals > 0)
  await page.evaluate(() => telemetry.clearOutbox())
  await page.goto(collector.page('<p>elsewhere'))
  await nextPageView(page, collector)
  await endSpans(page, 'new')
  await flush(page)
  await expectOnce(collector, ['new'])
})

test('a logout where the second part cannot be loaded forgets what was stored, too @engines', async ({
  page,
  collector,
}) => {
  await openStored(page, collector)
  await page.route(SECOND_PART, (route) => route.abort())
  await openPage(page, collector)
  await page.evaluate(() => telemetry.clearOutbox())
  await page.unroute(SECOND_PART)
  collector.always({})
  await nextPageView(page, collector)
  expect(namesOf(collector)).toEqual([])
})

const CONSENTS: Readonly<Record<string, () => unknown>> = {
  no: () => false,
  'a promise of no': async () => false,
  'a promise of yes': async () => true,
  'a text': () => 'yes',
  'a number': () => 1,
  'an object': () => ({}),
}

for (const [what, consent] of Object.entries(CONSENTS))
  test(`on a page without spans of its own, what was stored is removed by a consent that gives ${what}`, async ({
    page,
    collector,
    told,
  }) => {
    await openStored(page, collector)
    collector.always({})
    await page.goto(pageUrl(collector))
    await page.evaluate(`telemetry = api.startTelemetry({ serviceName: 'fault', outbox: { consent: ${consent} } })`)
    await expect.poll(() => keptBodies(page), { timeout: LONG_MS }).toBe(0)
    await allSaid(page)
    const complaints = told.filter((line) => line.includes('`outbox.consent` must give true, false or undefined'))
    expect(complaints).toHaveLength(what === 'no' ? 0 : 1)
    await nextPageView(page, collector)
    expect(namesOf(collector)).toEqual([])
  })
