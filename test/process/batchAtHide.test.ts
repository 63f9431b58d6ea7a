import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type BatchOptions, BatchSpanProcessor } from '../../src/process/batch'
import { plainSpan, plainSpans } from '../export/plainSpan'
import { catchReports } from '../support/reports'
import { HeldExporter } from './heldExporter'
import { comeBack, hidePage, leavePage, showPage } from './pageState'

vi.hoisted(() => vi.useFakeTimers()) // before the sources take the timers that they keep

let exporter: HeldExporter
let processor: BatchSpanProcessor
beforeEach(() => {
  catchReports()
  vi.clearAllTimers()
  showPage()
})
afterEach(async () => {
  showPage()
  comeBack()
  ;(processor as unknown as { stopWatching(): void }).stopWatching()
  vi.restoreAllMocks()
})

function start(options: Partial<BatchOptions> = {}): void {
  exporter = new HeldExporter()
  processor = new BatchSpanProcessor(exporter, options)
}
const end = (...names: string[]) => {
  for (const name of names) processor.onEnd(plainSpan({ name }))
}

const waysOut: [what: string, go: () => void][] = [
  ['visibilitychange to hidden', hidePage],
  ['pagehide for ever', () => leavePage(false)],
  ['pagehide into the back/forward cache', () => leavePage(true)],
]

describe.each(waysOut)('%s', (_what, go) => {
  it('exports what waits before the event is over', () => {
    start()
    end('a', 'b')
    go()
    expect(exporter.batches).toEqual([['a', 'b']])
  })

  it('exports all batches at once, also beside the one under way', () => {
    start({ maxExportBatchSize: 2 })
    for (const span of plainSpans(7)) processor.onEnd(span)
    expect(exporter.batches).toHaveLength(1)
    go()
    expect(exporter.batches).toEqual([['0', '1'], ['2', '3'], ['4', '5'], ['6']])
  })

  it('what ends afterwards leaves at once', () => {
    start()
    go()
    end('a')
    end('b')
    expect(exporter.batches).toEqual([['a'], ['b']])
  })

  it('exports nothing when nothing waits', () => {
    start()
    go()
    expect(exporter.batches).toEqual([])
  })

  it('reaches every processor of the page, also when one exporter throws', () => {
    const broken = new BatchSpanProcessor({
      export() {
        throw new Error('broken')
      },
      shutdown: async () => {},
    })
    start()
    broken.onEnd(plainSpan())
    end('a')
    go()
    expect(exporter.batches).toEqual([['a']])
    ;(broken as unknown as { stopWatching(): void }).stopWatching()
  })
})

it('both events of one exit export once', () => {
  start()
  end('a')
  leavePage(false)
  hidePage()
  expect(exporter.batches).toEqual([['a']])
})

it('visibilitychange that nobody bubbles to window is enough, and so is pagehide that document never sees', () => {
  start()
  end('a')
  document.dispatchEvent(new Event('pagehide'))
  expect(exporter.batches).toEqual([])
  leavePage(false)
  expect(exporter.batches).toEqual([['a']])
})

it.each(waysOut)(
  "%s: a listener of the page's that was there first and stops the event keeps nothing back",
  (_what, go) => {
    const undo = [document, window].flatMap((target) =>
      ['visibilitychange', 'pagehide'].map((type) => {
        const stopIt = (event: Event) => {
          event.stopImmediatePropagation()
          end('said last')
        }
        target.addEventListener(type, stopIt)
        return () => target.removeEventListener(type, stopIt)
      }),
    )
    start()
    end('a')
    go()
    for (const off of undo) off()
    expect(exporter.batches).toEqual([['a'], ['said last']])
  },
)

describe('back again', () => {
  it.each<[what: string, away: () => void, back: () => void]>([
    ['a tab', hidePage, showPage],
    [
      'the back/forward cache',
      () => {
        leavePage(true)
        hidePage()
      },
      () => {
        comeBack()
        showPage()
      },
    ],
  ])('from %s: spans wait for their batch again, and the next hide flushes again', async (_what, away, back) => {
    start({ scheduledDelay: 100 })
    end('a')
    away()
    back()
    await exporter.answer()
    end('b')
    expect(exporter.batches).toEqual([['a']])
    await vi.advanceTimersByTimeAsync(100)
    expect(exporter.batches).toEqual([['a'], ['b']])
    await exporter.answer()
    end('c')
    away()
    expect(exporter.batches).toEqual([['a'], ['b'], ['c']])
  })
})

describe('shutdown', () => {
  it('a hide while it waits for an answer sends the rest at once', async () => {
    start({ maxExportBatchSize: 2 })
    for (const span of plainSpans(6)) processor.onEnd(span)
    void processor.shutdown()
    hidePage()
    expect(exporter.batches).toEqual([
      ['0', '1'],
      ['2', '3'],
      ['4', '5'],
    ])
  })

  it('a processor that was shut down does not watch the page', async () => {
    const remove = vi.spyOn(document, 'removeEventListener')
    start()
    await processor.shutdown()
    end('late')
    hidePage()
    expect(exporter.batches).toEqual([])
    remove.mockRestore()
  })
})

it('flushing at a hide counts like any other export', async () => {
  start({ exportTimeout: 100 })
  const drops: [number, string][] = []
  processor.reportDrops((count, reason) => drops.push([count, reason]))
  end('a', 'b')
  hidePage()
  await exporter.answer()
  expect(processor.exported).toBe(2)
  end('c')
  await exporter.answer({ code: 'failed', error: new Error('refused'), retryable: true })
  end('d')
  await vi.advanceTimersByTimeAsync(100)
  expect(drops).toEqual([
    [1, 'export_failed'],
    [1, 'timeout'],
  ])
})
