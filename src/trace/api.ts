import { active, bind as bindContext, runIn } from '../context/context'
import { contextOfFailure, noteFailure } from '../context/failures'
import type { Context, SpanContextMap } from '../context/frame'
import { isPage } from '../lib/isPage'
import { followed, isPromise } from '../lib/membersOf'
import { guard, ignored, report } from '../lib/report'
import { type Baggage, contextWithBaggage } from '../propagation/baggage'
import type { Attributes } from './attributes'
import { markFailed } from './exception'
import { readSpanContext, type Span, type SpanContext, type TraceContext } from './span'
import { tracedWith } from './traced'
import { contextFor, NO_SPAN_AT_ALL, type ParentInput, type SpanMaker, type SpanOptions } from './tracer'

/** The events of a telemetry. Listeners are called synchronously, for sampled spans. */
export interface TelemetryEvents {
  /** A span began; `withSpan` has not entered it yet. */
  span_started: { readonly span: TraceContext }
  /** A span ended and was given to the processors. */
  span_ended: { readonly span: Span }
  /** Spans will never arrive, and why. */
  spans_dropped: { readonly count: number; readonly reason: DropReason }
}

/**
 * Why spans were lost: the queue was full, more ended in a minute than the options allow, the collector or the network refused,
 * the collector rejected them, the export took too long, they came after `shutdown()`; or they were stored to be sent later,
 * and the store was full, they became too old; or `clearOutbox()` was called after they began.
 */
export type DropReason =
  | 'queue_full'
  | 'rate_limited'
  | 'export_failed'
  | 'rejected'
  | 'timeout'
  | 'shutdown'
  | 'outbox_full'
  | 'outbox_expired'
  | 'outbox_cleared'

/** The functions of the API; on a handle they speak to that telemetry. */
export interface TelemetryApi {
  startSpan: typeof startSpan
  withSpan: typeof withSpan
  withContext: typeof withContext
  withBaggage: typeof withBaggage
  bind: typeof bind
  getCurrentSpan: typeof getCurrentSpan
  getErrorSpan: typeof getErrorSpan
  traced: typeof traced
  linkSpan: typeof linkSpan
}

const PAGE = Symbol.for('@codomyrmex/telemetry') // one telemetry a page, whichever copy of the package started it
const page = globalThis as { [PAGE]?: TelemetryApi | null }

/** The telemetry that runs on this page, started by this copy of the package or by another one. */
export function running(): TelemetryApi | null {
  return page[PAGE] ?? null
}

let wasRunning = false

/** The same for a span, of which a developer should know that nobody records it. */
function heard(): TelemetryApi | null {
  const telemetry = running()
  if (!telemetry && !wasRunning && isPage()) report('a span began before startTelemetry(); it is not recorded.')
  return telemetry
}

/** Makes `telemetry` the page's, or none. */
export function setRunning(telemetry: TelemetryApi | null): void {
  wasRunning = true
  if (telemetry) page[PAGE] = telemetry
  else delete page[PAGE]
}

/**
 * Starts a span. It is **not** made current: spans started afterwards are not its children, and `await` does not carry it.
 *
 * ```ts
 * // Wrong: `fetch` does not know of the span, and nobody ends it when `load` throws.
 * const span = startSpan('load'); await fetch('/api'); span.end()
 * // Right: current for everything inside, also after `await`; ended and marked when it throws.
 * await withSpan('load', async (span) => { await fetch('/api') })
 * ```
 *
 * Emits `span_started`. Without a running telemetry the span does nothing.
 *
 * @param name - what is done, with few different values (`'load cart'`, not `'load cart 4711'`)
 * @param options - {@link SpanOptions}; the attributes themselves may stand here instead
 * @param parent - by position as in the API specification; the same as `options.parent`
 */
export function startSpan(name: string, options?: SpanOptions | Attributes, parent?: ParentInput): TraceContext {
  return heard()?.startSpan(name, options, parent) ?? NO_SPAN_AT_ALL
}

/**
 * Runs `fn` inside a new span and gives back what `fn` gives back. The span is current for everything that `fn` starts, also
 * after `await`, in timers and in requests' events; for listeners the dispatcher's is, and none for events from outside. It ends when `fn` returns, or when the promise that it returned settles; an
 * error is recorded, sets the status and goes on to the caller.
 *
 * A thenable that is no promise (a query builder) is not waited for: make `fn` an async function that awaits it.
 *
 * @returns what `fn` returns; for a promise, a promise of the same kind that settles the same way
 */
export function withSpan<T>(name: string, fn: (span: TraceContext) => T): T
export function withSpan<T>(
  name: string,
  options: SpanOptions | Attributes | undefined,
  fn: (span: TraceContext) => T,
): T
export function withSpan<T>(
  name: string,
  options: SpanOptions | Attributes | undefined | ((span: TraceContext) => T),
  fn?: (span: TraceContext) => T,
): T {
  const telemetry = heard()
  if (telemetry) return telemetry.withSpan(name, options as SpanOptions, fn as (span: TraceContext) => T)
  return workOf<T>(typeof options === 'function' ? options : fn)(NO_SPAN_AT_ALL)
}

/**
 * Runs `fn` with `span` as the current one and gives back what `fn` gives back. The span is not ended.
 *
 * @param span - a span, a {@link Context}, or `null` for none: what `fn` starts begins new traces
 */
export function withContext<T>(span: TraceContext | Context | null, fn: () => T): T {
  const telemetry = running()
  return telemetry ? telemetry.withContext(span, fn) : workOf<T>(fn)()
}

/**
 * Runs `fn` with these entries added to the baggage, which travels to servers in the `baggage` header, to the same places as
 * `traceparent` ([Baggage](https://opentelemetry.io/docs/specs/otel/baggage/api/)). Everybody on the way can read it.
 */
export function withBaggage<T>(entries: Baggage, fn: () => T): T {
  const telemetry = running()
  return telemetry ? telemetry.withBaggage(entries, fn) : workOf<T>(fn)()
}

/** Gives a function that runs `fn` in the context that is current now, for callbacks that a library calls later on its own. */
export function bind<F extends (...args: never[]) => unknown>(fn: F): F {
  return running()?.bind(fn) ?? fn
}

/** The span that is current here, or `null`. */
export function getCurrentSpan(): TraceContext | null {
  return running()?.getCurrentSpan() ?? null
}

/**
 * The span in which an error was thrown, or `null` where nobody knows. Listeners of `error` and `unhandledrejection` run outside
 * of every span, since they work for the whole page; this is how they ask.
 *
 * ```ts
 * addEventListener('error', (event) => getErrorSpan(event)?.addEvent('crash'))
 * ```
 *
 * @param what - the error itself, or an `ErrorEvent` or `PromiseRejectionEvent` while it is dispatched or later. Known are
 *   errors that left a `withSpan` or a `traced` function (of several the innermost), and those that the browser reports from
 *   a callback or a listener that ran in a span.
 */
export function getErrorSpan(what: unknown): TraceContext | null {
  return running()?.getErrorSpan(what) ?? null
}

/**
 * Makes every call a span: `@traced('load')` on a method (standard and `experimentalDecorators`), `traced('load')(fn)` round
 * a function. Sync, async and generator functions keep their `this`, name, length and result; each resumption of a generator
 * runs in the span.
 *
 * @param name - @default the name of the function or method
 * @param attributes - set on every span
 */
export function traced(name?: string, attributes?: Attributes): Traced {
  return tracedWith((own, options, fn) => withSpan(own, options, fn), startSpan, withContext, name, attributes)
}

/** What `traced()` gives: a decorator, and a wrapper of a function. */
export type Traced = {
  <F extends (...args: never[]) => unknown>(fn: F): F
  <F extends (...args: never[]) => unknown>(fn: F, context: ClassMethodDecoratorContext): F
  <F>(none: undefined, context: ClassFieldDecoratorContext): (value: F) => F
  (prototype: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor
}

/**
 * Refers from the current span to another one ([Link](https://opentelemetry.io/docs/specs/otel/trace/api/#link)).
 *
 * @param context - a span, or ids from elsewhere
 * @returns `false`, without an error, where no span is current and recording, or the ids are not valid
 */
export function linkSpan(context: TraceContext | SpanContext, attributes?: Attributes): boolean {
  return running()?.linkSpan(context, attributes) ?? false
}

const OPTION_NAMES = ['attributes', 'parent', 'kind', 'links', 'startTime', 'root']

/** The API of one telemetry. */
export function createApi(maker: SpanMaker): TelemetryApi {
  const startIn = (name: string, options?: SpanOptions | Attributes, parent?: ParentInput) =>
    maker.startSpan(name, spanOptions(options), parent)

  const runWithSpan = <T>(name: string, options: unknown, fn?: unknown): T => {
    const isOptions = typeof options !== 'function'
    const work = workOf<T>(isOptions ? fn : options)
    const span = startIn(name, isOptions ? (options as SpanOptions) : undefined)
    return endWith(span, maker.contextWith(span), work)
  }

  const within = <T>(span: TraceContext | Context | null, fn: () => T): T =>
    runIn(contextFor(maker, span), workOf<T>(fn))

  return {
    startSpan: (name, options, parent) => (maker.host.loose = startIn(name, options, parent)),
    withSpan: runWithSpan,
    withContext: within,
    withBaggage: <T>(entries: Baggage, fn: () => T) =>
      runIn(guard('reading baggage', () => contextWithBaggage(active(), entries)) ?? active(), workOf<T>(fn)),
    bind: (fn) => (typeof fn === 'function' ? bindContext(fn) : fn),
    getCurrentSpan: () => maker.currentSpan(),
    getErrorSpan(what) {
      const context = guard('reading an error', () => contextOfFailure(what))
      return context ? maker.currentSpan(context) : null
    },
    traced: (name, attributes) => tracedWith(runWithSpan, startIn, within, name, attributes),
    linkSpan(context, attributes) {
      const span = maker.currentSpan()
      const target = guard('reading a span context', () => readSpanContext(context))
      if (!target || !span?.isRecording()) return false
      span.addLink({ context: target, attributes })
      return true
    },
  }
}

/** Runs `work` in `context` and ends `span` with its outcome: at once, or when the promise that came back settles. */
function endWith<T>(span: TraceContext, context: SpanContextMap, work: (span: TraceContext) => T): T {
  let result: T
  try {
    result = runIn(context, work, undefined, [span])
  } catch (error) {
    failWith(span, context, error)
    throw error
  }
  const ended = (value: unknown) => {
    endOnce(span)
    return value
  }
  const failed = (error: unknown) => {
    failWith(span, context, error)
    throw error
  }
  try {
    // What begins its work only in its `then` begins it in the span, and so does what zone.js makes of the end (Angular looks for
    // changes after it).
    if (isPromise(result)) {
      const ownThen = () => runIn(context, result.then, result, [ended, failed])
      return followed(result, ended, failed, ownThen) as T
    }
  } catch {
    // A Proxy that throws, or a promise that cannot be followed: whoever gets it sees the same.
  }
  endOnce(span)
  return result
}

function failWith(span: TraceContext, context: SpanContextMap, error: unknown): void {
  noteFailure(error, context)
  markFailed(span, error)
  endOnce(span)
}

/** The work may have ended its span by hand. */
function endOnce(span: TraceContext): void {
  if (span.isRecording()) guard('ending a span', () => span.end())
}

/** The work that is to run; what is no function cannot. */
function workOf<T>(fn: unknown): (...args: [span?: TraceContext]) => T {
  if (typeof fn === 'function') return fn as () => T
  ignored('the last argument of withSpan(), withContext() and withBaggage()', 'a function')
  return () => undefined as T
}

/** Tells options from plain attributes, which may stand in their place. */
function spanOptions(given?: SpanOptions | Attributes | null): SpanOptions | null | undefined {
  if (given === undefined || given === null) return given
  if (typeof given !== 'object') {
    ignored('options', 'an object')
    return null
  }
  const isPlain = guard('reading options', () => Object.keys(given).some((name) => !OPTION_NAMES.includes(name)))
  return isPlain ? { attributes: given as Attributes } : given
}
