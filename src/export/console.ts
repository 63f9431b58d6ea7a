import { readableSpan } from '../debug/readableSpan'
import { afterShutdown, type ExportResult, type SpanExporter, SUCCESS } from '../process/processor'
import type { Span } from '../trace/span'

/** Writes each span to the console: one line with name and duration that opens into the whole span. For development. */
export class ConsoleExporter implements SpanExporter {
  private stopped = false
  /** Succeeds until `shutdown()`. */
  async export(spans: readonly Span[]): Promise<ExportResult> {
    if (this.stopped) return afterShutdown()
    for (const span of spans) {
      const ms = ((span.endTime ?? span.startTime) - span.startTime).toFixed(1)
      const mark = span.status.code === 'error' ? ' ✗' : ''
      console.log(`[span] ${span.name} ${ms} ms${mark} ${span.traceId}`, readableSpan(span))
    }
    return SUCCESS
  }

  /** Takes no more. */
  async shutdown(): Promise<void> {
    this.stopped = true
  }
}
