import { outside } from '../context/outside'
import { bare } from '../lib/bare'
import { monotonic } from '../lib/clock'
import { detach, later, NativePromise, plainThen } from '../lib/native'
import { isEnding, isExiting, onPageHidden } from '../lib/onPageHidden'
import { activated } from '../lib/prerendering'
import { guard, ignored, report } from '../lib/report'
import { COUNT, DELAY, isFunction, MILLISECONDS, RATE, type Rule, readOptions } from '../lib/rules'
import type { DropReason } from '../trace/api'
import type { Span } from '../trace/span'
import { type ExportResult, exportSafely, isSampled, type SpanExporter, type SpanProcessor, within } from './processor'
import { createRateLimit, type RateLimits } from './rateLimit'
import { createWaiting, type Waiting } from './waiting'

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

const ARM_AFTER_MS = 50
const ASK_AGAIN_AFTER_MS = 1000 // whether the exporter is ready, when it said that this takes longer
const ARM_EVERY_MS = 300 // on the average, so that a page that never rests pays for few
const ARM_AHEAD_MS = 2 * ARM_EVERY_MS // but two more soon after a rest: what ends just before a crash often ends together
const SLOW_ANSWER_MS = 250 // from here on what waits leaves by several batches at once, or the queue fills on a slow network

/**
 * Collects ended spans and exports them together: after a delay, when a batch is full (by count or by bytes), on `forceFlush()`,
 * and synchronously whenever the page hides. One export at a time, except at a hide: then everything leaves at once.
 */
export class BatchSpanProcessor implements SpanProcessor {
  private readonly exporter: SpanExporter
  private readonly options: BatchOptions
  private readonly waiting: Waiting
  private readonly admits: ReturnType<typeof createRateLimit>
  private arrived = 0
  private inFlight: Promise<void> | null = null
  private isUnready = false // the exporter was, when it was asked last
  private isAwaiting = false // until it is ready
  private isSlow = false // the last answer was
  private underWay = 0 // spans that were handed over and not answered
  private readonly leaving = new Set<Promise<unknown>>() // exports of a hide
  private cancelTimer: (() => void) | null = null
  private cancelArming: (() => void) | null = null
  private armedUntil = -Infinity // the time that the armings so far are worth
  private activation: Promise<void> | null = activated()
  private stopped = false
  private tellDrops: (count: number, reason: DropReason) => void = () => {}
  private readonly stopWatching: () => void

  constructor(exporter: SpanExporter, options?: Partial<BatchOptions>) {
    this.exporter = usable(exporter)
    const read = { ...DEFAULT_BATCH, ...readOptions('BatchSpanProcessor.', options, BATCH_RULES) }
    const { maxQueueSize, maxExportBatchSize } = read
    this.options = { ...read, maxExportBatchSize: Math.min(maxExportBatchSize, maxQueueSize) }
    this.waiting = createWaiting(this.options.maxExportBatchSize, this.options.maxExportBatchBytes)
    this.admits = createRateLimit(this.options)
    this.hook((own) => own.reportDrops?.((count, reason) => this.dropped(count, reason)))
    this.stopWatching = onPageHidden(() => this.hide())
    detach(this.activation, () => {
      this.activation = null
      if (this.waiting.length > 0) this.exportNext()
    })
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
    if (this.waiting.length >= this.options.maxQueueSize) {
      this.refuse('queue_full') // and not even measured
      return
    }
    const size = this.hook((own) => own.sizeOf?.(span)) ?? 0
    const { length, bytes } = this.waiting
    if (length > 0 && bytes + size > this.options.maxQueueBytes) this.refuse('queue_full')
    else if (this.admits(span, size)) this.take(span, size)
    else this.refuse('rate_limited')
  }

  private refuse(reason: keyof typeof REFUSALS): void {
    this.dropped(1, reason)
    report(REFUSALS[reason])
  }

  private take(span: Span, size: number): void {
    const { waiting, options } = this
    const isFull = waiting.overflows(size)
    waiting.add(span, size)
    // On a page that is hidden and lives it may wait until the exporter is ready.
    if (isExiting() && (isEnding() || !this.ready())) this.flushAtExit()
    else if (isExiting() || isFull || waiting.first().length >= options.maxExportBatchSize) this.exportNext()
    else this.schedule()
  }

  keep(open: readonly Span[]): void {
    this.hook((own) => own.keep?.(open.filter(isSampled)))
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
    this.cancelTimer?.()
    this.cancelArming?.()
    this.dropWaiting('shutdown')
    const { exportTimeout } = this.options
    await within(
      exportTimeout,
      (async () => this.exporter.shutdown?.())(), // whoever writes his own may leave it out
      () => `the exporter did not shut down within ${exportTimeout} ms`,
    )
  }

  private schedule(atLeastMs = 0): void {
    this.cancelTimer ??= later(Math.max(this.options.scheduledDelay, atLeastMs), () => this.exportNext())
    this.scheduleArming()
  }

  private scheduleArming(): void {
    if (this.exporter.arm && this.waiting.length > 0) this.cancelArming ??= later(this.untilArming(), () => this.arm())
  }

  /** Soon, and a few times a second when much ends. */
  private untilArming(): number {
    return Math.max(ARM_AFTER_MS, this.armedUntil - ARM_AHEAD_MS - monotonic())
  }

  private arm(): void {
    this.cancelArming = null
    if (this.activation || this.waiting.length === 0) return
    this.armedUntil = Math.max(this.armedUntil, monotonic()) + ARM_EVERY_MS
    outside(() => {
      this.prepareCompleted()
      this.hook((own) => own.arm?.(this.isUnready ? this.waiting.all() : this.waiting.newest()))
    })
  }

  /** What is complete may be encoded while it waits, so that an exit has less to do. */
  private prepareCompleted(): void {
    if (this.isUnready) return
    for (const spans of this.waiting.completed()) this.hook((own) => own.prepare?.(spans))
  }

  /** What the exporter gives for a method that it may have; nothing where that throws. One that rejects is reported. */
  private hook<T>(call: (exporter: SpanExporter) => T): T | undefined {
    const given = guard('a span exporter', () => call(this.exporter))
    if (typeof given === 'object' && given) detach(NativePromise.resolve(given))
    return given
  }

  /** `null`, or what to wait for; a rejection means that the exporter is not ready. */
  private ready(): Promise<unknown> | null {
    const ready = this.hook((own) => own.ready?.())
    return typeof ready === 'object' && ready ? plainThen(NativePromise.resolve(ready), null, () => false) : null
  }

  /** `isReady`: the exporter has just said so. */
  private exportNext(isReady = false): void {
    this.cancelTimer?.()
    this.cancelTimer = null
    if (this.activation || this.waiting.length === 0) return
    const ready = this.inFlight || isReady ? null : this.ready()
    this.isUnready = ready !== null
    if (!this.inFlight && !ready) this.begin()
    if (!ready) this.prepareCompleted()
    else if (!this.isAwaiting) {
      this.isAwaiting = true
      detach(ready, (isReady) => {
        this.isAwaiting = false
        if (isReady) this.exportNext(true)
        else this.schedule(ASK_AGAIN_AFTER_MS)
      })
    }
    this.scheduleArming()
  }

  private begin(): void {
    const since = monotonic()
    const sent = () => {
      this.inFlight = null
      this.isSlow = monotonic() - since > SLOW_ANSWER_MS
      if (this.waiting.first().length >= this.options.maxExportBatchSize || this.hasCompleted()) this.exportNext()
      else if (this.waiting.length > 0) this.schedule()
    }
    this.inFlight = outside(() => this.send().then(sent))
    detach(this.inFlight)
  }

  private hasCompleted(): boolean {
    return this.waiting.length > this.waiting.first().length
  }

  private hide(): void {
    // Firefox ends the handler that runs when it ends the process of a closed tab, and calls the next one.
    for (const spans of this.waiting.leftBehind()) this.leave(() => this.handOver(spans))
    this.flushAtExit()
  }

  private flushAtExit(): void {
    if (this.activation) return // a page that nobody visited sends nothing
    while (this.waiting.length > 0) this.leave(() => this.send())
  }

  private leave(send: () => Promise<void>): void {
    const sent: Promise<unknown> = outside(() => send().then(() => this.leaving.delete(sent)))
    this.leaving.add(sent)
  }

  private async drain(): Promise<void> {
    const last = this.waiting.last()
    do {
      if (this.activation) await this.activation
      const ready = last && this.ready()
      if (ready && !(await ready)) this.flushAtExit()
      else this.exportNext(true)
      await this.inFlight
    } while (last && this.waiting.includes(last))
    await this.inFlight // the batch that holds the last one may have started by itself
    await Promise.all(this.leaving)
    await this.exporter.forceFlush?.()
  }

  /** Takes the oldest batch, where answers are slow also those behind it, and exports them. Synchronous up to the exporter. Never rejects. */
  private send(): Promise<void> {
    const spans = this.waiting.take(this.isSlow ? this.options.maxExportBatchSize : 0)
    this.underWay += spans.length
    return this.handOver(spans)
  }

  private handOver(spans: readonly Span[]): Promise<void> {
    const { exportTimeout } = this.options
    const late = () => `the exporter took longer than ${exportTimeout} ms`
    const exported = exportSafely(this.exporter, spans)
    this.waiting.taken(spans)
    return within(exportTimeout, exported, late).then(
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

  private dropWaiting(reason: DropReason): void {
    const left = this.waiting.clear()
    if (left > 0) this.dropped(left, reason)
  }

  private dropped(count: number, reason: DropReason): void {
    this.hook((own) => own.noteDrops?.(count, reason))
    this.tellDrops(count, reason)
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
}

/** Exports by what is none fail, and count. */
function usable(exporter: SpanExporter): SpanExporter {
  if (guard('a span exporter', () => isFunction(exporter.export))) return exporter
  ignored('an exporter', 'an object with export()')
  return {} as SpanExporter
}
