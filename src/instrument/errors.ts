import { active, runIn } from '../context/context'
import { contextOfDispatch } from '../context/dispatch'
import { contextOfFailure } from '../context/failures'
import { listen } from '../lib/native'
import { exceptionAttributes, markFailed, wasRecorded } from '../trace/exception'
import type { SpanMaker } from '../trace/tracer'

const MAX_OWN = 100 // spans of uncaught errors of one page view: a loop that throws must not fill the collector

/**
 * Records errors that nobody catches: on the span in which they were thrown, while that is open, else on one of their own, `exception`, below that
 * one, once for each stack. An error that is on the span of the function that it has left is not recorded again. Returns its undo.
 */
export function traceErrors(maker: SpanMaker): () => void {
  const seen = new Set<string>()

  const hear = (event: Event) => {
    if (!event.isTrusted) return
    contextOfDispatch(event) // notes where it was thrown
    const { reason, error, message, filename, lineno, colno } = event as ErrorEvent & PromiseRejectionEvent
    // Of a script of another origin the browser tells no more than "Script error.".
    const what: unknown = event.type === 'error' ? (error ?? { name: 'Error', message }) : reason
    // Not an error: what a ResizeObserver changed comes with the next frame (https://www.w3.org/TR/resize-observer/#deliver-resize-error).
    if (wasRecorded(what) || /^ResizeObserver loop/.test(message)) return
    const attributes = exceptionAttributes(what)
    const type = { 'error.type': attributes['exception.type'] }
    const context = contextOfFailure(event) ?? active()
    const span = maker.currentSpan(context)
    if (span?.isRecording()) {
      markFailed(span.setAttributes(type), what)
      return
    }
    const key = [span?.spanId, filename, lineno, colno, ...Object.values(attributes)].join()
    if (seen.has(key) || seen.size >= MAX_OWN) return
    seen.add(key)
    const own = runIn(context, () => maker.startSpan('exception', { attributes: type }))
    markFailed(own, what)
    own.end()
  }

  const stops = ['error', 'unhandledrejection'].map((type) => listen(globalThis as unknown as Window, type, hear))
  return () => {
    for (const stop of stops) stop()
  }
}
