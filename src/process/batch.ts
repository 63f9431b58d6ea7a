import { outside } from '../context/outside'
import { bare } from '../lib/bare'
import { monotonic } from '../lib/clock'
import { loadWanted, partOrNull, wantSecondPart, withSecondPart } from '../lib/loadSecondPart'
import { detach, later } from '../lib/native'
import { isEnding, onPageHide } from '../lib/pageLife'
import { isPrerendering } from '../lib/prerendering'
import { guard, ignored, report } from '../lib/report'
import { COUNT, DELAY, isFunction, MILLISECONDS, RATE, type Rule, readOptions } from '../lib/rules'
import type { DropReason } from '../trace/api'
import type { Span } from '../trace/span'
import type { Batcher } from './batcher'
import {
  ARM_AFTER_MS,
  type ExportResult,
  exportSafely,
  hook,
  isSampled,
  type SpanExporter,
  type SpanProcessor,
  within,
} from './processor'
import { createRateLimit, type RateLimits } from './rateLimit'

/** How spans are collected; OpenTelemetry's names and defaults ([Batching processor](https://opentelemetry.io/docs/specs/otel/trace/sdk/#batching-processor)), and bounds in bytes. */
export interface BatchOptions extends RateLimits {
  /** Spans that may wait; further ones are dropped and counted. @default 2048 */
  readonly maxQueueSize: number
  /**
   * Bytes that may wait, by an upper bound of their encoded size; what would be more is dropped and counted. A span that is larger by
   * itself is taken where nothing else waits. The bound takes every character for three bytes (JSON: six). @default 16777216
   */
  readonly maxQueueBytes: number
  /** Spans of one export; as many waiting start one. At most `maxQueueSize`. @default 512 */
  readonly maxExportBatchSize: number
  /**
   * Bytes of one export, by an upper bound of the encoded size; as many waiting start one. The default is what a browser lets
   * leave with a page that dies, so that the batch that waits always fits; more waits only behind a request under way. @default 57344
   */
  readonly maxExportBatchBytes: number
  /** Milliseconds from the first waiting span to the export. @default 5000 */
  readonly scheduledDelay: number
  /** Milliseconds an export may take; then its spans count as dropped. @default 30000 */
  readonly exportTimeout: number
}

export const DEFAULT_BATCH: BatchOptions = {
  maxQueueSize: 2048,
  maxQueueBytes: 16 * 1024 * 1024, // four times what 2,048 ordinary spans are as JSON: a bound for those with pages of text
  maxExportBatchSize: 512,
  maxExportBatchBytes: 56 * 1024, // of the browsers' 64 KiB; the rest is for the resource and for others
  scheduledDelay: 5000,
  exportTimeout: 30_000,
  maxSpansPerMinute: Infinity,
  maxBytesPerMinute: Infinity,
}

export const BATCH_RULES: Record<keyof BatchOptions, Rule> = {
  maxQueueSize: COUNT,
  maxQueueBytes: COUNT,
  maxExportBatchSize: COUNT,
  maxExportBatchBytes: COUNT,
  scheduledDelay: DELAY,
  exportTimeout: MILLISECONDS,
  maxSpansPerMinute: RATE,
  maxBytesPerMinute: RATE,
}

const REFUSALS = {
  queue_full: 'the queue is full; further spans are dropped and counted.',
  rate_limited: 'more spans end in a minute than allowed; further spans are dropped and counted.',
}

const ARM_SELDOM_AFTER = 3 // times, each after twice as long as the one before

/**
 * Collects ended spans and exports them together: after a delay, when a batch is full (by count or by bytes), on `forceFlush()`,
 * and synchronously whenever the page hides. One export at a time, except at a hide: then everything leaves at once.
 *
 * This is the part that a page needs to start and to be left. The rest (`batcher.ts`) is loaded after the first span; until it is there,
 * spans wait, are armed, and leave if the page hides.
 */
export class BatchSpanProcessor implements SpanProcessor {
  private readonly exporter: SpanExporter
  private readonly options: BatchOptions
  private readonly admits: ReturnType<typeof createRateLimit>
  private batcher: Batcher | null = null
  private early = new Set<Span>()
  private earlyBytes = 0
  private since = 0 // the time from which the first of them waits
  private arrived = 0
  private underWay = 0 // spans that were handed over and not answered
  private readonly leaving = new Set<Promise<void>>() // exports from before the rest had come
  private armings = 0
  private cancelArming: (() => void) | null = null
  private stopped = false
  private tellDrops: (count: number, reason: DropReason) => void = () => {}
  private readonly stopWatching: () => void

  constructor(exporter: SpanExporter, options?: Partial<BatchOptions>) {
    this.exporter = usable(exporter)
    const read = { ...DEFAULT_BATCH, ...readOptions('BatchSpanProcessor.', options, BATCH_RULES) }
    const { maxQueueSize, maxExportBatchSize } = read
    this.options = { ...read, maxExportBatchSize: Math.min(maxExportBatchSize, maxQueueSize) }
    this.admits = createRateLimit(this.options)
    hook(this.exporter, (own) => own.reportDrops?.((count, reason) => this.dropped(count, reason)))
    this.stopWatching = onPageHide('send', () => (this.batcher ? this.batcher.hide() : this.leave()))
    withSecondPart((part) => this.goOnWith(part.Batcher))
  }

  /** Spans waiting now, or handed over and not yet answered. */
  get queued(): number {
    return this.waiting.length + this.underWay
  }

  /** Spans that arrived so far. */
  get exported(): number {
    return this.arrived + (this.exporter.sentLater ?? 0)
  }

  /** Spans that the exporter keeps on this device to send them later. */
  get stored(): number {
    return this.exporter.stored ?? 0
  }

  reportDrops(listener: (count: number, reason: DropReason) => void): void {
    this.tellDrops = listener
  }

  onStart(): void {}

  onEnd(span: Span): void {
    if (!isSampled(span)) return
    if (this.stopped) {
      this.dropped(1, 'shutdown')
      return
    }
    if (span.isForgotten) {
      this.dropped(1, 'outbox_cleared')
      return
    }
    const { length, bytes } = this.waiting
    if (length >= this.options.maxQueueSize) {
      this.refuse('queue_full') // and not even measured
      return
    }
    const size = this.sizeOf(span)
    if (length > 0 && bytes + size > this.options.maxQueueBytes) this.refuse('queue_full')
    else if (!this.admits(span, size)) this.refuse('rate_limited')
    else if (this.batcher) this.batcher.take(span, size)
    else this.wait(span, size)
  }

  private get waiting(): { readonly length: number; readonly bytes: number } {
    return this.batcher?.waiting ?? { length: this.early.size, bytes: this.earlyBytes }
  }

  private sizeOf(span: Span): number {
    return hook(this.exporter, (own) => own.sizeOf?.(span)) ?? 0
  }

  private refuse(reason: keyof typeof REFUSALS): void {
    this.dropped(1, reason)
    report(REFUSALS[reason])
  }

  keep(open: readonly Span[]): void {
    hook(this.exporter, (own) => own.keep?.(open.filter(isSampled)))
  }

  async clearOutbox(): Promise<void> {
    this.dropWaiting('outbox_cleared')
    await this.exporter.clearOutbox?.()
  }

  forceFlush(timeoutMs: number = this.options.exportTimeout): Promise<void> {
    const late = () => `forceFlush() did not finish within ${timeoutMs} ms; ${this.queued} spans wait`
    return within(
      timeoutMs,
      outside(() => this.drain()),
      late,
    )
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
    this.cancelArming?.()
    this.batcher?.stop()
    this.dropWaiting('shutdown')
    const { exportTimeout } = this.options
    await within(
      exportTimeout,
      (async () => this.exporter.shutdown?.())(), // whoever writes his own may leave it out
      () => `the exporter did not shut down within ${exportTimeout} ms`,
    )
  }

  /** The rest is here: it goes on with all that waits. */
  private goOnWith(Rest: typeof Batcher): void {
    if (this.batcher) return
    const { exporter, options, early } = this
    this.batcher = new Rest(exporter, options, (spans) => this.handOver(spans))
    this.early = new Set()
    this.cancelArming?.()
    const waited = monotonic() - this.since
    for (const span of early) this.batcher.take(span, this.sizeOf(span), waited)
  }

  /** Until then. */
  private wait(span: Span, size: number): void {
    const { early, options } = this
    if (early.size === 0) this.since = monotonic()
    early.add(span)
    this.earlyBytes += size
    wantSecondPart()
    if (early.size >= options.maxExportBatchSize || this.earlyBytes > options.maxExportBatchBytes) loadWanted() // an exit without it takes long
    if (isEnding()) this.leave()
    else {
      this.sendAtOnce()
      this.armSoon()
    }
  }

  private armSoon(): void {
    this.cancelArming ??= later(ARM_AFTER_MS * 2 ** Math.min(this.armings, ARM_SELDOM_AFTER), () => {
      this.cancelArming = null
      this.armings++
      if (!isPrerendering() && this.early.size > 0)
        outside(() => hook(this.exporter, (own) => own.arm?.([...this.early])))
    })
  }

  private leave(): void {
    while (this.early.size > 0 && !isPrerendering()) this.send() // a page that nobody visited sends nothing
  }

  /** Where nothing is to wait, one batch after the other. */
  private sendAtOnce(): void {
    const { early, leaving, options } = this
    if (options.scheduledDelay === 0 && early.size > 0 && leaving.size === 0 && !isPrerendering()) this.send()
  }

  private send(): void {
    const { maxExportBatchSize } = this.options
    const waiting = [...this.early]
    const sent = outside(() => this.handOver(waiting.slice(0, maxExportBatchSize)))
    // Now only: Firefox ends the handler that runs when it ends the process of a closed tab, and calls the next one.
    this.early = new Set(waiting.slice(maxExportBatchSize))
    if (this.early.size === 0) this.earlyBytes = 0
    this.leaving.add(sent)
    detach(sent, () => {
      this.leaving.delete(sent)
      this.sendAtOnce()
    })
  }

  private async drain(): Promise<void> {
    const part = this.batcher ? null : await partOrNull()
    if (part) this.goOnWith(part.Batcher)
    if (this.batcher) await this.batcher.drain()
    else this.leave()
    await Promise.all(this.leaving)
    await this.exporter.forceFlush?.()
  }

  /** Synchronous up to the exporter. Resolves when what became of the spans is counted; never rejects. */
  private handOver(spans: readonly Span[]): Promise<void> {
    const { exportTimeout } = this.options
    const { length } = spans
    const late = () => `the exporter took longer than ${exportTimeout} ms`
    const exported = exportSafely(this.exporter, spans)
    this.underWay += length
    return within(exportTimeout, exported, late).then(
      (result) => {
        this.underWay -= length
        this.count(length, result)
      },
      (error) => {
        this.underWay -= length
        this.dropped(length, 'timeout')
        report('an export took longer than `exportTimeout`; its spans count as dropped.', error)
      },
    )
  }

  private count(handed: number, given: ExportResult): void {
    const result = bare({ ...given })
    const sent = handed - Math.min(handed, result.stored ?? 0)
    const rejected = Math.min(sent, result.rejected ?? 0)
    if (rejected > 0) this.dropped(rejected, 'rejected')
    if (result.code === 'success') {
      this.arrived += sent - rejected
      return
    }
    const lost = Math.min(sent - rejected, result.lost ?? sent)
    this.arrived += sent - rejected - lost
    this.dropped(lost, 'export_failed')
    report('spans could not be exported and were dropped.', result.error)
  }

  private dropWaiting(reason: DropReason): void {
    const left = this.batcher ? this.batcher.waiting.clear() : this.early.size
    this.early = new Set()
    this.earlyBytes = 0
    if (left > 0) this.dropped(left, reason)
  }

  private dropped(count: number, reason: DropReason): void {
    hook(this.exporter, (own) => own.noteDrops?.(count, reason))
    this.tellDrops(count, reason)
  }
}

/** Exports by what is none fail, and count. */
function usable(exporter: SpanExporter): SpanExporter {
  if (guard('a span exporter', () => isFunction(exporter.export))) return exporter
  ignored('an exporter', 'an object with export()')
  return {} as SpanExporter
}
