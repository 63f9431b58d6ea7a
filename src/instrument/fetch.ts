import { bare, descriptorOf } from '../lib/bare'
import { mayBeLeaving, requestBegun, unlessLeft, watchNavigations } from '../lib/leaving'
import { ask, isPlatforms, NativePromise, plainThen } from '../lib/native'
import { createPatch, type Patch } from '../lib/patch'
import { guard } from '../lib/report'
import { additions, type HttpSpan, type StartHttpSpan, startAll } from './httpSpan'

const DOING = 'tracing a fetch'
const subscribers = new Set<StartHttpSpan>()
let patch: Patch | null = null
let unwatch: (() => void) | null = null
let PlatformRequest: typeof Request | null = null // found at the start, not before: Node makes its own when it is asked for
let requestUrl: (() => unknown) | undefined

/**
 * Traces `fetch`. The span ends when the headers have arrived; the body is never read, cloned or wrapped. The page gets the
 * very same `Response`, errors stay the same, and unhandled rejections stay unhandled. Returns its undo.
 */
export function traceFetch(start: StartHttpSpan): () => void {
  subscribers.add(start)
  if (isPlatforms(globalThis.Request, 'Request')) PlatformRequest ??= Request
  // Vitest puts a subclass in its place.
  for (let at = globalThis.Request; at?.prototype && !requestUrl; at = Object.getPrototypeOf(at) as typeof Request)
    requestUrl = descriptorOf(at.prototype, 'url')?.get
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
  if (!PlatformRequest || !isPlatforms(target, 'fetch')) return asStranger(target, self, args)
  const isRead = args.length > 0 && (self ?? globalThis) === globalThis // else it is refused unread
  return isRead ? asPlatform(PlatformRequest, target, self, args) : Reflect.apply(target, self, args as never[])
}

/**
 * Above the platform's own `fetch`: whatever the caller gives is read by the platform's `Request`, as `fetch` itself would, once and in
 * the same order. The headers are then set on that Request, which is nobody else's.
 */
function asPlatform(Platform: typeof Request, target: Fetch, self: unknown, [input, init]: unknown[]): unknown {
  let request: Request
  try {
    request = new Platform(input as RequestInfo, init as RequestInit)
  } catch (error) {
    guard(DOING, () => sayFetch(error))
    return NativePromise.reject(error) // what `fetch` does with everything that it cannot read
  }
  const http = guard(DOING, () => startAll(subscribers, request.method, request.url))
  if (http) guard(DOING, () => addHeaders(request.headers, http.headers))
  // Firefox forgets `keepalive` of a Request that it copies; with an init it forgets the referrer, too.
  const { keepalive, referrer, referrerPolicy } = request
  const again = keepalive ? [bare({ keepalive, referrer, referrerPolicy })] : []
  const answer: unknown = Reflect.apply(target, self, [request, ...again] as never[])
  return (http && guard(DOING, () => follow(answer, http, () => request.signal))) ?? answer
}

/** Chromium and Firefox tell in the text who refused. */
function sayFetch(error: unknown): void {
  if (!(error instanceof TypeError)) return
  const scope = typeof document === 'object' ? 'Window' : 'WorkerGlobalScope'
  const text = error.message
    .replace(/^Failed to construct 'Request'/, `Failed to execute 'fetch' on '${scope}'`)
    .replace(/^Request constructor/, `${scope}.fetch`)
  if (text !== error.message) error.message = text
}

/**
 * Above somebody else's `fetch`, which may take what the platform's does not, and is given it in the form in which it came. What we do
 * not understand is passed on as it is, untraced.
 */
function asStranger(target: Fetch, self: unknown, args: unknown[]): unknown {
  const begun = guard(DOING, () => begin(args))
  if (!begun) return Reflect.apply(target, self, args as never[])

  const { http, signal } = begun
  const passed = guard(DOING, begun.passed) ?? args
  let answer: unknown
  try {
    answer = Reflect.apply(target, self, passed as never[])
  } catch (error) {
    guard(DOING, () => http.failed(error))
    throw error
  }
  return guard(DOING, () => follow(answer, http, signal)) ?? answer
}

interface Begun {
  readonly http: HttpSpan
  /** The arguments with trace headers; `undefined` where there are none to add. Nothing that the caller holds is written to. */
  passed(): unknown[] | undefined
  readonly signal: Signal
}

function begin([input, init, ...rest]: readonly unknown[]): Begun | null {
  const request = asRequest(input)
  if (!request && typeof input !== 'string' && !(input instanceof URL)) return null
  const isObject = typeof init === 'object' && init !== null
  const read = isObject ? readOnce(init) : {}
  const method = read.method ?? request?.method ?? 'GET'
  const http = startAll(subscribers, String(method), request ? request.url : String(input))
  if (!http) return null
  const { headers } = http
  return {
    http,
    passed() {
      if (headers.length === 0 || (init !== undefined && init !== null && !isObject)) return undefined
      if (request) {
        // Setting on a copy's headers keeps what `{ headers }` as init would reset: referrer and referrer policy.
        const copy = isObject ? new Request(request, read) : new Request(request)
        addHeaders(copy.headers, headers)
        return [copy]
      }
      read.headers = added(read.headers, headers)
      return [input, read, ...rest]
    },
    signal: () => read.signal ?? request?.signal,
  }
}

/** A Request of the platform, of any realm: `instanceof` is false for one that an iframe made, and true for a polyfill's. */
function asRequest(input: unknown): Request | null {
  return typeof ask(requestUrl, input) === 'string' ? (input as Request) : null
}

/**
 * `init` with each field read once, however often it is asked for. A plain object is copied; of any other the fields must show through,
 * inherited ones, accessors and those that read private fields: a Proxy over nothing asks the object itself.
 */
function readOnce(init: RequestInit): RequestInit {
  const prototype: unknown = Object.getPrototypeOf(init)
  if (prototype === Object.prototype || prototype === null) return { ...init }
  return new Proxy(
    bare({} as Record<PropertyKey, unknown>),
    bare<ProxyHandler<Record<PropertyKey, unknown>>>({
      get(read, key) {
        if (!(key in read)) read[key] = Reflect.get(init, key)
        return read[key]
      },
      has: (read, key) => key in read || key in init,
    }),
  )
}

/** In the form that was given: who patched before us may spread or list them. */
function added(given: HeadersInit | undefined, headers: HttpSpan['headers']): HeadersInit {
  const list = Array.isArray(given) ? [...given] : null
  const record: Record<string, string> | null =
    !list && (!given || Object.getPrototypeOf(given) === Object.prototype) ? { ...(given as object) } : null
  const all = new Headers(list ?? record ?? given)
  const more = additions((name) => all.has(name), headers)
  if (list) return [...list, ...more] as [string, string][]
  for (const [name, value] of more)
    if (record) record[name] = name in record ? `${record[name]},${value}` : value
    else all.append(name, value)
  return record ?? all
}

function addHeaders(own: Headers, headers: HttpSpan['headers']): void {
  for (const [name, value] of additions((one) => own.has(one), headers)) own.append(name, value)
}

type Signal = () => AbortSignal | null | undefined

function follow(answer: unknown, http: HttpSpan, signal: Signal): unknown {
  const ended = requestBegun()
  const answered = (response: Response) => {
    guard(DOING, () => {
      ended()
      // status 0: an opaque answer (no-cors) says nothing
      if (response.status > 0) http.answered(response.status, response)
      else http.aborted(response)
    })
    return response
  }
  const failed = (error: unknown) => {
    guard(DOING, () => {
      ended()
      if (isAborted(error, signal())) http.aborted(error)
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
function isAborted(error: unknown, signal: AbortSignal | null | undefined): boolean {
  const name = (error as { name?: unknown } | null)?.name
  return name === 'AbortError' || (signal?.aborted === true && signal.reason === error && name !== 'TimeoutError')
}
