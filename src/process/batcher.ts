import { outside } from '../context/outside'
import { monotonic } from '../lib/clock'
import { detach, later } from '../lib/native'
import { isExiting } from '../lib/pageLife'
import { activated } from '../lib/prerendering'
import type { Span } from '../trace/span'
import type { BatchOptions } from './batch'
import { ARM_AFTER_MS, hook, type SpanExporter } from './processor'
import { createWaiting, type Waiting } from './waiting'

const ARM_EVERY_MS = 300 // on the average, so that a page that never rests pays for few
const ARM_AHEAD_MS = 2 * ARM_EVERY_MS // but two more soon after a rest: what ends just before a crash often ends together
const SLOW_ANSWER_MS = 250 // from here on what waits leaves by several batches at once, or the queue fills on a slow network

/** When the spans that wait leave: how a `BatchSpanProcessor` goes on after the start. */
export class Batcher {
  readonly waiting: Waiting
  private inFlight: Promise<void> | null = null
  private isSlow = false // the last answer was
  private readonly leaving = new Set<Promise<unknown>>() // exports of a hide
  private cancelTimer: (() => void) | null = null
  private cancelArming: (() => void) | null = null
  private armedUntil = -Infinity // the time that the armings so far are worth
  private activation: Promise<void> | null = activated()

  constructor(
    private readonly exporter: SpanExporter,
    private readonly options: BatchOptions,
    private readonly handOver: (spans: readonly Span[]) => Promise<void>,
  ) {
    this.waiting = createWaiting(options.maxExportBatchSize, options.maxExportBatchBytes)
    detach(this.activation, () => {
      this.activation = null
      this.exportNext()
    })
  }

  /** One more waits. `waited`: milliseconds for which it, or one before it, has done so already. */
  take(span: Span, size: number, waited = 0): void {
    const { waiting, options } = this
    const isFull = waiting.overflows(size)
    waiting.add(span, size, () => monotonic() - waited)
    if (isExiting()) this.flushAtExit()
    else if (isFull || waiting.first().length >= options.maxExportBatchSize) this.exportNext()
    else this.schedule()
  }

  /** No timer of it runs any more. */
  stop(): void {
    this.cancelTimer?.()
    this.cancelArming?.()
  }

  /** For when the first one that waits has waited long enough, also where it came behind a full batch. */
  private schedule(): void {
    if (!this.cancelTimer) {
      const due = this.waiting.since() + this.options.scheduledDelay
      this.cancelTimer = later(Math.max(0, due - monotonic()), () => this.exportNext())
    }
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
      hook(this.exporter, (own) => own.arm?.(this.waiting.newest()))
    })
  }

  /** What is complete may be encoded while it waits, so that an exit has less to do. */
  private prepareCompleted(): void {
    for (const spans of this.waiting.completed()) hook(this.exporter, (own) => own.prepare?.(spans))
  }

  private exportNext(): void {
    this.cancelTimer?.()
    this.cancelTimer = null
    if (this.activation || this.waiting.length === 0) return
    if (!this.inFlight) this.begin()
    this.prepareCompleted()
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

  /** Everything leaves now. */
  hide(): void {
    // Firefox ends the handler that runs when it ends the process of a closed tab, and calls the next one.
    for (const spans of this.waiting.leftBehind()) this.leave(() => this.export(spans))
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

  /** Resolves when what waits now, and what is under way, has been answered. */
  async drain(): Promise<void> {
    const last = this.waiting.last()
    do {
      if (this.activation) await this.activation
      this.exportNext()
      await this.inFlight
    } while (last && this.waiting.includes(last))
    await this.inFlight // the batch that holds the last one may have started by itself
    await Promise.all(this.leaving)
  }

  /** Takes the oldest batch, where answers are slow also those behind it, and exports them. Synchronous up to the exporter. Never rejects. */
  private send(): Promise<void> {
    return this.export(this.waiting.take(this.isSlow ? this.options.maxExportBatchSize : 0))
  }

  private export(spans: readonly Span[]): Promise<void> {
    const answered = this.handOver(spans)
    this.waiting.taken(spans)
    return answered
  }
}
