// @vitest-environment node
import { expect, it, vi } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import type { BatchOptions } from '../../src/process/batch'
import { readBody } from '../export/fakeCollector'
import { FakePage, onFreshPages } from '../export/fakePage'
import { plainSpan } from '../export/plainSpan'

let page: FakePage
onFreshPages((fresh) => {
  page = fresh
})

/** Spans of 18,000 characters are a batch each. */
const ONE_EACH = { maxExportBatchBytes: 30_000 }

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
/** The requests that are armed now. */
const armedRequests = () => page.deferred.filter(({ isCancelled }) => !isCancelled).map(({ incoming }) => incoming)
const armedBodies = () => armedRequests().map(readBody)
/** The names in each. */
const armed = () => armedBodies().map(({ names }) => names.join())

async function start(options: OTLPExporterOptions = {}, batch: Partial<BatchOptions> = {}) {
  const { OTLPExporter, BatchSpanProcessor } = await page.load({ hasFetchLater: true })
  const exporter = new OTLPExporter(options)
  const processor = new BatchSpanProcessor(exporter, { scheduledDelay: 5000, ...batch })
  const end = (name: string, units = 10) =>
    processor.onEnd(
      plainSpan({
        name,
        spanId: name.charCodeAt(0).toString(16).padStart(16, '0'),
        attributes: { text: 'x'.repeat(units) },
      }),
    )
  return { exporter, processor, end }
}

it('what waits is armed soon, with the headers of the exporter, and stands in one request at a time', async () => {
  const { end } = await start({ headers: { 'x-api-key': 'k' } })
  end('a')
  expect(armed()).toEqual([])
  await pass(500)
  expect(armed()).toEqual(['a'])
  expect(page.deferred[0]!.incoming.headers).toMatchObject({ 'x-api-key': 'k' })
  end('b')
  await pass(500)
  expect(armed()).toEqual(['a,b'])
})

it('a page where much ends arms at most a few times a second', async () => {
  const { end } = await start()
  for (let i = 0; i < 400; i++) {
    end('a')
    await pass(10)
  }
  expect(page.deferred.length).toBeGreaterThan(3)
  expect(page.deferred.length).toBeLessThanOrEqual(4 * 4) // in four seconds
  expect(armed()).toHaveLength(1)
})

it('is cancelled when its spans leave by another lane', async () => {
  const { end, processor } = await start()
  end('a')
  await pass(500)
  await pass(5000)
  expect([processor.exported, armed()]).toEqual([1, []])
  end('b')
  await pass(500)
  page.hide()
  expect(armed()).toEqual([])
  await pass(1)
  expect(page.collector.names).toEqual(['a', 'b'])
})

it('a page that crashes has it sent by the browser', async () => {
  const { end } = await start()
  end('a')
  end('b')
  await pass(500)
  await page.die()
  expect(page.collector.bodies.map(({ lane, names, sequence }) => [lane, names, sequence])).toEqual([
    ['deferred', ['a', 'b'], 0],
  ])
})

it('what was prepared ahead is armed with the numbers that it has', async () => {
  page.fate = () => ({ there: null, after: 4000 })
  const { OTLPExporter, BatchSpanProcessor } = await page.load({ hasFetchLater: true })
  const processor = new BatchSpanProcessor(new OTLPExporter(), { maxExportBatchSize: 2 })
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    processor.onEnd(plainSpan({ name, spanId: name.charCodeAt(0).toString(16).padStart(16, '0') }))
  await pass(600) // a and b are under way, c and d prepared
  expect(armedBodies().map(({ names, sequence }) => [names, sequence])).toEqual([
    [['c', 'd'], 2],
    [['e'], 4],
  ])
})

it('all that was prepared is armed, as far as the quota goes, the oldest first', async () => {
  page.fate = () => ({ there: null, after: 4000 })
  const { end } = await start({ compression: 'none' }, ONE_EACH)
  for (const name of ['a', 'b', 'c', 'd']) end(name, 18_000)
  await pass(600)
  expect(armed()).toEqual(['b', 'c', 'd'])
  for (const name of ['e', 'f']) end(name, 18_000)
  await pass(600)
  expect(armed()).toEqual(['b', 'c', 'd'])
  await pass(3500) // b and c are under way, with requests that survive
  expect(armed()).toEqual(['d', 'e', 'f'])
})

it('what waits behind an export stays armed, and is armed when no more ends', async () => {
  page.fate = () => ({ there: null, after: 4000 })
  const { end } = await start({ compression: 'none' }, ONE_EACH)
  for (const name of ['a', 'b', 'c']) end(name, 18_000)
  await pass(100)
  expect(armed()).toEqual(['b', 'c'])
  await pass(4000)
  expect(armed()).toEqual(['c'])
})

it('batches that a prerendered page collected have their numbers before one behind them is armed', async () => {
  page.document.prerendering = true
  page.fate = () => ({ there: null, after: 4000 })
  const { end } = await start({ compression: 'none' }, ONE_EACH)
  for (const name of ['a', 'b', 'c']) end(name, 18_000)
  page.activate()
  await pass(100)
  expect(armedBodies().map(({ names, sequence }) => [names.join(), sequence])).toEqual([
    ['b', 1],
    ['c', 2],
  ])
})

it('a request that came back refused for lack of room and went on without keepalive is armed', async () => {
  page.othersSpend = 60_000
  page.fate = () => ({ there: null, after: 4000 })
  const { end, processor } = await start({ compression: 'none' })
  end('a', 10_000)
  void processor.forceFlush()
  await pass(200)
  end('b')
  await pass(400)
  expect([page.asked.map(({ lane }) => lane), armed()]).toEqual([
    ['keepalive', 'fetch'],
    ['a', 'b'],
  ])
})

it('a request that would die with its page is armed again when the page is shown again', async () => {
  page.fate = () => ({ there: null, after: 4000 })
  const { end, processor } = await start({ compression: 'none' })
  end('a', 50_000)
  void processor.forceFlush()
  await pass(100)
  page.hide()
  expect(armed()).toEqual([])
  page.show()
  expect(armed()).toEqual(['a'])
})

it('a body that is held behind a request is armed, and goes once when that is answered', async () => {
  page.fate = () => ({ after: 4000 })
  const { exporter } = await start({ compression: 'none' })
  for (const [name, spanId, units] of [
    ['a', '000000000000000a', 30_000],
    ['b', '000000000000000b', 15_000],
  ] as const)
    void exporter.export([plainSpan({ name, spanId, attributes: { text: 'x'.repeat(units) } })])
  await pass(100)
  expect([page.asked.length, armed()]).toEqual([1, ['b']])
  await pass(4000)
  expect([page.asked.map(({ lane }) => lane), armed()]).toEqual([['keepalive', 'keepalive'], []])
  await pass(10_000)
  expect(page.collector.names).toEqual(['a', 'b'])
})

it('a body is armed compressed where the collector takes that', async () => {
  const { end, processor } = await start({}, ONE_EACH)
  end('a', 18_000)
  void processor.forceFlush()
  await pass(100)
  page.fate = () => ({ there: null, after: 4000 })
  for (const name of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) end(name, 18_000)
  await pass(100)
  expect(armed()).toEqual(['c', 'd', 'e', 'f', 'g', 'h'])
  const encodings = armedRequests().map(({ headers }) => headers['content-encoding'])
  expect(encodings).toEqual([...Array(5).fill('gzip'), undefined])
})

it('a request that would die with its page is armed as well, until it is answered', async () => {
  page.fate = () => ({ there: null, after: 4000 })
  const { end, processor } = await start({ compression: 'none' })
  end('a', 50_000)
  void processor.forceFlush()
  await pass(3000)
  expect([page.asked.map(({ lane }) => lane), armed()]).toEqual([['fetch'], ['a']])
  await pass(1100)
  expect([processor.exported, armed()]).toEqual([1, []])
})

it('spans whose headers are on their way are armed with those that were known last', async () => {
  const headers = vi.fn(async () => {
    await new Promise((resolve) => setTimeout(resolve, headers.mock.calls.length > 1 ? 1000 : 0))
    return { token: `${headers.mock.calls.length}` }
  })
  const { end, processor } = await start({ headers })
  await pass(100)
  end('a')
  void processor.forceFlush()
  await pass(500)
  expect([page.asked, armed(), page.deferred[0]?.incoming.headers]).toEqual([
    [],
    ['a'],
    expect.objectContaining({ token: '1' }),
  ])
  await pass(1000)
  expect([page.collector.names, armed()]).toEqual([['a'], []])
})

it.each<[string, () => void]>([
  ['hides', () => page.hide()],
  ['is put aside', () => page.leave(true)],
  ['is left', () => page.leave(false)],
])('when the page %s nothing is armed that leaves or is kept otherwise', async (_, leave) => {
  page.fate = () => ({ there: null, after: 4000 })
  const { end } = await start({ compression: 'none' }, ONE_EACH)
  for (const name of ['a', 'b', 'c']) end(name, 18_000)
  await pass(100)
  expect(armed()).toEqual(['b', 'c'])
  leave()
  expect(armed()).toEqual([])
})

it.each([
  ['in a pause', 0],
  ['after a pause, behind the next export,', 8000],
])('%s what was prepared is kept on the device', async (_, onlineForMs) => {
  page.fate = () => ({ after: 9000 })
  const { end } = await start({ compression: 'none' }, ONE_EACH)
  for (const name of ['a', 'b', 'c']) end(name, 18_000)
  await pass(600)
  page.goOnline(false)
  end('d')
  await pass(600)
  expect(armed()).toEqual([])
  page.goOnline(onlineForMs > 0)
  await pass(onlineForMs)
  expect(page.asked).toHaveLength(onlineForMs > 0 ? 2 : 1)
  await page.die()
  const { collector, site } = page
  await pass(600_000)
  page = new FakePage(collector, site)
  await start()
  await pass(60_000)
  expect(page.collector.names).toEqual(['a', 'b', 'c', 'd'])
})

it('of what waits as much is armed as the rest of the quota takes, the oldest first', async () => {
  page.fate = () => ({ there: null, after: 4000 })
  const { end } = await start({ compression: 'none' }, { maxExportBatchBytes: 40_000 })
  for (const name of ['a', 'b']) end(name, 30_000)
  for (const name of ['c', 'd', 'e', 'f', 'g', 'h']) end(name, 6000)
  await pass(600) // a is under way, b and c are prepared
  expect(armed()).toEqual(['b,c', 'd,e,f,g'])
})

it('no more bytes are armed than `deferred.maxBytes` allows, with all that browsers count', async () => {
  const { end } = await start({ deferred: { maxBytes: 20_000 }, headers: { 'x-api-key': 'k'.repeat(1000) } })
  for (const name of ['a', 'b', 'c', 'd']) end(name, 5000)
  await pass(600)
  expect(armed()).toEqual(['a,b,c'])
  end('e', 5000)
  await pass(600)
  expect(armed()).toEqual(['a,b,c'])
})

it('one span that is larger than `deferred.maxBytes` is not armed, and leaves as ever', async () => {
  const { end, processor } = await start({ deferred: { maxBytes: 1000 } })
  end('a', 6000)
  await pass(600)
  expect(armed()).toEqual([])
  await pass(5000)
  expect(processor.exported).toBe(1)
})

it('a quota that is spent throws nothing, and the spans leave as ever', async () => {
  const { end, processor } = await start()
  vi.stubGlobal('fetchLater', undefined)
  page.deferred.push({
    incoming: { lane: 'deferred', url: '', bytes: new Uint8Array(64 * 1024), headers: {} },
    isCancelled: false,
  })
  end('a')
  await pass(5100)
  expect([processor.exported, page.deferred.length]).toEqual([1, 1])
})

it('at a final exit without room it takes what no other lane takes', async () => {
  page.othersSpend = 64 * 1024
  const { end, processor } = await start({ outbox: false })
  end('a')
  page.leave(false)
  expect(armed()).toEqual(['a'])
  await page.die()
  expect([page.collector.names, processor.stored]).toEqual([['a'], 0])
})

it.each<OTLPExporterOptions>([{ deferred: false }, { fetch: (async () => new Response()) as typeof fetch }])(
  'is not used with %j',
  async (options) => {
    const { end } = await start(options)
    end('a')
    await pass(1000)
    page.hide()
    expect(page.deferred).toEqual([])
  },
)

it('shutdown leaves nothing armed', async () => {
  page.fate = () => ({ there: null, status: 400 })
  const { end, processor, exporter } = await start()
  end('a')
  await pass(600)
  page.hide()
  exporter.keep([plainSpan({ name: 'open' })])
  expect(armed()).toEqual(['open'])
  const stopped = processor.shutdown()
  await pass(60_000)
  await stopped
  expect(armed()).toEqual([])
  exporter.keep([plainSpan({ name: 'still open' })]) // as when one of several open spans ends
  exporter.arm([plainSpan()])
  expect(armed()).toEqual([])
})
