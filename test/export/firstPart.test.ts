// @vitest-environment node
import { describe, expect, it, vi } from 'vitest'
import type { BatchOptions } from '../../src/process/batch'
import { HeldExporter } from '../process/heldExporter'
import { createRandom, type Random } from '../support/random'
import { pass, startOn } from './exporterOnPage'
import { FakeCollector, type Incoming, readBodies } from './fakeCollector'
import { FakePage, newWholeSite } from './fakePage'
import { plainSpans } from './plainSpan'
import {
  begin,
  calmDown,
  doubled,
  ENDPOINTS,
  live,
  lostOf,
  misnumbered,
  playInFakeTime,
  seeds,
  sum,
} from './randomPage'

// What an exporter does before its second part has come. With it from the start, all the other tests.

playInFakeTime()

const after = (ms: number) => () => new Promise((resolve) => setTimeout(resolve, ms))
const never = () => new Promise<never>(() => {})
const late = (random: Random) => after(random.pick([0, 1, 5, 300, 2000, 20_000]))

describe('random plays', () => {
  it.each(seeds)(
    'what ended on a page whose second part comes late arrived, or is counted as dropped, and once (seed %i)',
    async (seed) => {
      const random = createRandom(seed)
      const run = await begin(random, new FakeCollector(), newWholeSite(), random.pick(ENDPOINTS), {}, late(random))
      await live(run, 60)
      const { page, processor, dropped, ended, log } = run
      await calmDown(page)
      const lost = lostOf(run)
      const told = { queued: processor.queued, stored: processor.stored, doubled: doubled(page.collector) }
      expect(told, log.join()).toEqual({ queued: 0, stored: 0, doubled: [] })
      expect(processor.exported + sum(dropped), log.join()).toBe(ended.size)
      expect(sum(dropped)).toBeGreaterThanOrEqual(lost.length)
      expect(sum(dropped) - lost.length).toBeLessThanOrEqual(page.collector.unheard.size)
      expect(misnumbered(page.collector)).toEqual([])
      await processor.shutdown()
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  it.each(seeds)(
    'what ended on a page that never had it arrived with it or with the next one (seed %i)',
    async (seed) => {
      const random = createRandom(seed)
      const collector = new FakeCollector()
      const site = newWholeSite()
      const endpoint = random.pick(ENDPOINTS)
      const run = await begin(random, collector, site, endpoint, {}, never)
      await live(run, 20, 'good')
      const { page, dropped } = run
      page.leave(false)
      await page.die()
      const next = await begin(random, collector, site, endpoint)
      await calmDown(next.page)
      expect({ doubled: doubled(collector), misnumbered: misnumbered(collector) }).toEqual({
        doubled: [],
        misnumbered: [],
      })
      if (process.env.SHOW)
        console.log(
          run.log.join(),
          lostOf(run)
            .map((id) => [
              id,
              page.asked
                .filter((one) => readBodies(one).some(({ ids }) => ids.includes(id)))
                .map(({ lane, bytes }) => lane + bytes.length),
            ])
            .join(' | '),
          Object.keys(site.local!).length,
          dropped,
        )
      expect(lostOf(run).length, run.log.join()).toBeLessThanOrEqual(sum(dropped))
    },
  )
})

describe('a page that is left before it has come', () => {
  const leave = async (page: FakePage) => {
    page.leave(false)
    await page.die()
  }
  const types = ({ asked }: FakePage) => asked.map(({ lane, headers }) => `${lane} ${headers['content-type']}`)

  it('sends what waits by beacon, as JSON', async () => {
    const page = new FakePage(new FakeCollector(), newWholeSite())
    const { end } = await startOn(page, {}, {}, never)
    end(3)
    await leave(page)
    expect(types(page)).toEqual(['beacon application/json'])
    expect(page.asked.flatMap(readBodies).map(({ sequence, names }) => [sequence, names])).toEqual([
      [0, ['1', '2', '3']],
    ])
  })

  it('keeps what passes the budget of the browser for the next page', async () => {
    const page = new FakePage(new FakeCollector(), newWholeSite())
    const { end } = await startOn(page, {}, { maxQueueBytes: 1e9 }, never)
    end(200, 1000)
    await leave(page)
    expect(page.collector.times.size).toBeLessThan(100)
    const next = new FakePage(page.collector, page.site)
    const { end: endThere } = await startOn(next)
    endThere(0)
    await pass(60_000)
    expect(page.collector.times.size).toBe(200)
    expect(misnumbered(page.collector)).toEqual([])
  })

  it('keeps what waits while nobody knows the headers', async () => {
    const page = new FakePage(new FakeCollector(), newWholeSite())
    const { end } = await startOn(page, { headers: () => new Promise(() => {}) }, {}, never)
    end(3)
    await leave(page)
    expect(page.asked).toEqual([])
    await startOn(new FakePage(page.collector, page.site), { headers: { token: 'now' } })
    await pass(60_000)
    expect(page.collector.times.size).toBe(3)
  })

  it('keeps nothing where that is not allowed', async () => {
    const page = new FakePage(new FakeCollector(), newWholeSite())
    const { end } = await startOn(page, { outbox: false, headers: () => new Promise(() => {}) }, {}, never)
    end(3)
    await leave(page)
    expect(Object.keys(page.site.local!)).toEqual([])
  })

  it('has what waits with the browser before a crash', async () => {
    const page = new FakePage(new FakeCollector(), newWholeSite())
    const { end } = await startOn(page, {}, {}, never, true)
    end(5)
    await pass(100)
    await page.die()
    expect(page.collector.times.size).toBe(5)
  })
})

describe('a page that only hides before it has come', () => {
  it('hears a collector that is busy, keeps the spans and sends them later', async () => {
    const page = new FakePage(new FakeCollector(), newWholeSite())
    page.fate = () => ({ there: 1, after: 20, status: 503 })
    const { end, processor, account } = await startOn(page, {}, {}, after(50))
    end(3)
    page.hide()
    expect(page.asked.map(({ lane }) => lane)).toEqual(['keepalive'])
    await pass(200)
    expect([processor.stored, processor.queued]).toEqual([3, 0])
    page.fate = () => ({})
    await pass(120_000)
    expect(account()).toEqual({ arrived: 3, stored: 0, waiting: 0, dropped: '' })
  })
})

describe('a collector that takes protobuf only', () => {
  const JSON_TYPE = 'application/json'
  const isRefused = ({ headers }: Incoming) => headers['content-type'] === JSON_TYPE
  const pageOf = (site = newWholeSite(), collector = new FakeCollector()) => {
    const page = new FakePage(collector, site)
    page.fate = (incoming) => (isRefused(incoming) ? { there: 1, after: 3, status: 415 } : {})
    return page
  }
  const told = (pages: readonly FakePage[]) => pages.flatMap(({ asked }) => asked.filter(isRefused)).length

  it.each<[what: string, leave: (page: FakePage) => void]>([
    ['left', (page) => page.leave(false)],
    ['hidden', (page) => page.hide()],
    ['put aside', (page) => page.leave(true)],
  ])('a page that is %s stores, and every span arrives as protobuf, once', async (_, leave) => {
    const options = { acceptsJson: false }
    const page = pageOf()
    const { end } = await startOn(page, options, {}, never)
    end(600)
    await pass(300)
    leave(page)
    await page.die()
    const next = pageOf(page.site, page.collector)
    await startOn(next, options)
    await pass(120_000)
    expect({ json: told([page, next]), spans: page.collector.times.size }).toEqual({ json: 0, spans: 600 })
    expect([doubled(page.collector), misnumbered(page.collector)]).toEqual([[], []])
  })

  it('gets as protobuf what an earlier version of the page had stored as JSON, compressed or not', async () => {
    const page = pageOf()
    const { end } = await startOn(page, { headers: () => new Promise(() => {}) }, {}, never)
    end(600)
    page.leave(false)
    await page.die()
    const next = pageOf(page.site, page.collector)
    await startOn(next, { acceptsJson: false, compression: 'gzip' })
    await pass(120_000)
    expect({ json: told([page, next]), spans: page.collector.times.size }).toEqual({ json: 0, spans: 600 })
  })

  it('refuses what a hidden page may not store, and then gets it as protobuf', async () => {
    const page = pageOf()
    const { end, account } = await startOn(page, { acceptsJson: false, outbox: false }, {}, after(50))
    end(3)
    page.hide()
    await pass(10_000)
    expect(told([page])).toBe(1)
    expect(account()).toEqual({ arrived: 3, stored: 0, waiting: 0, dropped: '' })
  })

  it('that refuses protobuf as well is told once, and nothing is sent as JSON', async () => {
    const page = pageOf()
    page.fate = () => ({ there: 1, after: 3, status: 415 })
    const { end, account } = await startOn(page, { acceptsJson: false })
    end(3)
    await pass(60_000)
    expect([told([page]), page.asked.length]).toEqual([0, 1])
    expect(account()).toEqual({ arrived: 0, stored: 0, waiting: 0, dropped: '3 export_failed' })
  })
})

it.each([
  ['few', 3, 10, false],
  ['as many as one export may have', 512, 10, true],
  ['as much as one export may have', 80, 1000, true],
])(
  '%s waiting: the second part waits for an idle moment, or is asked for at once',
  async (_, count, units, isAtOnce) => {
    const page = new FakePage(new FakeCollector(), newWholeSite())
    const secondPart = vi.fn(never)
    const { end } = await startOn(page, {}, {}, secondPart)
    end(count, units)
    await pass(0)
    expect(secondPart).toHaveBeenCalledTimes(isAtOnce ? 1 : 0)
    await pass(5000)
    expect(secondPart).toHaveBeenCalledTimes(1)
  },
)

describe('another exporter', () => {
  const pageWith = async (options: Partial<BatchOptions>, secondPart: () => Promise<unknown> = never) => {
    const page = new FakePage(new FakeCollector(), newWholeSite())
    const { BatchSpanProcessor } = await page.load({ secondPart })
    const exporter = new HeldExporter()
    const processor = new BatchSpanProcessor(exporter, options)
    const end = (count: number) => {
      for (const span of plainSpans(count)) processor.onEnd(span)
    }
    return { page, exporter, processor, end }
  }

  it('gets what ends on a page that was put aside before it was asked for, and has come back', async () => {
    const { page, exporter, end } = await pageWith({}, after(10))
    end(1)
    page.leave(true)
    await pass(5000)
    page.comeBack()
    end(2)
    await pass(6100)
    expect(exporter.batches).toEqual([['0'], ['0', '1']])
  })

  it('gets at an exit what waits where it never comes, in batches of the size that was asked for', async () => {
    const { page, exporter, end } = await pageWith({ maxExportBatchSize: 2 })
    end(5)
    await pass(60_000)
    expect(exporter.batches).toEqual([])
    page.hide()
    expect(exporter.batches).toEqual([['0', '1'], ['2', '3'], ['4']])
  })

  it('gets each span by itself as it ends, one after the other, where it never comes and nothing is to wait', async () => {
    const { exporter, processor, end } = await pageWith({ maxExportBatchSize: 1, scheduledDelay: 0 })
    end(3)
    expect(exporter.batches).toEqual([['0']])
    await exporter.answer()
    expect(exporter.batches).toEqual([['0'], ['1']])
    await exporter.answer()
    await exporter.answer()
    expect([exporter.batches, processor.exported, processor.queued]).toEqual([[['0'], ['1'], ['2']], 3, 0])
  })
})

it('what waits for it leaves when it would have without', async () => {
  const page = new FakePage(new FakeCollector(), newWholeSite())
  const { end } = await startOn(page, {}, { scheduledDelay: 3000 }, after(500))
  end(1)
  await pass(2950)
  end(1)
  expect(page.asked).toEqual([])
  await pass(100)
  expect(page.asked.flatMap(readBodies).map(({ names }) => names)).toEqual([['1', '2']])
})

it('after a logout nothing is sent of what waited for it, and each span is counted once', async () => {
  const page = new FakePage(new FakeCollector(), newWholeSite())
  const { end, processor, exporter, drops } = await startOn(page, {}, {}, after(5000))
  void exporter.export([])
  end(3)
  await pass(200)
  const cleared = processor.clearOutbox()
  expect(drops).toEqual(['3 outbox_cleared'])
  await pass(6000)
  await cleared
  await pass(60_000)
  expect([page.collector.times.size, processor.queued, processor.stored, drops]).toEqual([
    0,
    0,
    0,
    ['3 outbox_cleared'],
  ])
})
