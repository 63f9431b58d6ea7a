import { BatchSpanProcessor } from './batch'
import type { SpanExporter } from './processor'

/**
 * Exports every span by itself as it ends, one after the other ([Simple processor](https://opentelemetry.io/docs/specs/otel/trace/sdk/#simple-processor)).
 * For development and tests: one request a span.
 */
export class SimpleSpanProcessor extends BatchSpanProcessor {
  constructor(exporter: SpanExporter) {
    super(exporter, { maxExportBatchSize: 1, scheduledDelay: 0 })
  }
}
