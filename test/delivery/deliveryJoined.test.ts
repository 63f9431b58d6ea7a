// @vitest-environment node
import { expect, it } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import { allArrived, pass, startOn } from '../export/exporterOnPage'
import { type Incoming, readBodies } from '../export/fakeCollector'
import { FakePage, type Fate, onFreshPages } from '../export/fakePage'

let page: FakePage
onFreshPages((fresh) => {
  page = fresh
})

const namesIn = (incoming: Incoming) => readBodies(incoming).flatMap(({ names }) => names)
const spansOfRequests = () => page.asked.map((incoming) => namesIn(incoming).length)

/** So many spans, each in a body of its own, wait in the outbox of a page that is offline. */
async function startWithStored(count: number, characters = 10, options: OTLPExporterOptions = {}) {
  page.goOnline(false)
  const started = await startOn(page, { compression: 'none', ...options })
  await pass(3000)
  for (let i = 0; i < count; i++) {
    started.end(1, characters)
    started.send()
    await pass(20)
  }
  expect([started.account().stored, page.asked]).toEqual([count, []])
  return started
}

async function goOnline(fate: (incoming: Incoming) => Fate = () => ({}), ms = 20_000) {
  page.fate = fate
  page.goOnline(true)
  await pass(ms)
}

it.each([
  ['in the database', {}],
  ['in memory', { outbox: false }],
  ['as JSON', { encoding: 'json' }],
] as const)('small bodies that wait leave together (%s)', async (_, options) => {
  const { account } = await startWithStored(60, 10, options)
  await goOnline()
  expect(account()).toEqual(allArrived(60))
  expect(spansOfRequests()).toEqual([60])
  expect(page.collector.bodies.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 60 }, (_, i) => i))
})

it('a request has as many as outlive the page together', async () => {
  const { account } = await startWithStored(10, 10_000)
  await goOnline()
  expect(account()).toEqual(allArrived(10))
  expect(spansOfRequests()).toEqual([4, 4, 2])
  expect(page.asked.map(({ lane }) => lane)).toEqual(['keepalive', 'keepalive', 'keepalive'])
})

it('of several that are refused together only the one is lost that is refused alone', async () => {
  const { account, drops } = await startWithStored(16)
  await goOnline((incoming) => ({ status: namesIn(incoming).includes('11') ? 400 : 200 }))
  expect([account(), drops]).toEqual([
    { arrived: 15, stored: 0, waiting: 0, dropped: '1 export_failed' },
    ['1 export_failed'],
  ])
  expect(page.asked.length).toBeLessThan(12) // halves, not one by one
})

it('a hidden page takes them apart as well', async () => {
  const { account } = await startWithStored(16)
  page.hide()
  await goOnline((incoming) => ({ status: namesIn(incoming).includes('11') ? 400 : 200 }))
  expect(account()).toEqual({ arrived: 15, stored: 0, waiting: 0, dropped: '1 export_failed' })
})

it('when everything is refused every span is counted, once', async () => {
  const { account } = await startWithStored(9)
  await goOnline(() => ({ status: 401 }))
  expect(account()).toMatchObject({ arrived: 0, stored: 0, dropped: Array(9).fill('1 export_failed').join() })
})

it('several that are too large together go on in halves, and nothing larger is tried again', async () => {
  const { account, end, send } = await startWithStored(8, 5000)
  await goOnline(({ bytes }) => ({ status: bytes.length > 12_000 ? 413 : 200 }))
  expect(account()).toEqual(allArrived(8))
  const refused = page.asked.filter(({ bytes }) => bytes.length > 12_000).length
  end(12, 5000)
  send()
  await pass(5000)
  expect(account()).toEqual(allArrived(20))
  expect(page.asked.filter(({ bytes }) => bytes.length > 12_000)).toHaveLength(refused)
})

it('several that are not understood are JSON then, each with its own number', async () => {
  const { account } = await startWithStored(20)
  await goOnline(({ headers }) => ({ status: headers['content-type'] === 'application/json' ? 200 : 415 }))
  expect(account()).toEqual(allArrived(20))
  expect(spansOfRequests()).toEqual([20, 20])
  expect(page.collector.bodies.map(({ sequence, names }) => [sequence, names.join()])).toEqual(
    Array.from({ length: 20 }, (_, i) => [i, String(i + 1)]),
  )
})

it('what a collector rejects of several is counted', async () => {
  const { account } = await startWithStored(5)
  const body = JSON.stringify({ partialSuccess: { rejectedSpans: '2' } })
  await goOnline(() => ({ body, rejected: 2 }))
  expect(account()).toEqual({ arrived: 3, stored: 0, waiting: 0, dropped: '2 rejected' })
})

it('a failure keeps all of them for the next time', async () => {
  const { account } = await startWithStored(5)
  await goOnline(() => ({ status: 503, there: null }), 300)
  expect([account(), spansOfRequests()]).toEqual([{ ...allArrived(0), stored: 5 }, [5]])
  page.fate = () => ({})
  await pass(60_000)
  expect([account(), spansOfRequests()]).toEqual([allArrived(5), [5, 5]])
})

it.each([
  ['which survives', 10],
  ['which dies with it', 60_000],
])(
  'a page that goes while several are under way in one request (%s) sends nothing twice and loses nothing',
  async (_, others) => {
    await startWithStored(4, 2000)
    page.othersSpend = others
    await goOnline(() => ({ there: 5000, after: null }), 200)
    expect(spansOfRequests().at(-1)).toBe(4)
    page.leave(false)
    await pass(20)
    const { collector, site } = page
    await page.die()
    page = new FakePage(collector, site)
    await startOn(page)
    await pass(20_000)
    expect([...collector.times.values()]).toEqual([1, 1, 1, 1])
  },
)

it('what is under way from memory is handed over, all of it, by a page that goes', async () => {
  await startWithStored(4, 9000, { outbox: false })
  page.othersSpend = 60_000
  await goOnline(() => ({ there: null, after: null }), 200)
  page.othersSpend = 0
  page.leave(false)
  await page.die()
  expect([...page.collector.times.values()]).toEqual([1, 1, 1, 1])
})

it('a hidden page joins less, so that what ends still finds room', async () => {
  const { account } = await startWithStored(20, 2000)
  page.hide()
  await goOnline()
  expect(account()).toEqual(allArrived(20))
  expect(Math.max(...page.asked.map(({ bytes }) => bytes.length))).toBeLessThan(12_000)
  expect(spansOfRequests().length).toBeLessThan(8)
})

/** The same of a page whose collector is known to take gzip: 12 bodies of 20 spans. */
async function startWithCompressed(options: OTLPExporterOptions = {}) {
  const started = await startOn(page, options)
  await pass(3000)
  started.end(20, 300)
  started.send()
  await pass(100)
  page.goOnline(false)
  for (let i = 0; i < 12; i++) {
    started.end(20, 300)
    started.send()
    await pass(20)
  }
  expect(started.account()).toMatchObject({ arrived: 20, stored: 240 })
  return started
}

it.each([
  ['in the database', {}],
  ['in memory', { outbox: false }],
  ['as JSON', { encoding: 'json' }],
] as const)('compressed bodies that wait leave together, compressed (%s)', async (_, options) => {
  const { account } = await startWithCompressed(options)
  await goOnline()
  expect(account()).toEqual(allArrived(260))
  expect(page.asked.length).toBeLessThan(5)
  expect(page.asked.every(({ headers }) => headers['content-encoding'] === 'gzip')).toBe(true)
})

it('compressed ones that are suddenly not understood are raw then, and all arrive', async () => {
  const { account } = await startWithCompressed()
  await goOnline(({ headers }) => ({ status: headers['content-encoding'] ? 415 : 200 }))
  expect(account()).toEqual(allArrived(260))
})

for (const [what, act] of Object.entries({
  'is left': () => page.leave(false),
  'is put aside and comes back': () => {
    page.leave(true)
    page.comeBack()
  },
  hides: () => page.hide(),
}))
  it.each([0, 1, 2, 3, 4, 5, 8])(
    `a page that ${what} %i ms after it began to join what is in memory sends each once`,
    async (ms) => {
      await startWithCompressed({ outbox: false })
      page.fate = () => ({})
      page.goOnline(true)
      await pass(ms)
      act()
      await pass(20_000)
      await page.die()
      expect([...page.collector.times.values()]).toEqual(Array(260).fill(1))
    },
  )
