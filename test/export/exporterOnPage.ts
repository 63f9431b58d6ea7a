import { vi } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import type { BatchOptions } from '../../src/process/batch'
import type { Incoming } from './fakeCollector'
import { FakePage, type Fate } from './fakePage'
import { plainSpan } from './plainSpan'

/** A request that never came through. */
export const DOWN: Fate = { there: null, status: 0 }

/** These, one after the other; then the last for ever. */
export function fates(...list: (Fate | ((incoming: Incoming) => Fate))[]): (incoming: Incoming) => Fate {
  return (incoming) => {
    const fate = list.length > 1 ? list.shift()! : list[0]!
    return typeof fate === 'function' ? fate(incoming) : fate
  }
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** A processor with an exporter on the page. Spans are named by their number, from 1. */
export async function startOn(
  page: FakePage,
  options: OTLPExporterOptions = {},
  batch: Partial<BatchOptions> = {},
  secondPart: (() => Promise<unknown>) | null = null,
  hasFetchLater = false,
) {
  const { OTLPExporter, BatchSpanProcessor } = await page.load({ secondPart, hasFetchLater })
  const exporter = new OTLPExporter(options)
  const processor = new BatchSpanProcessor(exporter, batch)
  const drops: string[] = []
  processor.reportDrops((count, reason) => drops.push(`${count} ${reason}`))
  let ended = 0
  return {
    exporter,
    processor,
    /** What was dropped, as `count reason`. */
    drops,
    /** Ends so many spans, each with a text of so many characters. */
    end(count: number, units = 10) {
      for (let i = 0; i < count; i++) {
        const spanId = (++ended).toString(16).padStart(16, '0')
        processor.onEnd(plainSpan({ spanId, name: String(ended), attributes: { text: 'x'.repeat(units) } }))
      }
    },
    send: () => void processor.forceFlush().catch(() => {}),
    /** Where everything is that ended. What came twice is told. */
    account() {
      const { times } = page.collector
      const doubled = [...times].filter(([, n]) => n > 1).map(([id]) => id)
      const where = { arrived: times.size, stored: processor.stored, waiting: processor.queued, dropped: drops.join() }
      return doubled.length > 0 ? { ...where, doubled } : where
    },
  }
}

/** The same, when its database is open. */
export async function startReady(page: FakePage, options: OTLPExporterOptions = {}, batch: Partial<BatchOptions> = {}) {
  const started = await startOn(page, options, batch)
  await pass(3000)
  return started
}

/** The page after this one has died, when it has sent what it found. */
export async function pageAfter(page: FakePage): Promise<FakePage> {
  await page.die()
  const next = new FakePage(page.collector, page.site)
  await startReady(next)
  await pass(10_000)
  return next
}

export const allArrived = (arrived: number) => ({ arrived, stored: 0, waiting: 0, dropped: '' })
