import type { ExportResult, SpanExporter } from '../../src/process/processor'
import type { Span } from '../../src/trace/span'

/** Keeps every export open until `answer()`. */
export class HeldExporter implements SpanExporter {
  /** The names in each batch, oldest first. */
  readonly batches: string[][] = []
  shutdowns = 0
  private readonly open: ((result: ExportResult) => void)[] = []

  /** Exports that wait for their answer. */
  get waiting(): number {
    return this.open.length
  }

  export(spans: readonly Span[]): Promise<ExportResult> {
    this.batches.push(spans.map(({ name }) => name))
    return new Promise((resolve) => this.open.push(resolve))
  }

  /** Answers the oldest open export, and lets what follows from it happen. */
  async answer(result: ExportResult = { code: 'success' }): Promise<void> {
    this.open.shift()?.(result)
    for (let i = 0; i < 20; i++) await null
  }

  async shutdown(): Promise<void> {
    this.shutdowns++
  }
}
