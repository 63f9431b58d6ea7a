import { bare, descriptorOf, hasOwn } from '../lib/bare'
import { aside, isPromiseWhole, NativePromise, nativeThen } from '../lib/native'
import { createPatch } from '../lib/patch'
import { report } from '../lib/report'
import { beforeLockdown } from './beforeLockdown'
import { entering, type Settle, settleBetween } from './bracket'
import { currentFrame, type Frame, runInFrame } from './frame'
import { hideThen } from './hideThen'
import { isSettle } from './isSettle'
import { inFrame, resumeInFrame } from './resumeInFrame'
import { followZonePromise } from './zonePromise'

// How a context follows native `await`, by what the specification lets a page see of `await promise`:
//
//   1. it reads `promise.constructor`, at once        → inside a frame we remember the promise and answer with a stand-in,
//   2. so it makes a hidden promise, resolves it with   which sends it this longer way
//      `promise`, and that reads `promise.then`       → the very next read, of the very same promise: the await's. Its `then`
//   3. a microtask calls that `then` with the hidden    remembers the frame
//      promise's resolve functions                    → they settle between *enter* and *leave*:
//
//        microtask queue:   │ enter the frame │ the continuation │ leave │
//
// All three are queued in one synchronous stretch and the hidden promise has one reaction, so nothing can come between them.
// Any other read of `then` (`return promise`, `resolve(promise)`) settles promises that others see: never bracketed.

type Handler = ((value: unknown) => unknown) | null | undefined
type Then = (this: Promise<unknown>, onFulfilled?: Handler, onRejected?: Handler) => Promise<unknown>

/** Makes native promises carry the current frame. Returns its undo. */
export function followNativeAwait(): () => void {
  const proto = NativePromise.prototype as Promise<unknown>
  const thenBefore = descriptorOf(proto, 'then')
  const constructorBefore = descriptorOf(proto, 'constructor')
  const resolveBefore = descriptorOf(NativePromise, 'resolve')
  if (!isPromiseWhole) {
    report('`Promise` was replaced before the telemetry was loaded: spans are not linked across `await`.')
    return () => {}
  }
  if (!thenBefore?.configurable || !constructorBefore?.configurable || !resolveBefore?.writable) {
    report('`Promise` is frozen: spans are not linked across `await`.')
    return () => {}
  }

  let asked: unknown = null // the promise whose `constructor` was read last, inside a frame, and nothing else since
  let isSettling = false // while the `then` of an await runs: nobody sees the promise that it returns, so no species is asked for

  // What `then` is for the page (native, zone.js', what a polyfill assigns), and the same with callbacks that keep the frame.
  // Made anew for each: whoever kept an earlier one and builds on it must not come back to himself.
  const underneath = new WeakMap<Then, Then>()
  const carry = (pageThen: Then): Then => {
    // A Proxy: it prints as native code.
    const carrying = new Proxy(
      pageThen,
      bare({
        apply(_, promise: Promise<unknown>, handlers: [Handler?, Handler?]) {
          const frame = currentFrame()
          if (pageThen !== nativeThen)
            return Reflect.apply(pageThen, promise, frame === null ? handlers : lookingAlike(frame, handlers))
          const [onFulfilled, onRejected] = handlers
          return frame === null
            ? thenAside(promise, onFulfilled, onRejected)
            : thenAside(promise, carried(frame, onFulfilled), carried(frame, onRejected))
        },
      }),
    )
    underneath.set(carrying, pageThen)
    return carrying
  }
  let pageThen = proto.then as Then
  let carryingThen = carry(pageThen)

  const awaiting = (frame: Frame | null): Then => {
    const enter = entering(frame)
    return {
      then(this: Promise<unknown>, onFulfilled?: unknown, onRejected?: unknown) {
        // The engine calls it from the empty stack, with its own two functions. Whoever else got it calls a `then` like any other.
        if (currentFrame() !== null || !isSettle(onFulfilled) || typeof onRejected !== 'function')
          return Reflect.apply(carryingThen, this, [onFulfilled as Handler, onRejected as Handler])
        isSettling = true
        try {
          return nativeThen.call(
            this,
            (value) => {
              const show = hideThen(value)
              try {
                return settleBetween(enter, onFulfilled, value)
              } finally {
                show?.()
              }
            },
            (reason) =>
              isSettle(onRejected) ? settleBetween(enter, onRejected, reason) : (onRejected as Settle)(reason),
          )
        } finally {
          isSettling = false
        }
      },
    }.then
  }
  let awaitedIn: Frame | null = null // the frame of the last await, which is mostly that of the next one too
  let awaitedThen = awaiting(null)
  const thenOfAwait = (frame: Frame | null): Then => {
    if (frame !== awaitedIn) {
      awaitedThen = awaiting(frame)
      awaitedIn = frame
    }
    return awaitedThen
  }

  // zone.js' promise, when it is on the page, or null.
  let zonePromise = followZonePromise()

  // Works as Promise for `new p.constructor(…)` and the like. An await only compares it; whoever reads more of it is none.
  const standIn: PromiseConstructor = new Proxy(
    NativePromise,
    new Proxy(
      Reflect,
      bare({
        get(reflect, trap) {
          asked = null
          return trap === 'get'
            ? (target: object, key: PropertyKey, receiver: unknown) =>
                key === Symbol.species && receiver === standIn
                  ? NativePromise
                  : (Reflect.get(target, key, receiver) as unknown)
            : (Reflect.get(reflect, trap) as unknown)
        },
      }),
    ) as ProxyHandler<PromiseConstructor>,
  )

  const thenAccessor: PropertyDescriptor = {
    configurable: true,
    enumerable: false,
    get(this: Promise<unknown>) {
      const isAwait = asked === this && asked !== null
      asked = null
      const frame = currentFrame()
      if (aside.on || (frame === null && !isAwait)) return pageThen
      return isAwait ? thenOfAwait(frame) : carryingThen
    },
    set(this: object, value: Then) {
      if (this !== proto) {
        setOwn(this, 'then', value)
        return
      }
      if (!descriptorOf(proto, 'then')?.configurable) return // frozen meanwhile
      pageThen = underneath.get(value) ?? value
      carryingThen = carry(pageThen)
      zonePromise ??= followZonePromise() // zone.js that comes later puts its promise in place, and then assigns this
    },
  }
  const constructorAccessor: PropertyDescriptor = {
    configurable: true,
    enumerable: false,
    get(this: object) {
      asked = null
      if (isSettling) return undefined
      // Beside zone.js' promise awaits outside of frames are bracketed too: see zonePromise.ts.
      if (aside.on || (currentFrame() === null && zonePromise === null)) return NativePromise
      // Only what an await would take its short way with: a `then` of its own is never called there.
      if (Object.getPrototypeOf(this) !== proto || hasOwn(this, 'then')) return NativePromise
      asked = this
      return standIn
    },
    set(this: object, value: unknown) {
      setOwn(this, 'constructor', value)
    },
  }

  // `Promise.resolve(p) === p` compares `p.constructor` with Promise; a foreign thenable works inside the frame.
  const nativeResolve = resolveBefore.value as PromiseConstructor['resolve']
  const resolve = new Proxy(
    nativeResolve,
    bare({
      apply(_, self: unknown, args: unknown[]) {
        const frame = currentFrame()
        const before = aside.on
        aside.on = true
        try {
          const passed = frame === null ? args : [inside(frame, args[0])]
          return Reflect.apply(nativeResolve, self === standIn ? NativePromise : self, passed as [unknown])
        } finally {
          aside.on = before
        }
      },
    }),
  )

  Object.defineProperty(proto, 'then', bare(thenAccessor))
  Object.defineProperty(proto, 'constructor', bare(constructorAccessor))
  Object.defineProperty(NativePromise, 'resolve', bare({ ...resolveBefore, value: resolve }))

  // An async generator awaits what it is closed with: `undefined` after a `break`. A promise of it gives the same, and is seen.
  const generators = Object.getPrototypeOf(async function* () {}.prototype) as object
  const closing = createPatch(generators, 'return', (target, self, args) =>
    Reflect.apply(
      target,
      self,
      (currentFrame() === null || args[0] instanceof Object ? args : [(async () => args[0])()]) as never[],
    ),
  )
  closing.on()

  // Reflect: what the page has frozen meanwhile stays, and the rest is put back.
  const putBack = () => {
    closing.off()
    zonePromise?.()
    if (descriptorOf(proto, 'then')?.get === thenAccessor.get)
      Reflect.defineProperty(proto, 'then', bare(thenBefore.get ? thenBefore : { ...thenBefore, value: pageThen }))
    if (descriptorOf(proto, 'constructor')?.get === constructorAccessor.get)
      Reflect.defineProperty(proto, 'constructor', constructorBefore)
    if ((NativePromise.resolve as unknown) === resolve) Reflect.defineProperty(NativePromise, 'resolve', resolveBefore)
  }
  const forgetLockdown = beforeLockdown(() => {
    report('`lockdown()` was called: spans are not linked across `await`.')
    putBack()
  })
  return () => {
    forgetLockdown()
    putBack()
  }
}

/** The native `then`, called once: what it throws is for the page. */
function thenAside(promise: Promise<unknown>, onFulfilled: Handler, onRejected: Handler): Promise<unknown> {
  const before = aside.on
  aside.on = true
  try {
    return nativeThen.call(promise, onFulfilled, onRejected)
  } finally {
    aside.on = before
  }
}

function carried(frame: Frame, handler: Handler): Handler {
  return typeof handler === 'function' ? inFrame(frame, handler) : handler
}

/** The same for a `then` of the page, which may look at what it is given. */
function lookingAlike(frame: Frame, handlers: [Handler?, Handler?]): [Handler?, Handler?] {
  return handlers.map((handler) =>
    typeof handler === 'function'
      ? new Proxy(handler, bare({ apply: (run, self, args) => resumeInFrame(frame, run, self, args) as unknown }))
      : handler,
  ) as typeof handlers
}

/** A thenable that is no promise (a query builder) is asked for its value later, from outside: this stands for it. */
function inside(frame: Frame, value: unknown): unknown {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  if (!isObject || value instanceof NativePromise) return value
  let then: unknown
  try {
    then = (value as { then?: unknown }).then
  } catch {
    return value // the platform reads it again, and rejects
  }
  if (typeof then !== 'function') return value
  const run = then as (...args: never[]) => unknown
  return { then: (...settle: unknown[]) => runInFrame(frame, run, value, settle) }
}

/** What an assignment to an inherited data property would do, without throwing on a frozen object. */
function setOwn(object: object, key: string, value: unknown): void {
  const own = descriptorOf(object, key)
  Reflect.defineProperty(
    object,
    key,
    bare(own ? { value } : { value, configurable: true, enumerable: true, writable: true }),
  )
}
