import { type ExportResult, type SpanExporter, SUCCESS } from '../process/processor'
import type { Span } from '../trace/span'

/** Keeps the spans it is given, for tests. */
export class InMemoryExporter implements SpanExporter {
  private kept: Span[] = []

  /** What arrived, oldest first. */
  getFinishedSpans(): readonly Span[] {
    return [...this.kept]
  }

  /** Forgets what arrived. */
  reset(): void {
    this.kept = []
  }

  /** Always succeeds. */
  async export(spans: readonly Span[]): Promise<ExportResult> {
    this.kept.push(...spans)
    return SUCCESS
  }

  /** Keeps what it has. */
  async shutdown(): Promise<void> {}
}
