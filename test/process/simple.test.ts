import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SpanExporter } from '../../src/process/processor'
import { SimpleSpanProcessor } from '../../src/process/simple'
import { plainSpan } from '../export/plainSpan'
import { catchReports } from '../support/reports'
import { HeldExporter } from './heldExporter'
import { hidePage, showPage } from './pageState'

vi.hoisted(() => vi.useFakeTimers()) // before the sources take the timers that they keep

let reports: readonly string[]
let exporter: HeldExporter
let processor: SimpleSpanProcessor
let drops: [count: number, reason: string][]
beforeEach(() => {
  vi.clearAllTimers()
  reports = catchReports()
  exporter = new HeldExporter()
  processorOf(exporter)
})
afterEach(() => {
  showPage()
  vi.restoreAllMocks()
})

function processorOf(to: SpanExporter): void {
  drops = []
  processor = new SimpleSpanProcessor(to)
  processor.reportDrops((count, reason) => drops.push([count, reason]))
}
const end = (...names: string[]) => {
  for (const name of names) processor.onEnd(plainSpan({ name }))
}
const settle = () => vi.advanceTimersByTimeAsync(0)

it('exports each span by itself, one after the other, in order', async () => {
  end('a', 'b', 'c')
  await settle()
  expect(exporter.batches).toEqual([['a']])
  expect(processor.queued).toBe(3)
  await exporter.answer()
  expect(exporter.batches).toEqual([['a'], ['b']])
  await exporter.answer()
  await exporter.answer()
  expect(exporter.batches).toEqual([['a'], ['b'], ['c']])
  expect([processor.queued, processor.exported]).toEqual([0, 3])
})

it('hands a span over as it ends, on the same stack, when no export is under way', () => {
  end('a')
  expect(exporter.batches).toEqual([['a']])
})

it('does not send unsampled spans', async () => {
  processor.onEnd(plainSpan({ traceFlags: 2 }))
  await settle()
  expect(exporter.batches).toEqual([])
})

describe('failures', () => {
  it.each<[what: string, exportIt: () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['answers nothing', () => undefined],
    ['fails', () => Promise.resolve({ code: 'failed', error: new Error('503'), retryable: true })],
  ])('an exporter that %s: counted, told once, and the next span goes', async (_what, exportIt) => {
    const seen: string[] = []
    processorOf({
      export: ([span]) => {
        seen.push(span!.name)
        return exportIt() as never
      },
      shutdown: async () => {},
    })
    expect(() => end('a', 'b')).not.toThrow()
    await settle()
    expect(seen).toEqual(['a', 'b'])
    expect(drops).toEqual([
      [1, 'export_failed'],
      [1, 'export_failed'],
    ])
    expect(reports).toHaveLength(1)
    expect(processor.queued).toBe(0)
  })

  it('a span that the collector refused is counted as refused', async () => {
    end('a')
    await settle()
    await exporter.answer({ code: 'success', rejected: 1 })
    expect(drops).toEqual([[1, 'rejected']])
    expect(processor.exported).toBe(0)
  })

  it('an exporter that never answers does not keep later spans back for ever', async () => {
    end('a', 'b')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(exporter.batches).toEqual([['a'], ['b']])
  })
})

it('a hide sends what waits behind an answer', async () => {
  end('a', 'b', 'c')
  await settle()
  hidePage()
  expect(exporter.batches).toEqual([['a'], ['b'], ['c']])
})

describe('forceFlush', () => {
  it('waits for the last answer', async () => {
    end('a', 'b')
    let done = false
    void processor.forceFlush().then(() => {
      done = true
    })
    await settle()
    await exporter.answer()
    expect(done).toBe(false)
    await exporter.answer()
    expect(done).toBe(true)
  })

  it('rejects after its time with a sentence that tells time and spans', async () => {
    end('a', 'b')
    const flushed = expect(processor.forceFlush(50)).rejects.toThrow(/forceFlush\(\).* 50 ms.*2 spans/)
    await vi.advanceTimersByTimeAsync(50)
    await flushed
  })
})

describe('shutdown', () => {
  it('waits for what is under way, stops the exporter once, and counts what ends later', async () => {
    end('a')
    await settle()
    const down = Promise.all([processor.shutdown(), processor.shutdown()])
    await settle()
    expect(exporter.shutdowns).toBe(0)
    await exporter.answer()
    await down
    expect(exporter.shutdowns).toBe(1)
    end('late')
    await settle()
    expect(drops).toEqual([[1, 'shutdown']])
    expect(exporter.batches).toEqual([['a']])
  })

  it("includes the exporter's forceFlush", async () => {
    const flush = vi.fn(async () => {})
    processorOf({ export: async () => ({ code: 'success' }) as const, forceFlush: flush, shutdown: async () => {} })
    await processor.shutdown()
    expect(flush).toHaveBeenCalled()
  })

  it('ends also when the exporter never answers', async () => {
    end('a')
    let settled = false
    void processor.shutdown().then(() => {
      settled = true
    })
    await vi.advanceTimersByTimeAsync(120_000)
    expect(settled).toBe(true)
  })
})
