import type { Context } from '../context/frame'
import { bare } from '../lib/bare'
import { guard, ignored } from '../lib/report'
import type { Traced } from './api'
import type { Attributes } from './attributes'
import { markFailed } from './exception'
import type { TraceContext } from './span'

type AnyFunction = (...args: never[]) => unknown
type RunWithSpan = (name: string, options: { attributes?: Attributes | undefined }, fn: () => unknown) => unknown
type StartSpan = (name: string, options: { attributes?: Attributes | undefined }) => TraceContext
type Within = <T>(span: TraceContext | Context | null, fn: () => T) => T

/** The decorator and wrapper behind `traced()`, for one telemetry. */
export function tracedWith(
  runWithSpan: RunWithSpan,
  startSpan: StartSpan,
  within: Within,
  name: string | undefined,
  attributes: Attributes | undefined,
): Traced {
  const wrap = (fn: AnyFunction, ownName: string): AnyFunction => {
    const spanName = name ?? (ownName || 'anonymous')
    const isGenerator = /Generator/.test(Object.prototype.toString.call(fn))
    // A Proxy keeps `this`, name, length, own properties and `new`.
    return new Proxy(
      fn,
      bare<ProxyHandler<AnyFunction>>({
        apply(target, self, args) {
          const call = () => Reflect.apply(target, self, args) as unknown
          if (!isGenerator) return runWithSpan(spanName, { attributes }, call)
          return tracedGenerator(call() as Resumable, () => startSpan(spanName, { attributes }), within)
        },
      }),
    )
  }

  const replace = (target: unknown, context: unknown, descriptor: PropertyDescriptor | undefined): unknown => {
    if (typeof context === 'string' || typeof context === 'symbol') {
      // experimentalDecorators: (prototype, key, descriptor)
      if (typeof descriptor?.value !== 'function') return misplaced()
      descriptor.value = wrap(descriptor.value as AnyFunction, String(context))
      return descriptor
    }
    const place = context as { kind?: string; name?: string | symbol } | undefined
    if (typeof target === 'function' && !isClass(target, place?.kind))
      return wrap(target as AnyFunction, String(place?.name ?? target.name))
    if (place?.kind === 'field')
      return (value: unknown) => (typeof value === 'function' ? wrap(value as AnyFunction, String(place.name)) : value)
    return misplaced()
  }
  const decorate = (target: unknown, context?: unknown, descriptor?: PropertyDescriptor): unknown =>
    guard('tracing a function', () => replace(target, context, descriptor)) ??
    (context === undefined ? target : undefined) // as it was
  return decorate as Traced
}

const misplaced = () => ignored('what traced() is put on', 'a method, a function, or a field that holds one')

function isClass(target: unknown, kind: string | undefined): boolean {
  return kind === 'class' || /^class\b/.test(Function.prototype.toString.call(target))
}

type Step = IteratorResult<unknown>
interface Resumable {
  next(value?: unknown): Step | Promise<Step>
  return(value?: unknown): Step | Promise<Step>
  throw(error?: unknown): Step | Promise<Step>
}

/**
 * A generator whose body runs in a span, from its first resumption to its end. One that is never resumed makes no span.
 */
function tracedGenerator(generator: Resumable, start: () => TraceContext, within: Within): Resumable {
  let span: TraceContext | null = null
  let open = true

  const close = (error?: { thrown: unknown }) => {
    if (!open) return
    open = false
    if (error && span) markFailed(span, error.thrown)
    if (span?.isRecording()) span.end()
  }
  const check = (step: Step) => {
    if (step.done) close()
    return step
  }
  const fail = (thrown: unknown): never => {
    close({ thrown })
    throw thrown
  }
  const resume = (method: 'next' | 'return' | 'throw') => (value: unknown) => {
    if (method === 'next') span ??= start()
    const step = () => generator[method](value)
    let result: Step | Promise<Step>
    try {
      result = span && open ? within(span, step) : step()
    } catch (error) {
      return fail(error)
    }
    return 'then' in result ? result.then(check, fail) : check(result)
  }

  const wrapped = Object.create(Object.getPrototypeOf(generator) as object) as Resumable
  for (const method of ['next', 'return', 'throw'] as const)
    Object.defineProperty(wrapped, method, bare({ value: resume(method), configurable: true, writable: true }))
  return wrapped
}
