import type { TelemetryOptions } from '../../src/options'
import type { SpanProcessor } from '../../src/process/processor'
import { createTelemetry, type Telemetry } from '../../src/startTelemetry'
import type { Span, TraceContext } from '../../src/trace/span'

/** Keeps every span that started and ended, in order. */
export class KeepingProcessor implements SpanProcessor {
  readonly started: TraceContext[] = []
  readonly parents: Parameters<SpanProcessor['onStart']>[1][] = []
  readonly ended: Span[] = []

  onStart(...[span, parent]: Parameters<SpanProcessor['onStart']>): void {
    this.started.push(span)
    this.parents.push(parent)
  }
  onEnd(span: Span): void {
    this.ended.push(span)
  }
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

export interface TestTelemetry {
  readonly telemetry: Telemetry
  /** What ended, oldest first. */
  readonly spans: readonly Span[]
  readonly processor: KeepingProcessor
}

/** An isolated telemetry that keeps its spans, and instruments nothing unless told. */
export function keepSpans(options: TelemetryOptions = {}): TestTelemetry {
  const processor = new KeepingProcessor()
  const telemetry = createTelemetry({ instrument: false, processors: [processor], ...options })
  return { telemetry, processor, spans: processor.ended }
}
