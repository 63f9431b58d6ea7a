import { afterShutdown, type ExportResult, type SpanExporter, SUCCESS } from '../process/processor'
import type { Span } from '../trace/span'

/** Keeps the spans it is given, for tests. */
export class InMemoryExporter implements SpanExporter {
  private stopped = false
  private kept: Span[] = []

  /** What arrived, oldest first. */
  getFinishedSpans(): readonly Span[] {
    return [...this.kept]
  }

  /** Forgets what arrived. */
  reset(): void {
    this.kept = []
  }

  /** Succeeds until `shutdown()`. */
  async export(spans: readonly Span[]): Promise<ExportResult> {
    if (this.stopped) return afterShutdown()
    this.kept.push(...spans)
    return SUCCESS
  }

  /** Takes no more. */
  async shutdown(): Promise<void> {
    this.stopped = true
  }
}
