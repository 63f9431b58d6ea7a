import { bare, descriptorOf } from '../lib/bare'
import { mayBeLeaving, requestBegun, unlessLeft, watchNavigations } from '../lib/leaving'
import { followed, isPromise } from '../lib/membersOf'
import { ask, isPlatforms, NativePromise } from '../lib/native'
import { createPatch, type Patch } from '../lib/patch'
import { guard } from '../lib/report'
import { type AskedFor, addHeaders, type ReadCall, readCall } from './fetchCall'
import { type HttpSpan, type StartHttpSpan, startAll } from './httpSpan'

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
  // Vitest puts a subclass in its place.
  for (let at = globalThis.Request; at?.prototype && !requestUrl; at = Object.getPrototypeOf(at) as typeof Request) {
    requestUrl = descriptorOf(at.prototype, 'url')?.get
    if (isPlatforms(at, 'Request')) PlatformRequest ??= at
  }
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
  const isRead = args.length > 0 && (self ?? globalThis) === globalThis // else it is refused unread
  if (!isRead) return Reflect.apply(target, self, args as never[])
  const isPlatform =
    PlatformRequest && globalThis.Request === PlatformRequest && guard(DOING, () => isPlatforms(target, 'fetch'))
  return isPlatform ? asPlatform(PlatformRequest!, target, self, args) : asStranger(target, self, args)
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
  const again = guard(DOING, () => forgotten(Platform, request)) ?? []
  const answer: unknown = Reflect.apply(target, self, [request, ...again] as never[])
  return (http && guard(DOING, () => follow(answer, http, () => request))) ?? answer
}

/**
 * Firefox forgets `keepalive` of a Request that it copies; with an init it forgets the referrer, too. Elsewhere there is none, since with
 * one Chromium's service workers forget headers that the browser has set, such as client hints.
 */
function forgotten(Platform: typeof Request, { keepalive, referrer, referrerPolicy }: Request): RequestInit[] {
  const isForgotten = keepalive && !new Platform(new Platform('data:,', bare({ keepalive }))).keepalive
  return isForgotten ? [bare({ keepalive, referrer, referrerPolicy })] : []
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
 * Above somebody else's `fetch`, which may take what the platform's does not: it is given what was read of the caller's arguments, in the
 * form in which they came. What we do not understand is passed on untraced.
 */
function asStranger(target: Fetch, self: unknown, args: unknown[]): unknown {
  const call = guard(DOING, () => readCall(args, PlatformRequest, isRequest))
  const http = call?.url !== undefined ? guard(DOING, () => startAll(subscribers, call.method, call.url!)) : null
  const passed = guard(DOING, () => call?.passed(http?.headers ?? [])) ?? args
  if (!http) return Reflect.apply(target, self, passed as never[])
  let answer: unknown
  try {
    answer = Reflect.apply(target, self, passed as never[])
  } catch (error) {
    guard(DOING, () => http.failed(error, { mayLearn: false })) // his own error, before any request
    throw error
  }
  return guard(DOING, () => follow(answer, http, (call as ReadCall).asked)) ?? answer
}

/** A Request of the platform, of any realm: `instanceof` is false for one that an iframe made, and true for a polyfill's. */
function isRequest(input: unknown): input is Request {
  return typeof ask(requestUrl, input) === 'string'
}

/** `request` is what the platform made of what was asked for; nothing is read of it before the request has failed. */
function follow(answer: unknown, http: HttpSpan, request: () => AskedFor): unknown {
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
      const asked = request()
      const mayLearn = !isDemanding(asked)
      if (isAborted(error, asked.signal)) http.aborted(error)
      // Else it ends with the page, marked.
      else if (mayBeLeaving()) unlessLeft((time) => http.failed(error, { time, mayLearn }))
      else http.failed(error, { mayLearn })
    })
    throw error
  }
  if (!isPromise(answer)) {
    ended()
    http.aborted(answer) // somebody's fetch that gives no promise; another thenable may begin only when it is awaited
    return answer
  }
  return followed(answer, answered, failed, () => answer.then(answered as never, failed))
}

/** Its caller has demands that fail it where no header does; with `keepalive` too many bytes do. */
function isDemanding({ integrity, cache, redirect, mode, keepalive }: AskedFor): boolean {
  return Boolean(integrity || keepalive) || cache === 'only-if-cached' || redirect === 'error' || mode === 'same-origin'
}

/** An abort by the page, which may have its own reason; a time-out is a failure. */
function isAborted(error: unknown, signal: AbortSignal | null | undefined): boolean {
  const name = (error as { name?: unknown } | null)?.name
  return name === 'AbortError' || (signal?.aborted === true && signal.reason === error && name !== 'TimeoutError')
}
