// @vitest-environment node
import { expect, it, vi } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import type { BatchOptions } from '../../src/process/batch'
import { allArrived, fates, pass, startReady } from '../export/exporterOnPage'
import { FakePage, onFreshPages } from '../export/fakePage'
import { plainSpan } from '../export/plainSpan'

let page: FakePage
onFreshPages((fresh) => {
  page = fresh
})

const lanes = () => page.asked.map(({ lane }) => lane)

const start = (options: OTLPExporterOptions = {}, batch: Partial<BatchOptions> = {}) =>
  startReady(page, { compression: 'none', ...options }, batch)

/** So many characters wait in the outbox, of a page that is online again and has not asked yet. */
async function startWithStored(characters: number, options: OTLPExporterOptions = {}) {
  page.goOnline(false)
  const started = await start(options)
  started.end(1, characters)
  started.send()
  await pass(100)
  expect(started.account()).toMatchObject({ stored: 1 })
  page.fate = () => ({ there: null, after: null })
  return started
}

async function nextPage() {
  const { collector, site } = page
  await page.die()
  page = new FakePage(collector, site)
  const started = await start()
  await pass(20_000)
  return started
}

it('a stored body whose request was refused and went on without keepalive stays stored while the page goes', async () => {
  await startWithStored(20_000)
  page.othersSpend = 60_000
  page.goOnline(true)
  await pass(100)
  expect(lanes()).toEqual(['keepalive', 'fetch'])
  page.leave(false)
  await nextPage()
  expect(page.collector.names).toEqual(['1'])
})

it('a stored body that the collector has taken is not sent again when the page goes before its answer is over', async () => {
  await startWithStored(50_000)
  const body = new ReadableStream({ start() {} }) // of an answer that does not end
  page.fate = () => ({ body })
  page.goOnline(true)
  await pass(100)
  expect(lanes()).toEqual(['fetch'])
  page.leave(false)
  await nextPage()
  expect([...page.collector.times.values()]).toEqual([1])
})

it('what is sent from memory by a request that would die with the page is handed over when it goes', async () => {
  await startWithStored(50_000, { outbox: false })
  page.goOnline(true)
  await pass(100)
  expect(lanes()).toEqual(['fetch'])
  page.fate = () => ({})
  page.leave(false)
  await pass(10)
  expect([lanes(), page.collector.names]).toEqual([['fetch', 'beacon'], ['1']])
})

it('a hidden page sends what is larger than any share, and what is behind it', async () => {
  const { end, account } = await startWithStored(50_000)
  end(1)
  page.hide()
  page.fate = () => ({})
  page.goOnline(true)
  await pass(5000)
  expect(account()).toEqual(allArrived(2))
})

it('a hidden page to which nothing is allowed asks ever more rarely', async () => {
  page.othersSpend = 64 * 1024
  const { end, account } = await start({ beacon: 'never' })
  page.hide()
  end(1)
  await pass(120_000)
  expect(page.asked.length).toBeLessThan(15)
  page.othersSpend = 0
  await pass(60_000)
  expect(account()).toEqual(allArrived(1))
})

it('a compressed body in memory does not leave by a beacon, which cannot say so', async () => {
  const { end, send, processor } = await start({ compression: 'auto', outbox: false })
  end(30, 300)
  send()
  await pass(100) // gzip is known to work
  end(1, 50_000)
  page.leave(true)
  expect(lanes()).toEqual(['keepalive', 'beacon']) // which counts for five seconds
  page.comeBack()
  page.fate = () => ({ status: 503, there: null })
  const text = Array.from({ length: 20_000 }, () => String.fromCharCode(40 + Math.random() * 80)).join('')
  processor.onEnd(plainSpan({ name: 'random', attributes: { text } }))
  send()
  await pass(500)
  expect(page.asked.at(-1)?.headers['content-encoding']).toBe('gzip')
  page.leave(false)
  expect(lanes().filter((lane) => lane === 'beacon')).toHaveLength(1)
})

it('shutdown sends what is in memory once more, whatever the pace, and counts what does not arrive', async () => {
  page.fate = fates(
    { status: 503, there: null, headers: { 'retry-after': '20' } },
    { status: 503, there: null, headers: { 'retry-after': '20' } },
    {},
  )
  const { end, processor, drops, account } = await start({ outbox: false })
  end(2)
  const stopped = processor.shutdown()
  await pass(40_000)
  await stopped
  expect([drops, account()]).toEqual([['2 shutdown'], { arrived: 0, stored: 0, waiting: 0, dropped: '2 shutdown' }])
})

it('what waits for another endpoint of the site is nobody else’s: it is not counted, and not asked for again and again', async () => {
  await startWithStored(10)
  const { collector, site } = page
  await page.die()
  page = new FakePage(collector, site)
  const { processor } = await start({ endpoint: '/another' })
  const ask = vi.spyOn(page.navigator.locks, 'request')
  await pass(60_000)
  expect([processor.stored, ask.mock.calls.length]).toEqual([0, 0])
})

it('a network failure to the own origin does not turn compression off', async () => {
  page.fate = fates({ status: 0, there: null, after: 10 }, {})
  const { end, send } = await start({ compression: 'auto' })
  for (let i = 0; i < 2; i++) {
    end(30, 300)
    send()
    await pass(5000)
  }
  expect(page.asked.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined, 'gzip'])
})

it('the copies of a hidden page that lives stay young: nobody takes it for dead', async () => {
  const { exporter } = await start({ deferred: false })
  page.hide()
  exporter.keep([plainSpan({ name: 'open' })])
  await pass(1_200_000)
  const { collector, site } = page
  const other = new FakePage(collector, { ...site, session: new Map() })
  page = other
  await start()
  await pass(20_000)
  expect(other.collector.names).toEqual([])
})
