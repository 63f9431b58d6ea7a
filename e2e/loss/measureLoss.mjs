// @ts-check
import { startHostileCollector } from '../support/hostileCollector/startHostileCollector.mjs'
import { SPAN_NAME } from './lossPages.mjs'

/** @typedef {import('../support/hostileCollector/contract').HostileCollector} HostileCollector */
/** @typedef {import('./browserWithProfile.mjs').BrowserWithProfile} BrowserWithProfile */
/** @typedef {keyof typeof ORIGINS} Origin */
/** @typedef {{ leaving: import('./leavings.mjs').Leaving, origin: Origin, count: number }} Cell */
/**
 * What one repetition found, in spans.
 * @typedef {{ made: number, atOnce: number, afterNextView: number, duplicates: number, requests: number }} Counts
 * @typedef {Counts & { told?: string[] }} Outcome told: of a visit that lost or doubled spans, each request
 */

export const ORIGINS = {
  same: 'same origin',
  cross: 'cross origin',
  auth: 'cross origin, auth header',
}

const AT_ONCE_MS = 3000
const PREFLIGHT_MS = 60
const QUIET_MS = { whenAllThere: 400, whenSomeMiss: 2000 } // the second one covers a first retry
const MOST_PATIENT_MS = 20_000

/**
 * One visit that ends, and the next one. Each has an origin of its own, so that nothing of an earlier one is left.
 * @param {BrowserWithProfile} browser
 * @param {import('./lossPages.mjs').Contestant} contestant
 * @param {Cell} cell
 * @returns {Promise<Outcome>}
 */
export async function measureLoss(browser, contestant, { leaving, origin, count }) {
  const collector = await startHostileCollector()
  try {
    collector.alwaysPreflight({ delay: PREFLIGHT_MS, maxAge: 0 })
    const setup = {
      endpoint: origin === 'same' ? collector.endpoint : collector.otherEndpoint,
      ...(origin === 'auth' && { headers: { authorization: 'Bearer loss' } }),
    }
    const visited = contestant.open(collector, setup, leaving.isYoung === true)
    const page = await browser.context().newPage()
    await page.goto(visited)
    const scene = {
      browser,
      page,
      elsewhere: collector.page('<p>elsewhere'),
      otherSite: collector.page('<p>other').replace('127.0.0.1', 'localhost'),
    }
    await leaving.before?.(scene)
    await page.evaluate((spans) => globalThis.endSpans(spans), count)
    const leftAt = Date.now()
    await leaving.act(scene)

    const arrived = () => collector.spans().filter(({ name }) => name === SPAN_NAME).length
    await collector.waitFor(() => arrived() >= count, AT_ONCE_MS).catch(() => {})
    const atOnce = arrived()
    contestant.finish?.(collector)
    if (contestant.outlivesItsPage) {
      await leavePages(browser)
      const nextPage = await browser.context().newPage()
      await nextPage.goto(visited)
      await untilQuiet(collector, nextPage, () => arrived() >= count)
    }
    const duplicates = collector.duplicates().filter(({ span }) => span.name === SPAN_NAME)
    const isWhole = arrived() >= count && duplicates.length === 0
    return {
      made: count,
      atOnce,
      afterNextView: arrived(),
      duplicates: duplicates.length,
      requests: collector.exports().length,
      ...(!isWhole && { told: collector.requests.map((request) => tellRequest(request, leftAt)) }),
    }
  } finally {
    await leavePages(browser)
    await collector.close()
  }
}

/** @param {import('../support/hostileCollector/contract').HostileRequest} request @param {number} leftAt */
function tellRequest({ method, arrivedAt, readAt, closedAt, encoding, bytes, spans, status, outcome }, leftAt) {
  const times = [arrivedAt, readAt, closedAt].map((time) => (time === null ? '–' : time - leftAt)).join('/')
  const [first] = spans
  const from = first?.resource['codomyrmex.sequence'] ?? '–'
  return `${method} ${times} ms, ${encoding ?? 'raw'}, ${bytes} bytes, ${spans.length} spans from ${from}, ${status} ${outcome}`
}

/** Closes what the repetition opened; the first tab stays, since a browser without tabs ends. @param {BrowserWithProfile} browser */
async function leavePages(browser) {
  if (!browser.isOpen()) await browser.reopen()
  const [, ...pages] = browser.context().pages()
  await Promise.all(pages.map((page) => page.close()))
}

/**
 * Waits until nobody sends, and the page says that it has nothing left to send.
 * @param {HostileCollector} collector
 * @param {import('playwright').Page} page
 * @param {() => boolean} isAllThere
 */
async function untilQuiet(collector, page, isAllThere) {
  const until = performance.now() + MOST_PATIENT_MS
  while (performance.now() < until) {
    const seen = collector.requests.length
    const isGoingOn = () => collector.requests.length > seen || collector.requests.some((r) => r.outcome === 'open')
    const quietMs = isAllThere() ? QUIET_MS.whenAllThere : QUIET_MS.whenSomeMiss
    const wentOn = await collector.waitFor(isGoingOn, quietMs).catch(() => false)
    if (!wentOn && (isAllThere() || (await page.evaluate(() => globalThis.countWaiting())) === 0)) return
    await collector.waitFor(() => collector.requests.every((r) => r.outcome !== 'open')).catch(() => {})
  }
}
