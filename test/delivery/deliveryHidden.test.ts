// @vitest-environment node
import { describe, expect, it, vi } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import { allArrived, DOWN, pageAfter, pass, startReady } from '../export/exporterOnPage'
import { FakePage, newSite, onFreshPages } from '../export/fakePage'

let page: FakePage
onFreshPages((fresh) => {
  page = fresh
})

const MINUTE_MS = 60_000
const lanes = () => page.asked.map(({ lane }) => lane)
const names = () => page.collector.names

/** A page whose database is open, with a processor that waits until it is told. */
const start = (options: OTLPExporterOptions = {}) => startReady(page, options)

async function nextPage(): Promise<void> {
  page = await pageAfter(page)
}

describe('no room', () => {
  it('what the browser takes no more is stored, and the next page sends it', async () => {
    page.othersSpend = 64 * 1024
    const { end, processor } = await start()
    end(5)
    page.leave(false)
    expect([page.collector.times.size, processor.stored]).toEqual([0, 5])
    await nextPage()
    expect([...page.collector.times.values()]).toEqual([1, 1, 1, 1, 1])
  })

  it('2,000 spans at once: what fits leaves, the rest is stored, each comes once and none is missing', async () => {
    const { end, drops } = await start()
    end(2000, 60)
    page.leave(false)
    expect(page.collector.times.size).toBeGreaterThan(150)
    await nextPage()
    expect(drops).toEqual([])
    expect([page.collector.times.size, Math.max(...page.collector.times.values())]).toEqual([2000, 1])
  })

  it('where nothing can be stored a plain request is tried: most hidden pages live on', async () => {
    page = new FakePage(undefined, newSite(false))
    page.othersSpend = 64 * 1024
    const { end, processor } = await start()
    end(5)
    page.hide()
    await pass(1000)
    expect([lanes().at(-1), page.collector.times.size, processor.exported]).toEqual(['fetch', 5, 5])
  })

  it('a plain request that fails on a hidden page keeps its spans for the return', async () => {
    page = new FakePage(undefined, newSite(false))
    page.fate = () => ({ there: null, status: 0, after: 50 })
    const { end, processor } = await start({ beacon: 'never' })
    end(5)
    page.hide()
    await pass(200)
    expect([processor.exported, processor.stored]).toEqual([0, 5])
    page.fate = () => ({})
    page.show()
    await pass(5000)
    expect([processor.exported, processor.stored, page.collector.times.size]).toEqual([5, 0, 5])
  })
})

describe('a background tab whose timers fire once a minute', () => {
  async function startThrottled(options: OTLPExporterOptions = {}) {
    vi.setSystemTime(Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS)
    const started = await start({ beacon: 'never', ...options })
    page.hide()
    page.isThrottled = true
    return started
  }
  /** Its timers fire again. */
  const nextMinute = () => pass(MINUTE_MS - (Date.now() % MINUTE_MS) + 100)

  it('tries what the collector could not take again at the next full minute, once', async () => {
    const { end, processor, drops } = await startThrottled()
    page.fate = () => ({ status: 503, headers: { 'retry-after': '2' } })
    end(1)
    await pass(50_000)
    expect([page.asked.length, processor.stored, processor.queued]).toEqual([1, 1, 0])
    page.fate = () => ({})
    await nextMinute()
    expect([names(), processor.exported, processor.stored]).toEqual([['1'], 1, 0])
    await pass(10 * MINUTE_MS)
    expect([page.asked.length, names(), drops]).toEqual([2, ['1'], []])
  })

  it('counts nothing as late when its own timeouts come late, together', async () => {
    const { end, processor, drops } = await startThrottled()
    page.fate = () => ({ there: null, after: null })
    end(1)
    await pass(50_000)
    expect([page.asked.length, processor.stored, processor.queued]).toEqual([1, 0, 1])
    await nextMinute() // ten and thirty seconds are over at once
    expect([processor.stored, processor.queued, drops]).toEqual([1, 0, []])
    page.fate = () => ({})
    await nextMinute()
    expect([names(), processor.exported, processor.stored, drops]).toEqual([['1'], 1, 0, []])
  })

  it('takes an answer that comes before them, whenever it comes', async () => {
    const { end, processor, drops } = await startThrottled()
    page.fate = () => ({ there: 1, after: 40_000 })
    end(1)
    await pass(45_000)
    await nextMinute()
    expect([names(), processor.exported, page.asked.length, drops]).toEqual([['1'], 1, 1, []])
  })

  it('sends at once what its timers keep waiting when it is shown again', async () => {
    const { end, processor, drops } = await startThrottled()
    page.goOnline(false)
    end(3)
    await pass(1000)
    page.goOnline(true)
    await pass(1000)
    expect(processor.stored).toBe(3)
    page.show()
    await pass(100)
    expect([names(), processor.exported, processor.stored, drops]).toEqual([['1', '2', '3'], 3, 0, []])
  })
})

describe('a pass over what was stored', () => {
  it('that is under way when the page hides sends nothing twice', async () => {
    page.goOnline(false)
    const { end, processor, send } = await start({ compression: 'none' })
    for (let i = 0; i < 5; i++) {
      end(1)
      send()
      await pass(10)
    }
    expect(processor.stored).toBe(5)
    page.fate = () => ({ there: 20, after: 30 })
    page.goOnline(true)
    await pass(45) // the second is under way
    page.leave(true)
    await pass(500)
    page.comeBack()
    await pass(10_000)
    expect([processor.exported, processor.stored, [...page.collector.times.values()]]).toEqual([5, 0, [1, 1, 1, 1, 1]])
  })

  it('whose request fails after the page was put aside and came back is taken up again', async () => {
    page = new FakePage(undefined, newSite(false))
    page.goOnline(false)
    const { end, processor, send } = await start({ compression: 'none' })
    end(1, 50_000)
    send()
    await pass(10)
    page.fate = () => ({ there: null, status: 0, after: 500 })
    page.goOnline(true)
    await pass(10)
    page.leave(true)
    page.comeBack()
    await pass(1000)
    page.fate = () => ({})
    await pass(10_000)
    expect([processor.exported, processor.stored, names()]).toEqual([1, 0, ['1']])
  })
})

describe('freeze', () => {
  it('sends what waits; after resume the hidden page still stores what no lane takes', async () => {
    const { end, processor } = await start()
    end(2)
    page.hide()
    page.freeze()
    expect(lanes()).toEqual(['keepalive'])
    await pass(1)
    expect(names()).toEqual(['1', '2'])
    await pass(3_600_000)
    page.resume()
    await pass(100)
    page.goOnline(false)
    end(1)
    await pass(10)
    expect(processor.stored).toBe(1)
    page.leave(false)
    await nextPage()
    expect(names()).toEqual(['1', '2', '3'])
  })
})

it('a clock that is set back an hour while spans wait keeps nothing back', async () => {
  const { end, processor } = await start()
  end(3)
  vi.setSystemTime(Date.now() - 3_600_000)
  await pass(6000)
  expect(processor.exported).toBe(3)
})

it('a sleep of eight hours with a request under way and a body stored loses nothing, and counts no time-out', async () => {
  page.fate = () => DOWN
  const { end, send, drops, account } = await start()
  end(1)
  send()
  await pass(100)
  page.fate = () => ({ there: null, after: null }) // the machine falls asleep before it comes through
  await pass(1000)
  end(1)
  send()
  await pass(10)
  vi.setSystemTime(Date.now() + 8 * 3_600_000)
  page.fate = () => ({})
  await pass(30_000)
  expect([drops, account()]).toEqual([[], allArrived(2)])
})

it('a clock that is set forward a day while a body is stored makes it too old: the next body tells that', async () => {
  page.fate = () => ({ status: 503, headers: { 'retry-after': '5' } })
  const { end, send, processor, drops } = await start()
  end(3)
  send()
  await pass(100)
  expect(processor.stored).toBe(3)
  page.fate = () => ({})
  vi.setSystemTime(Date.now() + 24 * 3_600_000)
  await pass(6000)
  expect([processor.stored, drops, page.collector.bodies]).toEqual([0, ['3 outbox_expired'], []])
  end(1)
  send()
  await pass(100)
  expect(page.collector.bodies.map(({ names, dropped }) => [names, dropped])).toEqual([[['4'], { outbox_expired: 3 }]])
})
