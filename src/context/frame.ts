import type { TraceContext } from '../trace/span'

/**
 * What is current, as OpenTelemetry's `Context`: an immutable map. `setValue` and `deleteValue` give a changed copy.
 */
export interface Context {
  /** What stands under `key`, or `undefined`. */
  getValue(key: symbol): unknown
  /** A copy with `value` under `key`. */
  setValue(key: symbol, value: unknown): Context
  /** A copy with nothing under `key`. */
  deleteValue(key: symbol): Context
}

/** The key under which OpenTelemetry keeps the current span in a context. */
export const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN')

/** A map with a fast slot for the span. */
export class SpanContextMap implements Context {
  /** The frame made for this context last, so that running in it again forks no second zone. */
  frame: Frame | null = null

  constructor(
    readonly span: TraceContext | null,
    private readonly values: ReadonlyMap<symbol, unknown> | null,
  ) {}

  getValue(key: symbol): unknown {
    return key === SPAN_KEY ? (this.span ?? undefined) : this.values?.get(key)
  }

  setValue(key: symbol, value: unknown): SpanContextMap {
    if (key === SPAN_KEY) return this.withSpan((value as TraceContext | undefined) ?? null)
    return new SpanContextMap(this.span, new Map(this.values).set(key, value))
  }

  deleteValue(key: symbol): SpanContextMap {
    if (key === SPAN_KEY) return this.withSpan(null)
    const values = new Map(this.values)
    values.delete(key)
    return new SpanContextMap(this.span, values)
  }

  withSpan(span: TraceContext | null): SpanContextMap {
    return new SpanContextMap(span, this.values)
  }
}

/** The empty context: no span, no values. */
export const ROOT_CONTEXT: SpanContextMap = new SpanContextMap(null, null)

/** How a zone is made, as far as we use it. */
interface ZoneSpec {
  readonly name: string
  readonly properties?: Record<string, unknown>
}

/** What this page's zone.js calls a zone, as far as we use it. */
export interface Zone {
  readonly parent: Zone | null
  readonly name: string
  get(key: string): unknown
  fork(spec: ZoneSpec): Zone
  scheduleMicroTask(source: string, callback: () => void): unknown
  run<T>(callback: (...args: never[]) => T, self?: unknown, args?: unknown[]): T
}

/**
 * A context that is on, and where in the application's zones it is on. `base` is the nearest zone that is not ours (`null`:
 * the root); `zone`, forked from it, is made only when something asynchronous asks for `Zone.current`.
 */
export class Frame {
  zone: Zone | null = null
  /** The microtask that turns this frame on, made at its first `await`: one for all of them. */
  enter: (() => void) | null = null

  constructor(
    readonly context: SpanContextMap,
    readonly base: Zone | null,
  ) {}
}

let current: Frame | null = null

/** The frame that is on, or `null` outside of everything of ours. */
export function currentFrame(): Frame | null {
  return current
}

/** Turns `frame` on and gives back the one before. Whoever calls this puts that back in `finally`. */
export function swapFrame(frame: Frame | null): Frame | null {
  const before = current
  current = frame
  return before
}

/** Runs `fn` with `frame` on, or outside of all, and puts back what was on before. */
export function runInFrame<T>(frame: Frame | null, fn: (...args: never[]) => T, self: unknown, args: unknown[]): T {
  const before = swapFrame(frame)
  try {
    return Reflect.apply(fn, self, args) as T
  } finally {
    swapFrame(before)
  }
}
