// What the browser gave, taken before anybody else (or from where zone.js keeps it), so that our own timers, listeners and
// requests make no spans, carry no context and trigger no change detection.

import { bare } from './bare'
import { unpatched } from './patch'
import { readField } from './readField'
import { guard } from './report'

const OWN_WORK = 'a timer or listener'

/** `owner[name]` as it was before zone.js wrapped it, or `undefined` where the platform has none. */
function original<T extends object, K extends string & keyof T>(owner: T | undefined, name: K): T[K] | undefined {
  if (!owner) return undefined
  const functionAt = (key: string) => {
    const found = unpatched(readField(owner, key))
    return typeof found === 'function' ? found : undefined // an element of such a name is none
  }
  return (functionAt(`__zone_symbol__${name}`) ?? functionAt(name)) as T[K] | undefined
}

const given = Function.prototype.toString

/** The platform's `Function.prototype.toString`: taken before the page can patch it, or from where zone.js keeps it. */
export const textOf: () => string = unpatched(
  (readField(given, '__zone_symbol__OriginalDelegate') as typeof given | undefined) ?? given,
)

/** True for the platform's own function or class of that name; what is wrapped, bound or made a Proxy prints without a name, or as it is. */
export function isPlatforms(fn: unknown, name: string): boolean {
  return typeof fn === 'function' && textOf.call(fn).replace(/\s/g, '') === `function${name}(){[nativecode]}`
}

/** What a getter of the platform's says of `object`; `undefined` where that is not of its class. A Proxy hears nothing of it. */
export function ask(getter: (() => unknown) | undefined, object: unknown): unknown {
  try {
    return getter && Reflect.apply(getter, object, [])
  } catch {
    return undefined
  }
}

const kept = original(globalThis, 'Promise')!
const madeByAwait: Promise<unknown> = (async () => {})()

// What an async function returns is the platform's, whoever has replaced `Promise`. But for a build that makes a plain function of
// it (Angular's does): then it returns zone.js', who keeps the platform's own.
const isLowered = kept !== Promise && madeByAwait.constructor === Promise
const madeByPlatform = isLowered ? kept.resolve() : madeByAwait

/** The platform's own promise. */
export const NativePromise = madeByPlatform.constructor as PromiseConstructor

/** False where a polyfill has cut the platform's promises off from their constructor: then nothing of theirs can be followed. */
export const isPromiseWhole: boolean = Object.getPrototypeOf(madeByPlatform) === NativePromise.prototype

type Handler = ((value: never) => unknown) | null | undefined
type Then = (this: Promise<unknown>, onFulfilled?: Handler, onRejected?: Handler) => Promise<unknown>

/** The platform's own `then`. */
export const nativeThen: Then = original(NativePromise.prototype as Promise<unknown>, 'then') as Then

/** Set while we call native promise code ourselves, so that the accessors of `context/nativeAwait.ts` stand aside. */
export const aside = { on: false }

/** `promise.then(…)` by the platform's own `then`: no context, no zone, and the caller's promise stays as it was. */
export function plainThen<T>(promise: Promise<T>, onFulfilled: Handler, onRejected?: Handler): Promise<unknown> {
  const before = aside.on
  aside.on = true
  try {
    return Reflect.apply(nativeThen, promise, [onFulfilled, onRejected])
  } catch (error) {
    if (isPromiseWhole && promise instanceof NativePromise) throw error // a constructor of the page's
    return promise.then(onFulfilled as (value: T) => unknown, onRejected as (reason: unknown) => unknown) // a promise of another kind, such as Dexie's inside its transactions
  } finally {
    aside.on = before
  }
}

/** `plainThen` for work that nobody waits for: what is rejected in the end is reported, where the page would hear of an error of ours. */
export function detach<T>(work: Promise<T> | null | undefined, onFulfilled?: Handler, onRejected?: Handler): void {
  const failed = (error: unknown) =>
    guard(OWN_WORK, () => {
      throw error
    })
  if (!work) return
  const own = work instanceof NativePromise ? work : NativePromise.resolve(work) // see `isLowered`
  plainThen(plainThen(own, onFulfilled, onRejected), null, failed)
}

/** What it throws is reported. */
const guarded =
  <A extends unknown[]>(work: (...args: A) => void) =>
  (...args: A) =>
    guard(OWN_WORK, () => work(...args))

const timerSet = original(globalThis, 'setTimeout')
const timerClear = original(globalThis, 'clearTimeout')

const MAX_TIMER_MS = 2 ** 31 - 1 // browsers take more for 0

/** A timer that no zone sees. What `work` throws is reported: the page hears of no error of ours. Returns its cancel. */
export function later(ms: number, work: () => void): () => void {
  const args = [guarded(work), Math.min(ms, MAX_TIMER_MS)]
  const id = guard(OWN_WORK, (): unknown => Reflect.apply(timerSet!, globalThis, args))
  if (typeof id === 'object') (id as { unref?(): void } | null)?.unref?.() // in Node a timer of ours must not keep the process alive
  return () => guard(OWN_WORK, () => Reflect.apply(timerClear!, globalThis, [id]))
}

const listeners = typeof EventTarget === 'function' ? EventTarget.prototype : undefined
const listenerAdd = original(listeners, 'addEventListener')
const listenerRemove = original(listeners, 'removeEventListener')

/** Listens without a zone task or a context. What `listener` throws is reported. Returns its undo. */
export function listen(
  target: EventTarget,
  type: string,
  listener: (event: Event) => void,
  options?: AddEventListenerOptions,
): () => void {
  const args = [type, guarded(listener), bare({ ...options })] as const
  const call = (method: AddListener | undefined, name: 'addEventListener' | 'removeEventListener') =>
    guard(OWN_WORK, () => {
      try {
        Reflect.apply(method!, target, args)
      } catch {
        target[name](...args) // a target of another kind, such as the window of a test environment
      }
    })
  call(listenerAdd, 'addEventListener')
  return () => call(listenerRemove, 'removeEventListener')
}

type AddListener = EventTarget['addEventListener']

/** The page's `fetch` before anybody patched it: our exports must never be traced. `undefined` where there is none. */
export const nativeFetch: typeof fetch | undefined =
  typeof fetch === 'function' ? original(globalThis, 'fetch')?.bind(globalThis) : undefined

/** `navigator.sendBeacon`, bound, or `undefined` where there is none. */
export const nativeSendBeacon: Navigator['sendBeacon'] | undefined =
  typeof navigator === 'object' && typeof navigator.sendBeacon === 'function'
    ? navigator.sendBeacon.bind(navigator)
    : undefined

const idle = original(globalThis as Partial<typeof globalThis>, 'requestIdleCallback')

/** Milliseconds after which what waits for an idle moment goes on, though the page is never idle. */
export const IDLE_WITHIN_MS = 1000

/** Works when the page has nothing else to do, within `ms`; then where the browser cannot tell (Safari). What `work` throws is reported. */
export function whenIdle(ms: number, work: () => void): void {
  const args = [guarded(work), bare({ timeout: ms })]
  if (!guard(OWN_WORK, () => idle && Reflect.apply(idle, globalThis, args))) later(ms, work)
}

type FetchLater = (url: string, init: RequestInit & { activateAfter?: number }) => unknown

/** `fetchLater`, bound, or `undefined` where there is none: a request that the browser sends when the page is gone. */
export const nativeFetchLater: FetchLater | undefined = original(
  globalThis as { fetchLater?: FetchLater },
  'fetchLater',
)?.bind(globalThis)
