// The first import of every application. The build puts supportOtel.ts in its place where OpenTelemetry JS is measured.
import { InMemoryExporter, SimpleSpanProcessor, startTelemetry } from '@codomyrmex/telemetry'
import type { SeenSpan } from './supportJudge'

const exporter = new InMemoryExporter()
startTelemetry({ serviceName: 'application', processors: [new SimpleSpanProcessor(exporter)] })

const spans = (): readonly SeenSpan[] =>
  exporter.getFinishedSpans().map(({ name, spanId, parentSpanId }) => ({ name, spanId, parentSpanId }))
Object.assign(globalThis, { spans })
