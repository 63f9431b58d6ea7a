// @vitest-environment node
import { describe, expect, it } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import type { BatchOptions } from '../../src/process/batch'
import { allArrived, DOWN, fates, pass, startOn } from '../export/exporterOnPage'
import { FakePage, onFreshPages } from '../export/fakePage'

let page: FakePage
let reports: readonly string[]
onFreshPages((fresh, told) => {
  page = fresh
  reports = told
})

/** Batches leave after 10 ms. */
const start = (options: OTLPExporterOptions = {}, batch: Partial<BatchOptions> = {}) =>
  startOn(page, options, { scheduledDelay: 10, ...batch })

describe('413', () => {
  it('halves until it fits, and later bodies are no larger', async () => {
    page.fate = ({ bytes }) => (bytes.length > 2000 ? { status: 413 } : {})
    const { end, account } = await start({ compression: 'none' })
    end(40, 300)
    await pass(200)
    const before = page.asked.length
    end(40, 300)
    await pass(200)
    expect(account()).toEqual(allArrived(80))
    for (const { bytes } of page.asked.slice(before)) expect(bytes.length).toBeLessThanOrEqual(2000)
    const sequences = page.collector.bodies.map(({ sequence, ids }) => [sequence, ids.length])
    expect(sequences.sort((a, b) => a[0]! - b[0]!).reduce((next, [at, n]) => (at === next ? next + n! : NaN), 0)).toBe(
      80,
    )
  })

  it('one span that is too large by itself is dropped; its neighbours arrive', async () => {
    page.fate = ({ bytes }) => (bytes.length > 2000 ? { status: 413 } : {})
    const { end, account } = await start({ compression: 'none' })
    end(3)
    end(1, 5000)
    end(3)
    await pass(200)
    expect(account()).toEqual({ arrived: 6, stored: 0, waiting: 0, dropped: '1 export_failed' })
  })
})

describe('a collector that is busy or gone', () => {
  it.each([429, 502, 503, 504, 0])('%i: stored, then sent when the pace allows', async (status) => {
    page.fate = fates({ there: null, status, after: 50 }, {})
    const { end, account, processor } = await start({ compression: 'none' })
    end(3)
    await pass(100)
    expect(account()).toEqual({ arrived: 0, stored: 3, waiting: 0, dropped: '' })
    expect(processor.exported).toBe(0)
    await pass(1100)
    expect(account()).toEqual(allArrived(3))
    expect(processor.exported).toBe(3)
    expect(reports).toHaveLength(1)
  })

  it('Retry-After is waited for, by what was stored and by what ends later', async () => {
    page.fate = fates({ there: null, status: 503, after: 5, headers: { 'retry-after': '30' } }, {})
    const { end, account } = await start()
    end(1)
    await pass(1000)
    end(1)
    await pass(28_000)
    expect([page.asked.length, account()]).toEqual([1, { arrived: 0, stored: 2, waiting: 0, dropped: '' }])
    await pass(2000)
    expect(account()).toEqual(allArrived(2))
  })

  it('that refuses for good gets each span once', async () => {
    page.fate = () => ({ status: 400 })
    const { end, account } = await start({ compression: 'none' })
    end(3)
    await pass(600_000)
    expect([page.asked.length, account()]).toEqual([
      1,
      { arrived: 0, stored: 0, waiting: 0, dropped: '3 export_failed' },
    ])
  })

  it('20 batches while it is down make few requests, and all arrive when it is back', async () => {
    page.fate = () => ({ ...DOWN, after: 50 })
    const { end, account } = await start({ compression: 'none' })
    for (let i = 0; i < 20; i++) {
      end(5)
      await pass(1000)
    }
    expect(page.asked.length).toBeLessThanOrEqual(7)
    expect(account()).toEqual({ arrived: 0, stored: 100, waiting: 0, dropped: '' })
    page.fate = () => ({})
    await pass(61_000)
    expect(account()).toEqual(allArrived(100))
  })

  it('what was stored and is then refused counts as dropped', async () => {
    page.fate = fates({ there: null, status: 503, after: 5 }, { status: 400 })
    const { end, account } = await start()
    end(3)
    await pass(2000)
    expect(account()).toEqual({ arrived: 0, stored: 0, waiting: 0, dropped: '3 export_failed' })
  })

  it('what was stored and is refused in part counts by parts', async () => {
    const body = JSON.stringify({ partialSuccess: { rejectedSpans: '2' } })
    page.fate = fates({ there: null, status: 503, after: 5 }, { rejected: 2, body })
    const { end, account, processor } = await start()
    end(3)
    await pass(2000)
    expect(account()).toEqual({ arrived: 1, stored: 0, waiting: 0, dropped: '2 rejected' })
    expect(processor.exported).toBe(1)
  })

  it('what was stored as protobuf arrives as JSON where only that is taken, and so does what ends later', async () => {
    page.fate = fates({ there: null, status: 503, after: 5 }, ({ headers }) =>
      headers['content-type'] === 'application/json' ? {} : { status: 415 },
    )
    const { end, account, processor } = await start({ compression: 'none' })
    end(3)
    await pass(2000)
    expect([account(), processor.exported]).toEqual([allArrived(3), 3])
    end(1)
    await pass(100)
    expect(account()).toEqual(allArrived(4))
    const types = page.asked.map(({ headers }) => headers['content-type']?.split('-').pop())
    expect(types).toEqual(['protobuf', 'protobuf', 'application/json', 'application/json'])
    expect(reports).toHaveLength(1)
  })

  it.each(['protobuf', 'json'] as const)('what was stored as %s and is too large is halved', async (encoding) => {
    page.fate = fates({ there: null, status: 503, after: 5 }, ({ bytes }) =>
      bytes.length > 2000 ? { status: 413 } : {},
    )
    const { end, account } = await start({ compression: 'none', encoding })
    end(9, 300)
    await pass(5000)
    expect(account()).toEqual(allArrived(9))
    expect(page.collector.bodies.map(({ ids }) => ids.length).sort()).not.toContain(9)
  })

  it('a stored span that is too large by itself is dropped', async () => {
    page.fate = fates({ there: null, status: 503, after: 5 }, { status: 413 })
    const { end, account } = await start({ compression: 'none' })
    end(1, 1000)
    await pass(5000)
    expect(account()).toEqual({ arrived: 0, stored: 0, waiting: 0, dropped: '1 export_failed' })
  })

  it('the next page of the site sends what this one could not, with the ids and numbers that it had', async () => {
    page.fate = () => ({ ...DOWN, after: 50 })
    const { end } = await start()
    await pass(3000)
    end(3)
    await pass(100)
    page.leave(false)
    await page.die()
    const next = new FakePage(page.collector, page.site)
    page = next
    await start()
    await pass(5000)
    expect(page.collector.bodies.map(({ names, sequence }) => [names, sequence])).toEqual([[['1', '2', '3'], 0]])
  })
})

describe('offline', () => {
  it('nothing is asked, everything is kept, and `online` sends it', async () => {
    page.goOnline(false)
    const { end, account } = await start()
    end(3)
    await pass(60_000)
    expect([page.asked, account()]).toEqual([[], { arrived: 0, stored: 3, waiting: 0, dropped: '' }])
    page.goOnline(true)
    await pass(50)
    expect(account()).toEqual(allArrived(3))
  })

  it('a hide stores, and the return to the page and the network sends', async () => {
    const { end, account } = await start()
    await pass(3000)
    page.goOnline(false)
    end(3)
    page.hide()
    end(1)
    await pass(50)
    expect([page.asked, account()]).toEqual([[], { arrived: 0, stored: 4, waiting: 0, dropped: '' }])
    page.show()
    page.goOnline(true)
    await pass(100)
    expect(account()).toEqual(allArrived(4))
  })
})
