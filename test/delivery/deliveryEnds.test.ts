// @vitest-environment node
import { describe, expect, it, vi } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import type { BatchOptions } from '../../src/process/batch'
import { allArrived, DOWN, fates, pass, startOn } from '../export/exporterOnPage'
import { type FakePage, onFreshPages } from '../export/fakePage'
import { plainSpan, plainSpans } from '../export/plainSpan'

let page: FakePage
onFreshPages((fresh) => {
  page = fresh
})

const lanes = () => page.asked.map(({ lane }) => lane)

/** Batches leave after 10 ms. */
const start = (options: OTLPExporterOptions = {}, batch: Partial<BatchOptions> = {}) =>
  startOn(page, options, { scheduledDelay: 10, ...batch })

describe('the drops that the collector hears of', () => {
  it('stand in the next body by reason', async () => {
    const { end, drops } = await start({}, { maxQueueSize: 4, maxExportBatchSize: 4, scheduledDelay: 1000 })
    page.fate = () => ({ after: 500 })
    end(12)
    await pass(5000)
    end(1)
    await pass(5000)
    expect(drops.length).toBeGreaterThan(0)
    expect(page.collector.bodies.at(-1)!.dropped).toEqual({ queue_full: drops.length })
  })

  it('hold what the outbox had no room for', async () => {
    const { end, drops, processor } = await start({ compression: 'none', outbox: { maxBytes: 4000 } })
    page.fate = () => ({ status: 503, headers: { 'retry-after': '60' } })
    for (let i = 0; i < 4; i++) {
      end(2, 600)
      await pass(100)
    }
    expect([processor.stored, drops]).toEqual([4, ['2 outbox_full', '2 outbox_full']])
    page.fate = () => ({})
    await pass(60_000)
    end(1)
    await pass(100)
    expect(page.collector.bodies.map(({ names, dropped }) => [names.join(), dropped])).toEqual([
      ['5,6', {}],
      ['7,8', { outbox_full: 2 }], // stored, it drove out two more
      ['9', { outbox_full: 4 }],
    ])
  })

  it('hold what the exporter had no answer for in time', async () => {
    const { end, drops } = await start({ timeout: 60_000 }, { exportTimeout: 500 })
    page.fate = () => ({ there: null, after: null })
    end(3)
    await pass(1000)
    page.fate = () => ({})
    end(1)
    await pass(100)
    expect([drops, page.collector.bodies.map(({ names, dropped }) => [names, dropped])]).toEqual([
      ['3 timeout'],
      [[['4'], { timeout: 3 }]],
    ])
  })

  it('hold what was more than the bytes of a minute', async () => {
    const { end, drops } = await start({}, { maxBytesPerMinute: 2000 })
    end(10, 500)
    await pass(100)
    expect(drops).toEqual(Array(7).fill('1 rate_limited'))
    await pass(60_000)
    end(1, 500)
    await pass(100)
    expect(page.collector.bodies.map(({ names, dropped }) => [names.join(), dropped])).toEqual([
      ['1,2,3', { rate_limited: 7 }],
      ['11', { rate_limited: 7 }],
    ])
  })

  it('hold what cannot be encoded, also where it was prepared ahead', async () => {
    const { processor, account, end } = await start({}, { maxExportBatchSize: 2 })
    page.fate = () => ({ after: 100 })
    end(2) // under way
    processor.onEnd(Object.defineProperty(plainSpan(), 'attributes', { get: () => Reflect.get({}, 'x').y }))
    end(1)
    processor.onEnd(Object.defineProperty(plainSpan(), 'attributes', { get: () => Reflect.get({}, 'x').y }))
    end(1)
    end(1) // what stands before it was prepared
    await pass(2000)
    expect(account()).toEqual({ arrived: 5, stored: 0, waiting: 0, dropped: '1 rejected,1 rejected' })
    expect(processor.exported).toBe(5)
  })
})

describe('forceFlush and shutdown', () => {
  it('send what is stored, if its time has come', async () => {
    page.fate = fates({ there: null, status: 503, after: 5 }, {})
    const { end, account, processor } = await start()
    end(1)
    await pass(600)
    const flushed = processor.forceFlush()
    await pass(1000)
    await flushed
    await pass(1000)
    expect(account()).toEqual(allArrived(1))
  })

  it('shutdown leaves no timer and no listener, and nothing is sent afterwards', async () => {
    const listeners = (method: 'addEventListener' | 'removeEventListener') => {
      const { mock } = vi.spyOn(EventTarget.prototype, method)
      const isOfPage = (target: unknown) => target === page.window || target === page.document
      return () => mock.calls.filter((_, i) => isOfPage(mock.contexts[i])).length
    }
    const [added, removed] = [listeners('addEventListener'), listeners('removeEventListener')]
    page.fate = () => ({ ...DOWN, after: 50 })
    const { end, processor } = await start()
    await pass(3000)
    end(3)
    await pass(100)
    const stopped = processor.shutdown()
    await pass(60_000)
    await stopped
    expect([vi.getTimerCount(), added() > 0, removed()]).toEqual([0, true, added()])
    const before = page.asked.length
    page.fate = () => ({})
    page.hide()
    page.show()
    page.goOnline(true)
    await pass(600_000)
    expect([page.asked.length, vi.getTimerCount()]).toEqual([before, 0])
  })

  it('shutdown while what was stored is under way begins nothing again', async () => {
    page.fate = () => ({ there: null, status: 503, after: 100 })
    const { end, processor } = await start({ outbox: false })
    end(3)
    await pass(150)
    while (page.asked.length < 2) await pass(10)
    const stopped = processor.shutdown()
    await pass(200) // its answer is there
    await stopped
    expect([page.asked.length, vi.getTimerCount()]).toEqual([2, 0])
  })

  it('end also when the headers never come', async () => {
    const { end, processor, account } = await start({ headers: () => new Promise(() => {}) })
    end(3)
    const stopped = processor.shutdown()
    await pass(60_000)
    await stopped
    expect(account()).toEqual(allArrived(3))
    expect(vi.getTimerCount()).toBe(0)
  })
})

it('the page is asked for no timer of its own by an exporter that has nothing to do', async () => {
  await start()
  await pass(10_000)
  expect(vi.getTimerCount()).toBe(0)
})

it('without a window (a worker) spans leave and nothing throws', async () => {
  const { OTLPExporter, BatchSpanProcessor } = await page.load()
  for (const name of ['window', 'document', 'sessionStorage']) vi.stubGlobal(name, undefined)
  const processor = new BatchSpanProcessor(new OTLPExporter())
  for (const span of plainSpans(3)) processor.onEnd(span)
  const flushed = processor.forceFlush()
  await pass(100)
  await flushed
  expect([processor.exported, lanes()]).toEqual([3, ['keepalive']])
})
