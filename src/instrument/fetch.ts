import { mayBeLeaving, requestBegun, unlessLeft, watchNavigations } from '../lib/leaving'
import { NativePromise, plainThen } from '../lib/native'
import { createPatch, type Patch } from '../lib/patch'
import { guard } from '../lib/report'
import { type HttpSpan, type StartHttpSpan, startAll } from './httpSpan'

const subscribers = new Set<StartHttpSpan>()
let patch: Patch | null = null
let unwatch: (() => void) | null = null

/**
 * Traces `fetch`. The span ends when the headers have arrived; the body is never read, cloned or wrapped. The page gets the
 * very same `Response`, errors stay the same, and unhandled rejections stay unhandled. Returns its undo.
 */
export function traceFetch(start: StartHttpSpan): () => void {
  subscribers.add(start)
  patch ??= createPatch(globalThis, 'fetch', aroundFetch)
  patch.on()
  unwatch ??= watchNavigations()
  return () => {
    subscribers.delete(start)
    if (subscribers.size > 0) return
    patch?.off()
    unwatch?.()
    unwatch = null
  }
}

type Fetch = (...args: never[]) => unknown

// Synchronous up to the page's own fetch: an async wrapper would delay the request and turn every throw into a rejection.
function aroundFetch(target: Fetch, self: unknown, args: unknown[]): unknown {
  const http = guard('tracing a fetch', () => begin(args))
  if (!http) return Reflect.apply(target, self, args as never[])

  const passed = guard('adding trace headers to a fetch', () => withHeaders(args, http.headers)) ?? args
  let answer: unknown
  try {
    answer = Reflect.apply(target, self, passed as never[])
  } catch (error) {
    guard('ending the span of a fetch', () => http.failed(error))
    throw error
  }
  return guard('following a fetch', () => follow(answer, http, args)) ?? answer
}

function begin(args: readonly unknown[]): HttpSpan | null {
  const [input, init] = args as [RequestInfo | URL, RequestInit?]
  const request = asRequest(input)
  const method = init?.method ?? request?.method ?? 'GET'
  return startAll(subscribers, String(method), request ? request.url : String(input))
}

/** A Request of any realm: `instanceof` is false for one that an iframe made. */
function asRequest(input: unknown): Request | null {
  const isRequest = typeof input === 'object' && Object.prototype.toString.call(input) === '[object Request]'
  return isRequest ? (input as Request) : null
}

/** The caller's arguments, verbatim unless a header belongs on them. Nothing that the caller holds is written to. */
function withHeaders(args: unknown[], headers: HttpSpan['headers']): unknown[] {
  if (headers.length === 0 || args.length === 0) return args // fetch() throws, and must go on throwing
  const [input, init, ...rest] = args as [unknown, RequestInit | null | undefined, ...unknown[]]
  const request = asRequest(input)
  if (request) {
    const own = init?.headers ? new Headers(init.headers) : request.headers
    if (own.has('traceparent')) return args // the application carries its own trace
    // Setting on a copy's headers keeps what `{ headers }` as init would reset: referrer and referrer policy.
    const copy = !init ? new Request(request) : new Request(request, init)
    for (const [name, value] of headers) copy.headers.set(name, value)
    return [copy]
  }
  const given = init?.headers
  if (given && new Headers(given).has('traceparent')) return args
  return [input, overlay(init ?? {}, added(given, headers)), ...rest]
}

/** In the form that was given: who patched before us may spread or list them. */
function added(given: HeadersInit | undefined, headers: HttpSpan['headers']): HeadersInit {
  if (Array.isArray(given)) return [...given, ...(headers as [string, string][])]
  if (!given || Object.getPrototypeOf(given) === Object.prototype) return { ...given, ...Object.fromEntries(headers) }
  const copy = new Headers(given)
  for (const [name, value] of headers) copy.set(name, value)
  return copy
}

/**
 * `init` with other headers. A plain object is copied; of any other the fields must show through, inherited ones, accessors and
 * those that read private fields: a Proxy over nothing asks the object itself.
 */
function overlay(init: RequestInit, headers: HeadersInit): RequestInit {
  const prototype: unknown = Object.getPrototypeOf(init)
  if (prototype === Object.prototype || prototype === null) return { ...init, headers }
  return new Proxy({ headers } as RequestInit, {
    get: (own, key) => Reflect.get(key === 'headers' ? own : init, key) as unknown,
    has: (own, key) => key in own || key in init,
  })
}

function follow(answer: unknown, http: HttpSpan, args: readonly unknown[]): unknown {
  const ended = requestBegun()
  const answered = (response: Response) => {
    guard('ending the span of a fetch', () => {
      ended()
      // status 0: an opaque answer (no-cors) says nothing
      if (response.status > 0) http.answered(response.status, response)
      else http.aborted(response)
    })
    return response
  }
  const failed = (error: unknown) => {
    guard('ending the span of a fetch', () => {
      ended()
      if (isAborted(error, args)) http.aborted(error)
      // Else it ends with the page, marked.
      else if (mayBeLeaving()) unlessLeft((time) => http.failed(error, { time }))
      else http.failed(error)
    })
    throw error
  }
  if (typeof (answer as PromiseLike<unknown> | undefined)?.then !== 'function') {
    ended()
    http.aborted(answer) // somebody's fetch that gives no promise
    return answer
  }
  // A derived promise: subscribing to the page's own would mark its rejection as handled.
  if (answer instanceof NativePromise) return plainThen(answer as Promise<Response>, answered, failed)
  return (answer as Promise<Response>).then(answered, failed)
}

/** An abort by the page, which may have its own reason; a time-out is a failure. */
function isAborted(error: unknown, args: readonly unknown[]): boolean {
  if ((error as { name?: unknown } | null)?.name === 'AbortError') return true
  const [input, init] = args as [unknown, RequestInit?]
  const signal = init?.signal ?? asRequest(input)?.signal
  return (
    signal?.aborted === true && signal.reason === error && (error as { name?: unknown } | null)?.name !== 'TimeoutError'
  )
}
