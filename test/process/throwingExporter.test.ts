import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { BatchSpanProcessor } from '../../src/process/batch'
import type { SpanExporter } from '../../src/process/processor'
import { plainSpan } from '../export/plainSpan'
import { catchReports } from '../support/reports'
import { hidePage, showPage } from './pageState'

vi.hoisted(() => vi.useFakeTimers())

// An exporter that somebody wrote: what it may have besides `export` may throw, reject, or give what it should not. The spans arrive all
// the same, and neither the page nor whoever ends a span hears of it.

const HOOKS = ['ready', 'sizeOf', 'prepare', 'arm', 'keep', 'noteDrops', 'reportDrops', 'clearOutbox'] as const
const FAILINGS: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Error('broken')
  },
  rejects: () => Promise.reject(new Error('broken')),
  'gives true': () => true,
  'gives an object': () => ({}),
  'gives NaN': () => Number.NaN,
  'resolves to true': async () => true,
  'resolves to nothing': async () => {},
}

const unheard: unknown[] = []
const hear = (error: unknown) => void unheard.push(error)
process.on('unhandledRejection', hear).on('uncaughtException', hear)
afterAll(() => void process.off('unhandledRejection', hear).off('uncaughtException', hear))
afterEach(() => {
  showPage()
  vi.restoreAllMocks()
})

for (const hook of HOOKS)
  for (const [how, fail] of Object.entries(FAILINGS))
    test(`${hook}() ${how}`, async () => {
      catchReports()
      const arrived: string[] = []
      const exporter = {
        async export(spans) {
          arrived.push(...spans.map(({ name }) => name))
          return { code: 'success' }
        },
        async shutdown() {},
        [hook]: fail,
      } satisfies SpanExporter as SpanExporter
      const processor = new BatchSpanProcessor(exporter, { maxExportBatchSize: 2, maxQueueSize: 4 })
      const end = (...names: string[]) => {
        for (const name of names) processor.onEnd(plainSpan({ name }))
      }

      end('1')
      await vi.advanceTimersByTimeAsync(6000)
      end('2', '3')
      await vi.advanceTimersByTimeAsync(6000)
      processor.keep([plainSpan({ name: 'open' })])
      await processor.forceFlush()
      end('4')
      hidePage()
      showPage()
      await processor.clearOutbox().catch(() => {})
      end('5')
      await processor.shutdown()
      await vi.advanceTimersByTimeAsync(100)

      expect(arrived).toEqual(['1', '2', '3', '4', '5'])
      expect(unheard).toEqual([])
    })
