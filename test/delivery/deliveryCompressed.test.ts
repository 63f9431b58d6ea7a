// @vitest-environment node
import { describe, expect, it } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import type { BatchOptions } from '../../src/process/batch'
import { allArrived, DOWN, pass, startOn } from '../export/exporterOnPage'
import { type FakePage, onFreshPages } from '../export/fakePage'

let page: FakePage
let reports: readonly string[]
onFreshPages((fresh, told) => {
  page = fresh
  reports = told
})

const ELSEWHERE = 'https://collector.test/v1/traces'

/** Batches leave after 10 ms. */
const start = (options: OTLPExporterOptions = {}, batch: Partial<BatchOptions> = {}) =>
  startOn(page, options, { scheduledDelay: 10, ...batch })

describe('compression', () => {
  it('bodies of 1 KiB go as gzip to the own origin, smaller ones as they are', async () => {
    const { end, account } = await start()
    end(1, 200)
    await pass(50)
    end(10, 200)
    await pass(50)
    expect(page.asked.map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'gzip'])
    expect(account()).toEqual(allArrived(11))
  })

  it.each<[OTLPExporterOptions, string | undefined]>([
    [{ endpoint: ELSEWHERE }, undefined],
    [{ endpoint: ELSEWHERE, compression: 'gzip' }, 'gzip'],
    [{ compression: 'none' }, undefined],
    [{ beacon: 'always' }, undefined],
  ])('%j: content-encoding %s', async (options, encoding) => {
    const { end, account } = await start(options)
    end(10, 200)
    await pass(50)
    expect(page.asked.map(({ headers }) => headers['content-encoding'])).toEqual([encoding])
    expect(account()).toEqual(allArrived(10))
  })

  it.each([415, 400, 403])('a collector that says %i to gzip gets the body raw, and all later ones', async (status) => {
    page.fate = ({ headers }) => (headers['content-encoding'] ? { status } : {})
    const { end, account } = await start()
    end(10, 200)
    await pass(50)
    end(10, 200)
    await pass(50)
    expect(page.asked.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined, undefined])
    expect(account()).toEqual(allArrived(20))
  })

  it('a network failure with gzip is tried once raw: its header may not be allowed', async () => {
    page.fate = ({ headers }) => (headers['content-encoding'] ? { ...DOWN, after: 50 } : {})
    const { end, account } = await start({ endpoint: ELSEWHERE, compression: 'gzip' })
    end(10, 200)
    await pass(200)
    end(10, 200)
    await pass(200)
    expect(page.asked.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined, undefined])
    expect(account()).toEqual(allArrived(20))
  })

  it('a network that failed both ways says nothing about gzip: it is used again when the network is back', async () => {
    page.fate = () => ({ ...DOWN, after: 50 })
    const { end, account } = await start()
    end(10, 200)
    await pass(200)
    expect(account()).toEqual({ arrived: 0, stored: 10, waiting: 0, dropped: '' })
    page.fate = () => ({})
    await pass(2000)
    end(10, 200)
    await pass(50)
    expect(page.asked.at(-1)!.headers['content-encoding']).toBe('gzip')
    expect(account()).toEqual(allArrived(20))
  })

  it('415, then raw 415: JSON, and nothing is lost', async () => {
    page.fate = ({ headers }) => (headers['content-type'] === 'application/json' ? {} : { status: 415 })
    const { end, account } = await start()
    end(10, 200)
    await pass(50)
    end(1)
    await pass(50)
    const types = page.asked.map(({ headers }) => `${headers['content-type']} ${headers['content-encoding'] ?? 'raw'}`)
    expect(types).toEqual([
      'application/x-protobuf gzip',
      'application/x-protobuf raw',
      'application/json raw',
      'application/json raw',
    ])
    expect(account()).toEqual(allArrived(11))
  })

  it('a collector that once took gzip and now takes raw JSON only gets that', async () => {
    const { end, account } = await start()
    end(20)
    await pass(50)
    page.fate = ({ headers }) =>
      headers['content-encoding'] || headers['content-type'] !== 'application/json' ? { status: 415 } : {}
    end(20)
    await pass(50)
    expect(account()).toEqual(allArrived(40))
  })

  it('JSON that is not taken either is dropped, and told', async () => {
    page.fate = () => ({ status: 415 })
    const { end, account } = await start({ compression: 'none' })
    end(3)
    await pass(50)
    expect(account()).toEqual({ arrived: 0, stored: 0, waiting: 0, dropped: '3 export_failed' })
    expect(page.asked).toHaveLength(2)
    expect(reports).toHaveLength(1)
  })
})
