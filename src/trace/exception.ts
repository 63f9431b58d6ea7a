import type { Attributes } from './attributes'
import type { TraceContext } from './span'

const MAX_CAUSES = 10 // a cause may be its own cause

/** The attributes of an `exception` event ([Exceptions](https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/)), causes in the stack. */
export function exceptionAttributes(error: unknown): Attributes {
  try {
    if (typeof error !== 'object' || error === null)
      return { 'exception.type': typeof error, 'exception.message': String(error) }
    const { name, message, code } = error as { name?: unknown; message?: unknown; code?: unknown }
    return {
      'exception.type': errorType(error),
      'exception.message': String(message ?? code ?? name ?? ''),
      'exception.stacktrace': 'stack' in error ? stackOf(error) : undefined,
    }
  } catch {
    return { 'exception.type': 'unknown' } // an error whose own getters throw
  }
}

/** What the conventions call `error.type`: the error's name. */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error
  const { name } = error as { name?: unknown }
  return String(name || error.constructor?.name || 'Error')
}

function stackOf(error: object): string {
  const parts: string[] = []
  const waiting: unknown[] = [error]
  while (waiting.length > 0 && parts.length <= MAX_CAUSES) {
    const one = waiting.shift()
    parts.push((parts.length > 0 ? 'Caused by: ' : '') + ownStack(one))
    if (typeof one !== 'object' || one === null) continue
    const { cause, errors } = one as { cause?: unknown; errors?: unknown }
    if (cause !== undefined) waiting.push(cause)
    if (Array.isArray(errors)) waiting.push(...(errors as unknown[]))
  }
  return parts.join('\n')
}

function ownStack(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const { stack, message } = error as { stack?: unknown; message?: unknown }
  const title = `${errorType(error)}: ${String(message ?? '')}`
  if (typeof stack !== 'string') return title
  // Chromium's stack begins with the name and the message, the others' with the first frame.
  return stack.startsWith(title) || /^ {4}at /m.test(stack) ? stack : `${title}\n${stack}`
}

const recorded = new WeakSet<object>()

/** Notes that an error is on a span. */
export function noteRecorded(thrown: unknown): void {
  if (typeof thrown === 'object' && thrown !== null) recorded.add(thrown)
}

/** True for an error that is on a span already. */
export function wasRecorded(thrown: unknown): boolean {
  return recorded.has(thrown as object)
}

/** Sets the status of a span and records what was thrown, whatever it is. */
export function markFailed(span: TraceContext, thrown: unknown): void {
  let message = 'unknown error'
  try {
    message = String((thrown as { message?: unknown } | null | undefined)?.message ?? thrown)
  } catch {
    // An object that cannot be turned into text can be thrown too.
  }
  span.setStatus('error', message)
  span.recordException(thrown)
}
