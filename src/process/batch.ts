import { later } from '../lib/native'
import { isExiting, onPageHidden } from '../lib/onPageHidden'
import { report } from '../lib/report'
import type { DropReason } from '../trace/api'
import type { Span } from '../trace/span'
import { type ExportResult, exportSafely, isSampled, type SpanExporter, type SpanProcessor, within } from './processor'

/** How spans are collected; OpenTelemetry's defaults ([Batching processor](https://opentelemetry.io/docs/specs/otel/trace/sdk/#batching-processor)). */
export interface BatchOptions {
  /** Spans that may wait; further ones are dropped and counted. @default 2048 */
  readonly maxQueueSize: number
  /** Spans of one export; as many waiting start one. At most `maxQueueSize`. @default 512 */
  readonly maxExportBatchSize: number
  /** Milliseconds from the first waiting span to the export. @default 5000 */
  readonly scheduledDelay: number
  /** Milliseconds an export may take; then its spans count as dropped. @default 30000 */
  readonly exportTimeout: number
}

export const DEFAULT_BATCH: BatchOptions = {
  maxQueueSize: 2048,
  maxExportBatchSize: 512,
  scheduledDelay: 5000,
  exportTimeout: 30_000,
}

/**
 * Collects ended spans and exports them together: after a delay, when a batch is full, on `forceFlush()`, and synchronously
 * whenever the page hides. One export at a time, except at a hide: then everything leaves at once.
 */
export class BatchSpanProcessor implements SpanProcessor {
  exported = 0
  private readonly options: BatchOptions
  private queue: Span[] = []
  private inFlight: Promise<void> | null = null
  private underWay = 0 // spans that were handed over and not answered
  private readonly leaving = new Set<Promise<void>>() // exports of a hide
  private cancelTimer: (() => void) | null = null
  private stopped = false
  private dropped: (count: number, reason: DropReason) => void = () => {}
  private readonly stopWatching: () => void

  constructor(
    private readonly exporter: SpanExporter,
    options: Partial<BatchOptions> = {},
  ) {
    const size = (name: 'maxQueueSize' | 'maxExportBatchSize') => readNumber(name, options[name], 1)
    const maxQueueSize = size('maxQueueSize')
    this.options = {
      maxQueueSize,
      maxExportBatchSize: Math.min(size('maxExportBatchSize'), maxQueueSize),
      scheduledDelay: readNumber('scheduledDelay', options.scheduledDelay, 0),
      exportTimeout: readNumber('exportTimeout', options.exportTimeout, 1),
    }
    this.stopWatching = onPageHidden(() => this.flushAtExit())
  }

  /** Spans waiting now, or handed over and not yet answered. */
  get queued(): number {
    return this.queue.length + this.underWay
  }

  reportDrops(listener: (count: number, reason: DropReason) => void): void {
    this.dropped = listener
  }

  onStart(): void {}

  onEnd(span: Span): void {
    if (!isSampled(span)) return
    if (this.stopped) this.dropped(1, 'shutdown')
    else if (this.queue.length >= this.options.maxQueueSize) {
      this.dropped(1, 'queue_full')
      report('more spans wait than the queue holds; further ones are dropped and counted.')
    } else this.take(span)
  }

  private take(span: Span): void {
    this.queue.push(span)
    if (isExiting()) this.flushAtExit()
    else if (this.queue.length >= this.options.maxExportBatchSize) this.exportNext()
    else this.schedule()
  }

  forceFlush(timeoutMs: number = this.options.exportTimeout): Promise<void> {
    const late = () => `forceFlush() did not finish within ${timeoutMs} ms; ${this.queued} spans wait`
    return within(timeoutMs, this.drain(), late)
  }

  /** Exports what waits, for `exportTimeout` at the most; what has not left then is dropped and counted. */
  async shutdown(): Promise<void> {
    if (this.stopped) return
    this.stopped = true
    try {
      await this.forceFlush()
    } catch (error) {
      report('not everything could be exported before shutdown().', error)
    }
    this.stopWatching()
    this.cancelTimer?.()
    if (this.queue.length > 0) this.dropped(this.queue.splice(0).length, 'shutdown')
    const { exportTimeout } = this.options
    await within(
      exportTimeout,
      this.exporter.shutdown(),
      () => `the exporter did not shut down within ${exportTimeout} ms`,
    )
  }

  private schedule(): void {
    this.cancelTimer ??= later(this.options.scheduledDelay, () => this.exportNext())
  }

  private exportNext(): void {
    this.cancelTimer?.()
    this.cancelTimer = null
    if (this.inFlight || this.queue.length === 0) return
    this.inFlight = this.send().then(() => {
      this.inFlight = null
      if (this.queue.length >= this.options.maxExportBatchSize) this.exportNext()
      else if (this.queue.length > 0) this.schedule()
    })
  }

  private flushAtExit(): void {
    while (this.queue.length > 0) {
      const sent = this.send().then(() => {
        this.leaving.delete(sent)
      })
      this.leaving.add(sent)
    }
  }

  private async drain(): Promise<void> {
    const last = this.queue[this.queue.length - 1]
    do {
      this.exportNext()
      await this.inFlight
    } while (last && this.queue.includes(last))
    await this.inFlight // the batch that holds the last one may have started by itself
    await Promise.all(this.leaving)
    await this.exporter.forceFlush?.()
  }

  /** Takes one batch and exports it. Synchronous up to the exporter. Never rejects. */
  private send(): Promise<void> {
    const spans = this.queue.splice(0, this.options.maxExportBatchSize)
    const { exportTimeout } = this.options
    this.underWay += spans.length
    const late = () => `the exporter took longer than ${exportTimeout} ms`
    return within(exportTimeout, exportSafely(this.exporter, spans), late).then(
      (result) => {
        this.underWay -= spans.length
        this.count(spans.length, result)
      },
      (error) => {
        this.underWay -= spans.length
        this.dropped(spans.length, 'timeout')
        report('an export took longer than `exportTimeout`; its spans count as dropped.', error)
      },
    )
  }

  private count(sent: number, result: ExportResult): void {
    const rejected = Math.min(sent, result.rejected ?? 0)
    if (rejected > 0) this.dropped(rejected, 'rejected')
    if (result.code === 'success') {
      this.exported += sent - rejected
      return
    }
    const lost = Math.min(sent - rejected, result.lost ?? sent)
    this.exported += sent - rejected - lost
    this.dropped(lost, 'export_failed')
    report('spans could not be exported and were dropped.', result.error)
  }
}

/** A whole number for sizes (`least` 1), milliseconds for times; anything else is reported and its default taken. */
function readNumber(name: keyof BatchOptions, given: unknown, least: number): number {
  if (given === undefined) return DEFAULT_BATCH[name]
  const isSize = name.startsWith('max')
  if (typeof given === 'number' && given >= least && (!isSize || Number.isInteger(given))) return given
  report(
    `option \`${name}\` of a BatchSpanProcessor must be a ${isSize ? 'whole ' : ''}number, ${least} or above; ${DEFAULT_BATCH[name]} is taken.`,
    given,
  )
  return DEFAULT_BATCH[name]
}
