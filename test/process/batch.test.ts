import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { InMemoryExporter } from '../../src/export/inMemory'
import { type BatchOptions, BatchSpanProcessor } from '../../src/process/batch'
import type { ExportResult, SpanExporter } from '../../src/process/processor'
import type { Span } from '../../src/trace/span'
import { plainSpan, plainSpans } from '../export/plainSpan'
import { catchReports } from '../support/reports'
import { HeldExporter } from './heldExporter'
import { hidePage, showPage } from './pageState'

vi.hoisted(() => vi.useFakeTimers()) // before the sources take the timers that they keep

let reports: readonly string[]
let exporter: HeldExporter
let processor: BatchSpanProcessor
let drops: [count: number, reason: string][]
beforeEach(() => {
  vi.clearAllTimers()
  reports = catchReports()
  drops = []
})
afterEach(async () => {
  showPage()
  for (const stop of stops.splice(0)) stop()
  vi.restoreAllMocks()
})

const stops: (() => void)[] = []

function processorOf<T extends SpanExporter>(to: T, options: Partial<BatchOptions> = {}): T {
  processor = new BatchSpanProcessor(to, options)
  processor.reportDrops((count, reason) => drops.push([count, reason]))
  const { stopWatching } = processor as unknown as { stopWatching(): void }
  stops.push(stopWatching) // all tests of this file share one page
  return to
}

const end = (...spans: Span[]) => {
  for (const span of spans) processor.onEnd(span)
}
const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i))

describe('when a batch leaves', () => {
  it('5 s after the first span that waits, by default', async () => {
    exporter = processorOf(new HeldExporter())
    end(plainSpan({ name: 'first' }))
    await vi.advanceTimersByTimeAsync(3000)
    end(plainSpan({ name: 'second' }))
    await vi.advanceTimersByTimeAsync(1999)
    expect(exporter.batches).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(exporter.batches).toEqual([['first', 'second']])
  })

  it('at 512 spans, by default, without waiting', () => {
    exporter = processorOf(new HeldExporter())
    end(...plainSpans(511))
    expect(exporter.batches).toEqual([])
    end(plainSpan({ name: '511' }))
    expect(exporter.batches).toEqual([names(0, 512)])
  })

  it('the delay counts anew after an export', async () => {
    exporter = processorOf(new HeldExporter(), { scheduledDelay: 100, maxExportBatchSize: 2 })
    end(plainSpan())
    await vi.advanceTimersByTimeAsync(60)
    end(plainSpan())
    await exporter.answer()
    end(plainSpan({ name: 'later' }))
    await vi.advanceTimersByTimeAsync(99)
    expect(exporter.batches).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(exporter.batches[1]).toEqual(['later'])
  })

  it('no span waits longer than the delay, the exports before it, and one that was just begun, whatever ends when', async () => {
    const plans = fc.array(fc.tuple(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 1, max: 9 })), {
      maxLength: 30,
    })
    const most = fc.integer({ min: 2, max: 5 })
    await fc.assert(
      fc.asyncProperty(plans, most, fc.integer({ min: 0, max: 120 }), async (plan, maxExportBatchSize, takes) => {
        const dueOf = new Map<string, number>()
        const late: string[] = []
        let left = 0
        processorOf(
          {
            export(spans) {
              left += spans.length
              for (const { name } of spans) if (performance.now() > dueOf.get(name)!) late.push(name)
              return new Promise((resolve) => setTimeout(resolve, takes, { code: 'success' }))
            },
            shutdown: () => Promise.resolve(),
          },
          { scheduledDelay: 100, maxExportBatchSize },
        )
        for (const [pause, count] of plan) {
          await vi.advanceTimersByTimeAsync(pause)
          for (let i = 0; i < count; i++) {
            const name = String(dueOf.size)
            const before = Math.ceil(processor.queued / maxExportBatchSize)
            dueOf.set(name, performance.now() + 1 + Math.max(101, before * (takes + 1)) + takes)
            end(plainSpan({ name }))
          }
        }
        await vi.advanceTimersByTimeAsync(200 * 130)
        expect(left).toBe(dueOf.size)
        expect(late).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('no timer runs while nothing waits', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 1 })
    expect(vi.getTimerCount()).toBe(0)
    end(plainSpan())
    await exporter.answer()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('never two at a time', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 2, scheduledDelay: 10 })
    end(...plainSpans(7))
    await vi.advanceTimersByTimeAsync(1000)
    expect(exporter.batches).toEqual([['0', '1']])
    await exporter.answer()
    await exporter.answer()
    expect(exporter.batches).toEqual([
      ['0', '1'],
      ['2', '3'],
      ['4', '5'],
    ])
    await exporter.answer()
    await vi.advanceTimersByTimeAsync(10)
    expect(exporter.batches.at(-1)).toEqual(['6'])
  })

  it('unsampled spans never', async () => {
    exporter = processorOf(new HeldExporter())
    end(plainSpan({ traceFlags: 0 }), plainSpan({ traceFlags: 2 }))
    await vi.advanceTimersByTimeAsync(5000)
    expect(exporter.batches).toEqual([])
    expect(drops).toEqual([])
    expect(processor.queued).toBe(0)
  })
})

describe('what is dropped is counted', () => {
  it('past 2048 waiting spans, told once', () => {
    exporter = processorOf(new HeldExporter())
    end(...plainSpans(512 + 2048 + 3))
    expect(processor.queued).toBe(2048 + 512)
    expect(drops).toEqual([
      [1, 'queue_full'],
      [1, 'queue_full'],
      [1, 'queue_full'],
    ])
    expect(reports).toHaveLength(1)
  })

  it('past 16 MiB that wait, by the size of their bodies, though a larger one is taken where nothing waits', () => {
    exporter = processorOf(Object.assign(new HeldExporter(), { sizeOf: ({ name }: Span) => Number(name) }), {
      maxExportBatchSize: 1,
    })
    const mib = (count: number) => plainSpan({ name: String(count * 1024 * 1024) })
    end(plainSpan({ name: '1' }), mib(17)) // the first one is under way
    expect(drops).toEqual([])
    end(mib(1))
    expect(drops).toEqual([[1, 'queue_full']])
    expect(reports).toHaveLength(1)
  })

  it('a batch is never larger than the queue', () => {
    exporter = processorOf(new HeldExporter(), { maxQueueSize: 3, maxExportBatchSize: 10 })
    end(...plainSpans(3))
    expect(exporter.batches).toEqual([['0', '1', '2']])
  })

  it('a failed export, with the reason told', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 2 })
    end(...plainSpans(2))
    await exporter.answer({ code: 'failed', error: new Error('503'), retryable: true })
    expect(drops).toEqual([[2, 'export_failed']])
    expect(processor.exported).toBe(0)
    expect(reports).toHaveLength(1)
  })

  it('what the collector refused of an accepted batch', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 3 })
    end(...plainSpans(3))
    await exporter.answer({ code: 'success', rejected: 2 })
    expect(drops).toEqual([[2, 'rejected']])
    expect(processor.exported).toBe(1)
  })

  it('a batch that failed after a part was refused: each span once', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 3 })
    end(...plainSpans(3))
    await exporter.answer({ code: 'failed', error: new Error('x'), retryable: false, rejected: 1 })
    expect(drops.reduce((sum, [count]) => sum + count, 0)).toBe(3)
  })

  it('an export that takes longer than exportTimeout; the next one goes then', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 2, exportTimeout: 200 })
    end(...plainSpans(4))
    await vi.advanceTimersByTimeAsync(199)
    expect(exporter.batches).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(drops).toEqual([[2, 'timeout']])
    expect(exporter.batches).toHaveLength(2)
    await exporter.answer() // late: it was counted already
    expect(processor.exported).toBe(0)
  })

  const wrongExporters: [what: string, exportIt: () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    [
      'throws a string',
      () => {
        throw 'broken'
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['rejects with nothing', () => Promise.reject()],
    ['answers nothing at all', () => undefined],
    ['answers a number', () => Promise.resolve(1)],
  ]
  it.each(wrongExporters)('an exporter that %s costs its batch and nothing else', async (_what, exportIt) => {
    let calls = 0
    const broken = {
      export: () => (++calls === 1 ? exportIt() : Promise.resolve({ code: 'success' })) as Promise<ExportResult>,
      shutdown: async () => {},
    }
    processorOf(broken, { maxExportBatchSize: 2 })
    expect(() => end(...plainSpans(2))).not.toThrow()
    await vi.advanceTimersByTimeAsync(0)
    expect(drops).toEqual([[2, 'export_failed']])
    end(...plainSpans(2))
    await vi.advanceTimersByTimeAsync(0)
    expect(processor.exported).toBe(2)
  })
})

describe('forceFlush', () => {
  it('exports what waits, batch after batch, and resolves after the last answer', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 2, maxQueueSize: 10 })
    end(plainSpan({ name: '0' }))
    let done = false
    const flushed = processor.forceFlush().then(() => {
      done = true
    })
    end(...plainSpans(1, { name: 'after the call' }))
    expect(exporter.batches).toEqual([['0']])
    await exporter.answer()
    expect(done).toBe(true)
    await flushed
  })

  it('waits for the export that is under way', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 2 })
    end(...plainSpans(2))
    let done = false
    void processor.forceFlush().then(() => {
      done = true
    })
    await vi.advanceTimersByTimeAsync(0)
    expect(done).toBe(false)
    await exporter.answer()
    expect(done).toBe(true)
  })

  it('waits for the last of many batches, not only for its start', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 2 })
    end(...plainSpans(6))
    let done = false
    void processor.forceFlush().then(() => {
      done = true
    })
    await exporter.answer()
    await exporter.answer()
    expect(exporter.waiting).toBe(1)
    expect(done).toBe(false)
    await exporter.answer()
    expect(done).toBe(true)
  })

  it('does not wait for spans that end after the call', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 2 })
    end(plainSpan({ name: 'before' }))
    let done = false
    void processor.forceFlush().then(() => {
      done = true
    })
    end(plainSpan({ name: 'after' }))
    await exporter.answer()
    expect(done).toBe(true)
    expect(exporter.batches).toEqual([['before']])
  })

  it('waits for what left at a hide', async () => {
    exporter = processorOf(new HeldExporter())
    end(plainSpan())
    hidePage()
    let done = false
    void processor.forceFlush().then(() => {
      done = true
    })
    await vi.advanceTimersByTimeAsync(0)
    expect(done).toBe(false)
    await exporter.answer()
    expect(done).toBe(true)
  })

  it("calls the exporter's forceFlush when everything was handed over", async () => {
    const order: string[] = []
    processorOf({
      async export() {
        order.push('export')
        return { code: 'success' } as const
      },
      async forceFlush() {
        order.push('flush')
      },
      async shutdown() {},
    })
    end(plainSpan())
    await processor.forceFlush()
    expect(order).toEqual(['export', 'flush'])
  })

  it('resolves at once when there is nothing', async () => {
    processorOf(new InMemoryExporter())
    await processor.forceFlush()
  })

  it('rejects after its time with a sentence that tells time and spans', async () => {
    exporter = processorOf(new HeldExporter())
    end(plainSpan(), plainSpan(), plainSpan())
    const flushed = expect(processor.forceFlush(50)).rejects.toThrow(/forceFlush\(\).* 50 ms.*3 spans/)
    await vi.advanceTimersByTimeAsync(50)
    await flushed
  })

  it('takes exportTimeout when no time is given', async () => {
    exporter = processorOf(new HeldExporter(), { exportTimeout: 70, maxExportBatchSize: 1 })
    end(plainSpan(), plainSpan())
    const flushed = expect(processor.forceFlush()).rejects.toThrow(/70 ms/)
    await vi.advanceTimersByTimeAsync(70)
    await flushed
  })

  it('has all the time there is with Infinity', async () => {
    exporter = processorOf(new HeldExporter())
    end(plainSpan())
    const flushed = processor.forceFlush(Infinity)
    flushed.catch(() => {})
    await vi.advanceTimersByTimeAsync(1000)
    await exporter.answer()
    await expect(flushed).resolves.toBeUndefined()
  })

  it('leaves no timer behind', async () => {
    processorOf(new InMemoryExporter())
    end(plainSpan())
    await processor.forceFlush()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('a time-out does not stop the export: what was under way arrives', async () => {
    exporter = processorOf(new HeldExporter())
    end(plainSpan())
    const flushed = expect(processor.forceFlush(5)).rejects.toThrow()
    await vi.advanceTimersByTimeAsync(5)
    await flushed
    await exporter.answer()
    expect(processor.exported).toBe(1)
    expect(drops).toEqual([])
  })
})

describe('shutdown', () => {
  it('sends what waits, then stops the exporter, once', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 2 })
    end(...plainSpans(3))
    const first = processor.shutdown()
    const second = processor.shutdown()
    await exporter.answer()
    expect(exporter.shutdowns).toBe(0)
    await exporter.answer()
    await Promise.all([first, second])
    expect(exporter.batches).toEqual([['0', '1'], ['2']])
    expect(exporter.shutdowns).toBe(1)
  })

  it('every answer is in before the exporter is stopped', async () => {
    exporter = processorOf(new HeldExporter(), { maxExportBatchSize: 2 })
    end(...plainSpans(6))
    const down = processor.shutdown()
    await exporter.answer()
    await exporter.answer()
    expect([exporter.waiting, exporter.shutdowns]).toEqual([1, 0])
    await exporter.answer()
    await down
    expect(exporter.shutdowns).toBe(1)
  })

  it('counts spans that end afterwards', async () => {
    const kept = processorOf(new InMemoryExporter())
    await processor.shutdown()
    end(plainSpan(), plainSpan())
    expect(drops).toEqual([
      [1, 'shutdown'],
      [1, 'shutdown'],
    ])
    expect(kept.getFinishedSpans()).toEqual([])
  })

  it('leaves no timer behind', async () => {
    processorOf(new InMemoryExporter())
    end(plainSpan())
    await processor.shutdown()
    expect(vi.getTimerCount()).toBe(0)
  })

  it("stops the exporter also when the exporter's forceFlush rejects", async () => {
    const stopped = vi.fn(async () => {})
    processorOf({
      export: async () => ({ code: 'success' }) as const,
      forceFlush: () => Promise.reject(new Error('broken')),
      shutdown: stopped,
    })
    await processor.shutdown().catch(() => {})
    expect(stopped).toHaveBeenCalledTimes(1)
  })

  it('ends also when the exporter never answers', async () => {
    const never = () => new Promise<never>(() => {})
    processorOf({ export: never, forceFlush: never, shutdown: never })
    end(plainSpan())
    let settled = false
    const done = () => {
      settled = true
    }
    processor.shutdown().then(done, done)
    await vi.advanceTimersByTimeAsync(200_000)
    expect(settled).toBe(true)
  })
})

it('starts in a page whose window is no EventTarget of its own, such as a test runner makes', () => {
  const page = window
  vi.stubGlobal('window', globalThis)
  try {
    expect(() => processorOf(new HeldExporter())).not.toThrow()
  } finally {
    vi.stubGlobal('window', page)
  }
})

describe('options that are no numbers above 0', () => {
  const wrong: [what: string, options: Partial<BatchOptions>][] = [
    ['a batch of 0', { maxExportBatchSize: 0 }],
    ['a batch of a half', { maxExportBatchSize: 0.5 }],
    ['a negative batch', { maxExportBatchSize: -1 }],
    ['a batch of NaN', { maxExportBatchSize: Number.NaN }],
    ['a queue of 0', { maxQueueSize: 0 }],
    ['a batch of undefined', { maxExportBatchSize: undefined } as never],
    ['a queue of undefined', { maxQueueSize: undefined } as never],
  ]
  it.each(wrong)('%s neither hangs the page at a hide nor loses spans', (_what, options) => {
    exporter = processorOf(new HeldExporter(), options)
    const { waiting } = processor as unknown as { waiting: object }
    const exportIt = exporter.export.bind(exporter)
    exporter.export = (spans) => {
      if (exporter.batches.length > 20) Object.defineProperty(waiting, 'length', { value: 0 }) // ends what would never end
      return exportIt(spans)
    }
    end(plainSpan({ name: 'a' }), plainSpan({ name: 'b' }))
    hidePage()
    expect(exporter.batches.flat()).toEqual(['a', 'b'])
    expect(exporter.batches.length).toBeLessThanOrEqual(2)
  })

  it('a delay that no timer can hold is not a delay of 0', async () => {
    exporter = processorOf(new HeldExporter(), { scheduledDelay: Infinity })
    end(plainSpan())
    await vi.advanceTimersByTimeAsync(1000)
    expect(exporter.batches).toEqual([])
  })
})
