import { later } from '../lib/native'
import { report } from '../lib/report'
import type { DropReason } from '../trace/api'
import type { Span } from '../trace/span'
import { exportSafely, isSampled, type SpanExporter, type SpanProcessor, within } from './processor'

/**
 * Exports every span by itself as it ends ([Simple processor](https://opentelemetry.io/docs/specs/otel/trace/sdk/#simple-processor)).
 * For development and tests: one request a span.
 */
export class SimpleSpanProcessor implements SpanProcessor {
  exported = 0
  private last: Promise<void> = Promise.resolve() // exports go one after the other
  private waiting = 0
  private stopped = false
  private dropped: (count: number, reason: DropReason) => void = () => {}

  constructor(private readonly exporter: SpanExporter) {}

  get queued(): number {
    return this.waiting
  }

  reportDrops(listener: (count: number, reason: DropReason) => void): void {
    this.dropped = listener
  }

  onStart(): void {}

  onEnd(span: Span): void {
    if (!isSampled(span)) return
    if (this.stopped) {
      this.dropped(1, 'shutdown')
      return
    }
    this.waiting++
    this.last = this.last.then(() => this.send(span))
  }

  forceFlush(timeoutMs = 30_000): Promise<void> {
    const all = this.last.then(() => this.exporter.forceFlush?.())
    return within(
      timeoutMs,
      all,
      () => `forceFlush() did not finish within ${timeoutMs} ms; ${this.waiting} spans wait`,
      later,
    )
  }

  async shutdown(): Promise<void> {
    if (this.stopped) return
    this.stopped = true
    await this.last
    await this.exporter.shutdown()
  }

  private async send(span: Span): Promise<void> {
    const result = await exportSafely(this.exporter, [span])
    this.waiting--
    if (result.code === 'success') this.exported++
    else {
      this.dropped(1, 'export_failed')
      report('a span could not be exported.', result.error)
    }
  }
}
