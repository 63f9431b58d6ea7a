// @vitest-environment node
import { describe, expect, it, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/trace/limits'
import type { RecordingSpan } from '../../src/trace/recordingSpan'
import { alwaysOn } from '../../src/trace/sampler'
import { type FakePage, onFreshPages } from '../export/fakePage'
import { plainSpan, plainSpans, RESOURCE, SCOPE } from '../export/plainSpan'

let page: FakePage
onFreshPages((fresh) => {
  page = fresh
})

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** A processor with all its defaults, and spans as applications make them. */
async function start() {
  const { OTLPExporter, BatchSpanProcessor, SpanMaker } = await page.load()
  const processor = new BatchSpanProcessor(new OTLPExporter({ compression: 'none' }))
  const host = {
    detachAfter: Infinity,
    loose: null,
    early: null,
    page: null,
    resource: RESOURCE,
    limits: DEFAULT_LIMITS,
    sampler: alwaysOn(),
    spanKey: Symbol('test'),
    shared: () => null,
    started() {},
    ended: (span: RecordingSpan) => processor.onEnd(span),
  }
  const maker = new SpanMaker(host, SCOPE)
  const attributes = {
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'server.address': 'shop.test',
    'url.full': 'https://shop.test/products/4711',
    'user.plan': 'pro',
  }
  const end = (more: object = {}) =>
    maker.startSpan('GET /products', { parent: null, attributes: { ...attributes, ...more } }).end()
  return { processor, end }
}

it('of 512 ordinary spans all that waits at a hide leaves by lanes that outlive the page', async () => {
  const { processor, end } = await start()
  for (let i = 0; i < 512; i++) {
    end()
    if (i % 16 === 0) await pass(10) // answers come in between
  }
  const before = page.asked.length
  expect(before).toBeGreaterThan(1) // bytes started exports long before 512 did
  const waiting = processor.queued
  expect(waiting).toBeGreaterThan(0)
  page.leave(false)
  const atExit = page.collector.bodies.slice(before)
  expect(atExit.reduce((sum, { ids }) => sum + ids.length, 0)).toBe(waiting)
  expect(atExit.every(({ lane }) => lane === 'beacon' || lane === 'keepalive')).toBe(true)
  expect([page.collector.times.size, processor.stored]).toEqual([512, 0])
})

it('no body is larger than the exit budget, whatever the spans hold; one that is by itself goes alone', async () => {
  const { processor, end } = await start()
  for (const units of [10, 30_000, 30_000, 100_000, 10, 20_000, 20_000, 20_000]) end({ text: 'x'.repeat(units) })
  await pass(10_000)
  expect(processor.exported).toBe(8)
  const large = page.collector.bodies.filter(({ bytes }) => bytes.length > 60 * 1024)
  expect(large.map(({ ids }) => ids.length)).toEqual([1])
})

describe('behind an answer', () => {
  /** Batches of two spans; an export may have four. What has begun to leave, by the names of its spans. */
  async function startWith(answerAfterMs: number) {
    page.fate = () => ({ after: answerAfterMs })
    const { OTLPExporter, BatchSpanProcessor } = await page.load()
    const exporter = new OTLPExporter({ compression: 'none' })
    const size = exporter.sizeOf(plainSpan())
    const limits = { maxExportBatchSize: 4, maxExportBatchBytes: 2 * size, scheduledDelay: 60_000 }
    const processor = new BatchSpanProcessor(exporter, limits)
    for (const span of plainSpans(9)) processor.onEnd(span)
    return page.asked
  }

  it('that is slow as much leaves as one export may have, in several bodies at once, in order', async () => {
    const asked = await startWith(400)
    expect(asked).toHaveLength(1)
    await pass(401)
    expect(asked).toHaveLength(3)
    await pass(5000)
    expect(page.collector.bodies.map(({ sequence, ids }) => [sequence, ids.length])).toEqual([
      [0, 2],
      [2, 2],
      [4, 2],
      [6, 2],
    ])
  })

  it('that is quick one batch leaves after the other', async () => {
    const asked = await startWith(100)
    await pass(101)
    expect(asked).toHaveLength(2)
    await pass(100)
    expect(asked).toHaveLength(3)
  })
})

it('a span that is large does not keep small ones back', async () => {
  const { processor, end } = await start()
  page.fate = ({ bytes }) => ({ after: bytes.length > 60_000 ? 100_000 : 2 })
  end()
  end({ text: 'x'.repeat(100_000) })
  end()
  await pass(20_000)
  expect(processor.exported + processor.stored).toBeGreaterThanOrEqual(2)
  page.fate = () => ({})
  await pass(120_000)
  expect([processor.exported, page.collector.times.size]).toEqual([3, 3])
})
