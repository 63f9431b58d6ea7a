import type { Telemetry, TelemetryOptions, TelemetryStats } from '@codomyrmex/telemetry'
import { expect } from '@playwright/test'
import type { EnginePage } from '../support/enginePage'
import type { HostileCollector, HostileRequest } from '../support/hostileCollector/contract'

declare global {
  /** In a page that `openPage` opened. */
  var telemetry: Telemetry
}

/** Only a hide or `forceFlush()` sends. */
const NEVER_MS = 3_600_000
/** Longer than the outbox of a new page waits before it sends, on a busy machine. */
export const LONG_MS = 15_000

const IMPORT_API = `<script type="module">import * as api from '/telemetry.min.js'; globalThis.api = api</script>`

/** Serves an empty page that imports the built file as `api`; `before` stands before it. */
export const pageUrl = (collector: HostileCollector, before = '') => collector.page(before + IMPORT_API)

/** Opens a page and starts telemetry that sends at a hide or a flush only. */
export async function openPage(
  page: EnginePage,
  collector: HostileCollector,
  options: TelemetryOptions = {},
  before = '',
): Promise<void> {
  await page.goto(pageUrl(collector, before))
  await start(page, options)
}

/** Starts telemetry on a page that is open. */
export const start = (page: EnginePage, options: TelemetryOptions = {}): Promise<void> =>
  page.evaluate(
    ([given, scheduledDelay]) => {
      const batch = { scheduledDelay, ...given.batch }
      globalThis.telemetry = api.startTelemetry({ serviceName: 'fault', instrument: false, ...given, batch })
    },
    [options, NEVER_MS] as const,
  )

export const endSpans = (page: EnginePage, ...names: readonly string[]): Promise<void> =>
  page.evaluate((all) => {
    for (const name of all) telemetry.startSpan(name).end()
  }, names)

/** Ends spans `span 0` to `span n`, each with so many characters of text that no compression makes small. */
export const endMany = (page: EnginePage, count: number, characters = 0): Promise<void> =>
  page.evaluate(
    ([spans, length]) => {
      const text = () => Array.from({ length }, () => String.fromCharCode(40 + Math.random() * 80)).join('')
      for (let i = 0; i < spans; i++)
        telemetry.startSpan(`span ${i}`, { attributes: length > 0 ? { text: text() } : {} }).end()
    },
    [count, characters] as const,
  )

export const endSpan = (page: EnginePage, name: string, characters: number): Promise<void> =>
  page.evaluate(([of, length]) => telemetry.startSpan(of, { attributes: { text: 'x'.repeat(length) } }).end(), [
    name,
    characters,
  ] as const)

/** The names that `endMany` gives. */
export const manyNames = (count: number) => Array.from({ length: count }, (_, i) => `span ${i}`)

/** A page whose collector wants to be left alone for so many seconds: span `a` is kept on the device. */
export async function openInBackoff(page: EnginePage, collector: HostileCollector, seconds: number): Promise<void> {
  collector.next({ status: 503, retryAfter: seconds })
  await openPage(page, collector)
  await outboxIsOpen(page)
  await endSpans(page, 'a')
  await flush(page)
}

/** Begins to send what waits, and does not wait for answers. */
export const beginFlush = (page: EnginePage): Promise<void> =>
  page.evaluate(() => {
    void telemetry.forceFlush().catch(() => {})
  })

/** Sends what waits, and tells what happened to all. */
export const flush = (page: EnginePage): Promise<TelemetryStats> =>
  page.evaluate(async () => {
    await telemetry.forceFlush()
    return telemetry.stats()
  })

export const statsOf = (page: EnginePage): Promise<TelemetryStats> => page.evaluate(() => telemetry.stats())

/** Makes the page believe that it is hidden, or shown again. */
export const turn = (page: EnginePage, state: 'hidden' | 'visible'): Promise<void> =>
  page.evaluate((visibility) => {
    if (visibility === 'visible') Reflect.deleteProperty(document, 'visibilityState')
    else Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  }, state)

/** Waits until the page has opened its outbox and written to it: what cannot leave after this is kept. */
export const outboxIsOpen = (page: EnginePage): Promise<void> =>
  page.evaluate(async () => {
    if (telemetry.stats().queued === 0) await telemetry.forceFlush() // without spans it has not loaded that part yet
    const isThere = async () => (await indexedDB.databases()).some(({ name }) => name === 'codomyrmex-telemetry')
    while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 20))
    // Openings of one database are answered in their order, and so are transactions: the page's own were before these.
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.open('codomyrmex-telemetry')
      request.onerror = () => reject(request.error)
      request.onsuccess = () => {
        const last = request.result.transaction('batches', 'readwrite')
        last.objectStore('batches').count()
        last.oncomplete = () => {
          request.result.close()
          resolve()
        }
      }
    })
  })

/** How many bodies are kept on this device, snapshots of living pages aside. */
export const keptBodies = (page: EnginePage): Promise<number> => kept(page, 0)

/** How many bodies are kept on this device as copies of what pages would lose if they died now. */
export const keptCopies = (page: EnginePage): Promise<number> => kept(page, 1)

const kept = (page: EnginePage, isSnapshot: 0 | 1): Promise<number> =>
  page.evaluate(async (wanted) => {
    if (!(await indexedDB.databases()).some(({ name }) => name === 'codomyrmex-telemetry')) return 0
    return new Promise<number>((resolve, reject) => {
      const opening = indexedDB.open('codomyrmex-telemetry')
      opening.onerror = () => reject(opening.error)
      opening.onsuccess = () => {
        const keys = opening.result.transaction('batches').objectStore('batches').getAllKeys()
        keys.onerror = () => reject(keys.error)
        keys.onsuccess = () => {
          opening.result.close()
          resolve(keys.result.filter((key) => Array.isArray(key) && key[3] === wanted).length)
        }
      }
    })
  }, isSnapshot)

/** A later page view of the same site: what earlier pages kept leaves, and nothing stays. */
export async function nextPageView(
  page: EnginePage,
  collector: HostileCollector,
  options: TelemetryOptions = {},
): Promise<void> {
  await openPage(page, collector, options)
  await outboxIsOpen(page)
  await expect.poll(() => keptBodies(page), { timeout: LONG_MS }).toBe(0)
}

/** Waits until spans with these names have arrived; no others have, and none came twice. */
export async function expectOnce(collector: HostileCollector, names: readonly string[]): Promise<void> {
  await collector.waitForSpans(names.length, LONG_MS)
  expect(namesOf(collector)).toEqual([...names].sort())
  expect(duplicateNames(collector)).toEqual([])
}

export const namesOf = (collector: HostileCollector) =>
  collector
    .spans()
    .map(({ name }) => name)
    .sort()

/** For each span that came more than once its name and how often it came. */
export const duplicateNames = (collector: HostileCollector) =>
  collector
    .duplicates()
    .map(({ span, requests }) => [span.name, requests.length] as const)
    .sort()

/** Status, encoding of the body, and spans of each export. */
export const statusesOf = (collector: HostileCollector) => collector.exports().map(({ status }) => status)

/** The one request that is there, or the request of that number. */
export function exportAt(collector: HostileCollector, index: number): HostileRequest {
  const request = collector.exports()[index]
  if (!request) throw new Error(`there are ${collector.exports().length} exports`)
  return request
}

/** Waits until the collector has read so many exports, answered or not. */
export const whenRead = (collector: HostileCollector, count: number) =>
  collector.waitFor(() => collector.exports().filter(({ readAt }) => readAt !== null).length >= count, LONG_MS)

/** What our sentences on the console say. */
export const sentences = (told: readonly string[]) =>
  told.filter((line) => line.includes('[telemetry]') || line.startsWith('uncaught'))
