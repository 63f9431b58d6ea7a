import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import type { OTLPExporter as OTLPExporterClass } from '../../src/export/otlpExporter'
import type { ExportResult } from '../../src/process/processor'
import type { Span } from '../../src/trace/span'
import { hidePage, leavePage, showPage } from '../process/pageState'
import { catchReports } from '../support/reports'
import { FakeNetwork, loadOn } from './fakeNetwork'
import { plainSpan } from './plainSpan'

const ELSEWHERE = 'https://collector.example/v1/traces'
let network: FakeNetwork
beforeEach(() => {
  vi.useFakeTimers()
  catchReports()
  network = new FakeNetwork()
  showPage()
})
afterEach(() => {
  showPage()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

type Page = { fetch?: unknown; sendBeacon?: unknown; Request?: unknown }
/** Without compression: these tests are about lanes and sizes. */
async function exporterOf(options: OTLPExporterOptions = {}, page: Page = {}): Promise<OTLPExporterClass> {
  const { OTLPExporter } = await loadOn({ fetch: network.fetch, sendBeacon: network.sendBeacon, ...page })
  return new OTLPExporter({ compression: 'none', ...options })
}
/** What became of the spans; a failure is told one turn later. */
async function answerTo(exporter: OTLPExporterClass, spans: readonly Span[]): Promise<ExportResult> {
  const result = exporter.export(spans)
  await vi.advanceTimersByTimeAsync(1)
  return result
}
const KIB = 1024
const spanOf = (bytes: number) => plainSpan({ name: 'x'.repeat(bytes - 200) })
const never = () => new Promise<Response>(() => {})

describe('while the page is visible', () => {
  it('a small body goes by keepalive fetch: it survives a navigation, and its answer is read', async () => {
    const exporter = await exporterOf()
    expect(await answerTo(exporter, [plainSpan()])).toEqual({ code: 'success' })
    expect(network.lanes).toEqual(['keepalive'])
    expect(network.sent[0]).toMatchObject({ url: expect.stringMatching(/\/v1\/traces$/), credentials: 'same-origin' })
  })

  it('a large body goes by plain fetch: the budget is for the exit', async () => {
    const exporter = await exporterOf()
    await answerTo(exporter, [spanOf(50 * KIB)])
    expect(network.lanes).toEqual(['fetch'])
  })

  it('the share of the living page is counted over all that is under way, and given back with the answers', async () => {
    const exporter = await exporterOf()
    const answers: ((response: Response) => void)[] = []
    network.answer = () => new Promise((resolve) => answers.push(resolve))
    void exporter.export([spanOf(30 * KIB)])
    void exporter.export([spanOf(9 * KIB)])
    void exporter.export([spanOf(9 * KIB)])
    expect(network.lanes).toEqual(['keepalive', 'keepalive'])
    answers.shift()!(new Response(null))
    await vi.advanceTimersByTimeAsync(0)
    expect(network.lanes).toEqual(['keepalive', 'keepalive', 'keepalive'])
    for (const answer of answers) answer(new Response(null))
    await vi.advanceTimersByTimeAsync(0)
    void exporter.export([spanOf(30 * KIB)])
    expect(network.lanes.at(-1)).toBe('keepalive')
  })

  it('a request that is refused gives its share back', async () => {
    const exporter = await exporterOf()
    network.answer = () => new Response(null, { status: 400 })
    for (let i = 0; i < 5; i++) await answerTo(exporter, [spanOf(20 * KIB)])
    expect(network.lanes).toEqual(Array(5).fill('keepalive'))
  })

  it('a request that nobody answers gives its share back', async () => {
    const exporter = await exporterOf()
    network.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    await answerTo(exporter, [spanOf(20 * KIB)])
    network.answer = () => new Response(null)
    await vi.advanceTimersByTimeAsync(1000) // what was stored leaves now
    expect(exporter.stored).toBe(0)
    network.answer = never
    void exporter.export([spanOf(20 * KIB)])
    expect(network.lanes.at(-1)).toBe('keepalive')
  })

  it('a share is kept free for the exit: 16 KiB leave by beacon beside what is under way', async () => {
    const exporter = await exporterOf()
    network.answer = never
    for (let i = 0; i < 7; i++) void exporter.export([spanOf(6 * KIB)])
    leavePage(false)
    void exporter.export([spanOf(16 * KIB)])
    expect(network.lanes.at(-1)).toBe('beacon')
  })

  it('what is larger than the share is one at a time; behind it only what is small goes at once', async () => {
    const exporter = await exporterOf()
    const answers: ((response: Response) => void)[] = []
    network.answer = () => new Promise((resolve) => answers.push(resolve))
    for (const kib of [50, 51, 10, 52]) void exporter.export([spanOf(kib * KIB)])
    expect(network.lanes).toEqual(['fetch', 'keepalive'])
    for (const lanes of [3, 4]) {
      for (const answer of answers.splice(0)) answer(new Response(null))
      await vi.advanceTimersByTimeAsync(0)
      expect(network.lanes.length).toBe(lanes)
    }
  })

  it('what was held leaves when the page hides, by lanes that outlive it', async () => {
    const exporter = await exporterOf()
    network.answer = never
    void exporter.export([spanOf(50 * KIB)])
    void exporter.export([spanOf(51 * KIB)])
    expect(network.lanes).toEqual(['fetch'])
    hidePage()
    expect(network.lanes).toEqual(['fetch', 'keepalive'])
  })

  it('credentials never go to another origin', async () => {
    const exporter = await exporterOf({ endpoint: ELSEWHERE })
    await answerTo(exporter, [plainSpan()])
    expect(network.sent[0]).toMatchObject({ url: ELSEWHERE, credentials: 'omit' })
  })

  it('the full URL of the own origin is the own origin', async () => {
    const exporter = await exporterOf({ endpoint: `${location.origin}/collect` })
    await answerTo(exporter, [plainSpan()])
    expect(network.sent[0]).toMatchObject({ credentials: 'same-origin' })
  })
})

describe.each<[what: string, go: () => void, ownLane: string, itsCredentials: string]>([
  ['hides: the answer will mostly be heard', hidePage, 'keepalive', 'same-origin'],
  ['is put aside', () => leavePage(true), 'beacon', 'include'],
  ['is left', () => leavePage(false), 'beacon', 'include'],
])('when the page %s', (_what, go, ownLane, itsCredentials) => {
  it.each<[where: string, options: OTLPExporterOptions, lane: string, credentials: string]>([
    ['to the own origin', {}, ownLane, itsCredentials],
    ['to the own origin by its URL', { endpoint: 'http://localhost:3000/x' }, ownLane, itsCredentials],
    ['with own headers', { headers: { 'x-api-key': 'k' } }, 'keepalive', 'same-origin'],
    ['without cookies', { credentials: 'omit' }, 'keepalive', 'omit'],
    ['to another origin', { endpoint: ELSEWHERE }, 'keepalive', 'omit'],
    ['to another port', { endpoint: 'http://localhost:4318/v1/traces' }, 'keepalive', 'omit'],
    ['never a beacon', { beacon: 'never' }, 'keepalive', 'same-origin'],
    ['always a beacon, with headers', { beacon: 'always', headers: { a: 'b' } }, 'beacon', 'include'],
    ['always a beacon, to another origin', { beacon: 'always', endpoint: ELSEWHERE }, 'beacon', 'include'],
  ])('%s', async (_where, options, lane, credentials) => {
    const exporter = await exporterOf(options)
    go()
    const exported = exporter.export([plainSpan()])
    expect(network.sent).toMatchObject([{ lane, credentials }]) // before export() has returned
    expect(await exported).toEqual({ code: 'success' })
  })
})

describe('when the page hides', () => {
  it('in Safari a beacon is safer', async () => {
    vi.spyOn(navigator, 'vendor', 'get').mockReturnValue('Apple Computer, Inc.')
    const exporter = await exporterOf()
    hidePage()
    await answerTo(exporter, [plainSpan()])
    expect(network.lanes).toEqual(['beacon'])
  })

  it('where requests know no `keepalive` a beacon is safer', async () => {
    const exporter = await exporterOf({}, { Request: { prototype: {} } })
    hidePage()
    await answerTo(exporter, [plainSpan()])
    expect(network.lanes).toEqual(['beacon'])
  })

  it('and lives on, the collector’s wish for a pause is heard, and nothing is lost', async () => {
    const exporter = await exporterOf()
    network.answer = () => new Response(null, { status: 503, headers: { 'retry-after': '1' } })
    hidePage()
    expect(await answerTo(exporter, [plainSpan()])).toEqual({ code: 'success', stored: 1 })
    network.answer = () => new Response(null)
    await vi.advanceTimersByTimeAsync(5000)
    expect([network.lanes, exporter.stored, exporter.sentLater]).toEqual([['keepalive', 'keepalive'], 0, 1])
  })

  it('a body for which only beacons have room, as in Firefox, goes by one', async () => {
    const exporter = await exporterOf({}, { sendBeacon: () => true })
    hidePage()
    expect(await answerTo(exporter, [spanOf(100 * KIB)])).toEqual({ code: 'success' })
    expect(network.lanes).toEqual([])
  })

  it('pagehide alone is enough, as on a navigation', async () => {
    const { OTLPExporter, BatchSpanProcessor } = await loadOn(network)
    const processor = new BatchSpanProcessor(new OTLPExporter())
    processor.onEnd(plainSpan())
    leavePage(false)
    expect(network.lanes).toEqual(['beacon'])
  })

  it('after the return it is fetch again', async () => {
    const exporter = await exporterOf()
    leavePage(true)
    await answerTo(exporter, [plainSpan()])
    showPage()
    await answerTo(exporter, [plainSpan()])
    expect(network.lanes).toEqual(['beacon', 'keepalive'])
  })

  it('beacons have the content type of the body', async () => {
    const exporter = await exporterOf({ encoding: 'json' })
    leavePage(false)
    await answerTo(exporter, [plainSpan()])
    expect(network.sent[0]!.headers.get('content-type')).toBe('application/json')
  })
})

describe('a lane that refuses', () => {
  const refused = () => false
  const broken = () => {
    throw new TypeError('Illegal invocation')
  }
  const fetchOnly =
    (...lanes: string[]) =>
    async (url: string, init: RequestInit) => {
      if (!lanes.includes(init.keepalive ? 'keepalive' : 'fetch')) throw new TypeError('Failed to fetch')
      return network.fetch(url, init)
    }

  it.each([
    ['refused', refused],
    ['throwing', broken],
    ['missing', undefined],
  ])('a beacon that is %s becomes a keepalive fetch', async (_what, sendBeacon) => {
    const exporter = await exporterOf({}, { sendBeacon })
    hidePage()
    expect(await answerTo(exporter, [plainSpan()])).toEqual({ code: 'success' })
    expect(network.lanes).toEqual(['keepalive'])
  })

  it.each(['auto', 'never'] as const)(
    'what no fetch takes to another origin is kept, and leaves when it can, also from a hidden page (beacon: %s)',
    async (beacon) => {
      const lanes: string[] = []
      const exporter = await exporterOf(
        { endpoint: ELSEWHERE, beacon },
        { fetch: (url: string, init: RequestInit) => fetchOnly(...lanes)(url, init) },
      )
      hidePage()
      expect(await answerTo(exporter, [plainSpan()])).toEqual({ code: 'success', stored: 1 })
      expect([network.lanes, exporter.stored]).toEqual([[], 1])
      lanes.push('keepalive')
      await vi.advanceTimersByTimeAsync(60_000)
      expect([network.lanes, exporter.stored, exporter.sentLater]).toEqual([['keepalive'], 0, 1])
    },
  )

  it.each(['auto', 'always', 'never'] as const)(
    'what neither beacon nor keepalive takes goes by plain fetch: most hidden pages live on (beacon: %s)',
    async (beacon) => {
      const exporter = await exporterOf({ beacon })
      hidePage()
      expect(await answerTo(exporter, [spanOf(100 * KIB)])).toEqual({ code: 'success' })
      expect(network.lanes).toEqual(['fetch'])
    },
  )

  it('keepalive refused on a visible page, since other scripts use the budget, becomes a plain fetch', async () => {
    const exporter = await exporterOf()
    network.inFlight = 64 * KIB
    expect(await answerTo(exporter, [plainSpan()])).toEqual({ code: 'success' })
    expect(network.lanes).toEqual(['fetch'])
  })

  it('a failure that a busy page hears late may be the network’s: it is kept, and goes once more after a pause, by plain fetch', async () => {
    const exporter = await exporterOf()
    const now = performance.now()
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now)
    network.answer = () => {
      clock.mockReturnValue(now + 100) // and no timer has come
      return Promise.reject(new TypeError('Failed to fetch'))
    }
    expect(await answerTo(exporter, [plainSpan()])).toEqual({ code: 'success', stored: 1 })
    expect(network.lanes).toEqual(['keepalive'])
    network.answer = () => new Response(null)
    clock.mockReturnValue(now + 2000)
    await vi.advanceTimersByTimeAsync(2000)
    expect([network.lanes, exporter.stored]).toEqual([['keepalive', 'fetch'], 0])
    await answerTo(exporter, [plainSpan()])
    expect(network.lanes.at(-1)).toBe('keepalive')
  })

  it('a page without fetch uses beacons', async () => {
    const exporter = await exporterOf({}, { fetch: undefined })
    expect(await answerTo(exporter, [plainSpan()])).toEqual({ code: 'success' })
    hidePage()
    expect(await answerTo(exporter, [plainSpan()])).toEqual({ code: 'success' })
    expect(network.lanes).toEqual(['beacon', 'beacon'])
  })

  it.each([
    ['visible', () => {}],
    ['hidden', hidePage],
  ])('with neither fetch nor beacon the export fails, %s, and nothing throws', async (_what, go) => {
    const exporter = await exporterOf({}, { fetch: undefined, sendBeacon: undefined })
    go()
    expect(await answerTo(exporter, [plainSpan()])).toMatchObject({ code: 'failed', retryable: false })
  })

  it('always a beacon: fetch when it is refused', async () => {
    const exporter = await exporterOf({ beacon: 'always' }, { sendBeacon: refused })
    expect(await answerTo(exporter, [plainSpan()])).toEqual({ code: 'success' })
    expect(network.lanes).toEqual(['keepalive'])
  })

  it('always a beacon: also while the page is visible', async () => {
    const exporter = await exporterOf({ beacon: 'always' })
    await answerTo(exporter, [plainSpan()])
    expect(network.lanes).toEqual(['beacon'])
  })
})

describe('the budget of the exit', () => {
  it('bodies at a hide are no larger than what beacons under way leave free', async () => {
    const exporter = await exporterOf()
    leavePage(false)
    await answerTo(exporter, [spanOf(40 * KIB)])
    await answerTo(exporter, [spanOf(9 * KIB), spanOf(9 * KIB), spanOf(9 * KIB)])
    expect(network.lanes.slice(0, 2)).toEqual(['beacon', 'beacon'])
    expect(network.sent[1]!.size).toBeLessThanOrEqual(20 * KIB)
  })

  it('a beacon that was refused is not tried with more bytes in the same moment, and is in the next', async () => {
    const sendBeacon = vi.fn(() => false)
    const exporter = await exporterOf({}, { sendBeacon, fetch: undefined })
    leavePage(false)
    for (const kib of [30, 40, 50]) void exporter.export([spanOf(kib * KIB)])
    expect(sendBeacon).toHaveBeenCalledTimes(1)
    void exporter.export([spanOf(10 * KIB)])
    expect(sendBeacon).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(1)
    void exporter.export([spanOf(50 * KIB)])
    expect(sendBeacon).toHaveBeenCalledTimes(3)
  })

  it('a beacon gives its bytes back after 5 s', async () => {
    const exporter = await exporterOf()
    leavePage(false)
    await answerTo(exporter, [spanOf(50 * KIB)])
    await vi.advanceTimersByTimeAsync(5000)
    network.inFlight = 0
    await answerTo(exporter, [spanOf(25 * KIB), spanOf(25 * KIB)])
    expect(network.lanes).toEqual(['beacon', 'beacon'])
  })

  it('is one for all exporters of the page', async () => {
    const { OTLPExporter } = await loadOn(network)
    const [first, second] = ['/a', '/b'].map((endpoint) => new OTLPExporter({ endpoint, compression: 'none' }))
    network.answer = never
    void first!.export([spanOf(30 * KIB)])
    void second!.export([spanOf(30 * KIB)])
    expect(network.lanes).toEqual(['keepalive', 'fetch'])
  })
})

describe('answers', () => {
  /** The errors that were told beside their sentences. */
  const toldErrors = () => vi.mocked(console.warn).mock.calls.flat().map(String).join()
  const answered = async (status: number): Promise<ExportResult> => {
    const exporter = await exporterOf()
    network.answer = () => new Response(null, { status, statusText: 'Words' })
    return exporter.export([plainSpan()])
  }

  it.each([200, 202, 204])('%i is success', async (status) => {
    expect(await answered(status)).toEqual({ code: 'success' })
  })

  it.each([429, 502, 503, 504])('%i: kept to be sent again, and told', async (status) => {
    expect(await answered(status)).toEqual({ code: 'success', stored: 1 })
    expect(toldErrors()).toMatch(`answered ${status} Words`)
  })

  it.each([400, 401, 403, 404, 408, 413, 415, 500, 501, 505])('%i may not be sent again', async (status) => {
    expect(await answered(status)).toMatchObject({ code: 'failed', retryable: false })
  })

  it('no connection: kept to be sent again, and the sentence names the endpoint', async () => {
    const exporter = await exporterOf({ endpoint: ELSEWHERE })
    network.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    expect(await answerTo(exporter, [plainSpan()])).toEqual({ code: 'success', stored: 1 })
    expect(toldErrors()).toContain(ELSEWHERE)
  })

  it('no answer within the timeout: the request is taken back, and the sentence tells the time', async () => {
    const exporter = await exporterOf({ timeout: 250 })
    network.answer = never
    const exported = exporter.export([plainSpan()])
    await vi.advanceTimersByTimeAsync(249)
    expect(network.inFlight).toBeGreaterThan(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(await exported).toEqual({ code: 'success', stored: 1 })
    expect(toldErrors()).toMatch(/250 ms/)
    expect(network.inFlight).toBe(0)
  })

  it('10 s by default, and no timer is left after an answer', async () => {
    const exporter = await exporterOf()
    await answerTo(exporter, [plainSpan()]) // from now on the outbox stays ready, by a timer of its own
    const before = vi.getTimerCount()
    await answerTo(exporter, [plainSpan()])
    expect(vi.getTimerCount()).toBe(before)
    network.answer = never
    let result: ExportResult | null = null
    void exporter.export([plainSpan()]).then((told) => {
      result = told
    })
    await vi.advanceTimersByTimeAsync(9_999)
    expect(result).toBeNull()
    await vi.advanceTimersByTimeAsync(1)
    expect(result).toEqual({ code: 'success', stored: 1 })
  })

  it('Infinity is no timeout, not one of 1 ms', async () => {
    const exporter = await exporterOf({ timeout: Infinity })
    network.answer = () => new Promise((resolve) => setTimeout(resolve, 500, new Response(null)))
    const exported = exporter.export([plainSpan()])
    await vi.advanceTimersByTimeAsync(500)
    expect(await exported).toEqual({ code: 'success' })
  })

  it.each<[what: string, fetchIt: unknown]>([
    [
      'throws',
      () => {
        throw new Error('blocked by an extension')
      },
    ],
    ['answers nothing', () => undefined],
    ['rejects with nothing', () => Promise.reject()],
  ])('with a fetch that %s spans are kept, and nothing rejects', async (_what, fetchIt) => {
    const exporter = await exporterOf({}, { fetch: fetchIt })
    expect(await answerTo(exporter, [plainSpan()])).toEqual({ code: 'success', stored: 1 })
  })
})
