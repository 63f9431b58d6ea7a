import type { Context } from '../context/frame'
import { detach, later, NativePromise } from '../lib/native'
import { guard } from '../lib/report'
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
  /**
   * Called when the page hides and may not come back: copies of the spans that are still open, to be sent if it is gone for
   * good. They replace those given before; an empty list forgets them.
   */
  keep?(open: readonly Span[]): void
  /** Forgets all that it was given, and what was kept on this device. Spans that are open now end later, with `isForgotten`. */
  clearOutbox?(): Promise<void>
  /** Spans waiting now. */
  readonly queued?: number
  /** Spans that arrived so far. */
  readonly exported?: number
  /** Spans kept on this device to be sent later. */
  readonly stored?: number
}

/**
 * What became of an export. `retryable`: the same spans may be sent again. `rejected`: that many arrived and were refused.
 * `stored`: that many have not left; the exporter keeps them and sends them later.
 */
export type ExportResult =
  | { readonly code: 'success'; readonly rejected?: number; readonly stored?: number }
  | {
      readonly code: 'failed'
      readonly error: Error
      readonly retryable: boolean
      readonly rejected?: number
      readonly stored?: number
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
  /** Bytes that the span takes on the wire at the most. Without it batches are bounded by their count alone. */
  sizeOf?(span: Span): number
  /** These will be exported next, after those given before, alone or together with them: may be encoded ahead. */
  prepare?(spans: readonly Span[]): void
  /** What waits now behind all that was prepared: to be sent by the browser if the page is gone before the next export. Replaces the last. */
  arm?(spans: readonly Span[]): void
  /** As `keep` of a processor. */
  keep?(open: readonly Span[]): void
  /** As of a processor. */
  clearOutbox?(): Promise<void>
  /** Called by the processor: spans that will not arrive, so that the collector can be told. */
  noteDrops?(count: number, reason: DropReason): void
  /** Called once: where the exporter tells of spans that it had stored and that will not arrive after all. */
  reportDrops?(listener: (count: number, reason: DropReason) => void): void
  /** Spans stored now. */
  readonly stored?: number
  /** Spans that arrived after they had been stored. */
  readonly sentLater?: number
}

/** Milliseconds after which what waits is armed first. */
export const ARM_AFTER_MS = 50

export const SUCCESS: ExportResult = { code: 'success' }

/** Every export after `shutdown()`. Not a constant: an error made while the file is loaded has the engine compile it twice. */
export function afterShutdown(): ExportResult {
  return { code: 'failed', error: new Error('the exporter was shut down'), retryable: false }
}

/** What was thrown, as a result. */
export function failure(cause: unknown): ExportResult & { readonly code: 'failed' } {
  return { code: 'failed', error: cause instanceof Error ? cause : new Error(String(cause)), retryable: false }
}

/** Calls `exporter.export` so that whatever it does comes back as a result. */
export function exportSafely(exporter: SpanExporter, spans: readonly Span[]): Promise<ExportResult> {
  try {
    return exporter.export(spans).then((result) => result ?? SUCCESS, failure)
  } catch (error) {
    return Promise.resolve(failure(error))
  }
}

/** What the exporter gives for a method that it may have; nothing where that throws. One that rejects is reported. */
export function hook<T>(exporter: SpanExporter, call: (exporter: SpanExporter) => T): T | undefined {
  const given = guard('a span exporter', () => call(exporter))
  if (typeof given === 'object' && given) detach(NativePromise.resolve(given))
  return given
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
