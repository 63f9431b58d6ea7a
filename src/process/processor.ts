import type { Context } from '../context/frame'
import { later } from '../lib/native'
import type { DropReason } from '../trace/api'
import type { Span, TraceContext } from '../trace/span'

/** Sees every recorded span begin and end ([Span processor](https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-processor)). */
export interface SpanProcessor {
  /** Called when a span starts, on the caller's stack: must not throw or wait. */
  onStart(span: TraceContext, parent: Context): void
  /** Called once when the span ends, on the caller's stack: must not throw or wait. */
  onEnd(span: Span): void
  /** Resolves when all that ended before has been exported or counted as dropped; rejects after `timeoutMs` with a clear error. */
  forceFlush(timeoutMs?: number): Promise<void>
  /** Flushes and stops; afterwards nothing is taken. Called once. */
  shutdown(): Promise<void>
  /** Called once by the telemetry that takes the processor: where it tells of spans that will never arrive. */
  reportDrops?(listener: (count: number, reason: DropReason) => void): void
  /** Spans waiting now. */
  readonly queued?: number
  /** Spans that arrived so far. */
  readonly exported?: number
}

/** What became of an export. `retryable`: the same spans may be sent again. `rejected`: that many arrived and were refused. */
export type ExportResult =
  | { readonly code: 'success'; readonly rejected?: number }
  | {
      readonly code: 'failed'
      readonly error: Error
      readonly retryable: boolean
      readonly rejected?: number
      /** Spans that did not arrive. @default all of them */
      readonly lost?: number
    }

/** Sends spans away ([Span exporter](https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-exporter)). */
export interface SpanExporter {
  /** Has handed its bytes on before it returns; the promise tells what became of them and never rejects. */
  export(spans: readonly Span[]): Promise<ExportResult>
  /** Resolves when everything handed over has been answered. */
  forceFlush?(): Promise<void>
  /** Called once; afterwards every export fails. */
  shutdown(): Promise<void>
}

export const SUCCESS: ExportResult = { code: 'success' }

export const AFTER_SHUTDOWN: ExportResult = {
  code: 'failed',
  error: new Error('the exporter was shut down'),
  retryable: false,
}

/** Calls `exporter.export` so that whatever it does comes back as a result. */
export function exportSafely(exporter: SpanExporter, spans: readonly Span[]): Promise<ExportResult> {
  const failed = (cause: unknown): ExportResult => ({
    code: 'failed',
    error: cause instanceof Error ? cause : new Error(String(cause)),
    retryable: false,
  })
  try {
    return exporter.export(spans).then((result) => result ?? SUCCESS, failed)
  } catch (error) {
    return Promise.resolve(failed(error))
  }
}

/** True when a span is to leave the page: recorded only ones are for processors. */
export function isSampled(span: Span): boolean {
  return (span.traceFlags & 1) === 1
}

/** Settles as `work` does, or rejects with `sentence` after `ms`. */
export function within<T>(ms: number, work: Promise<T>, sentence: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = later(ms, () => reject(new Error(sentence())))
    const settled =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        cancel()
        settle(value)
      }
    work.then(settled(resolve), settled(reject))
  })
}
