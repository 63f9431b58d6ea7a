import { aside, isPromiseWhole, NativePromise, nativeThen } from '../lib/native'
import { report } from '../lib/report'
import { entering, type Settle, settleBetween } from './bracket'
import { currentFrame, type Frame, runInFrame } from './frame'
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
  const thenBefore = Object.getOwnPropertyDescriptor(proto, 'then')
  const constructorBefore = Object.getOwnPropertyDescriptor(proto, 'constructor')
  const resolveBefore = Object.getOwnPropertyDescriptor(NativePromise, 'resolve')
  if (!isPromiseWhole) {
    report('`Promise` was replaced on this page before the telemetry was loaded: spans are not linked across `await`.')
    return () => {}
  }
  if (!thenBefore?.configurable || !constructorBefore?.configurable || !resolveBefore?.writable) {
    report('`Promise` is frozen on this page: spans are not linked across `await`.')
    return () => {}
  }

  let asked: unknown = null // the promise whose `constructor` was read last, inside a frame, and nothing else since
  let isSettling = false // while the `then` of an await runs: nobody sees the promise that it returns, so no species is asked for

  // What `then` is for the page (native, zone.js', what a polyfill assigns), and the same with callbacks that keep the frame.
  // Made anew for each: whoever kept an earlier one and builds on it must not come back to himself.
  const underneath = new WeakMap<Then, Then>()
  const carry = (pageThen: Then): Then => {
    const carrying: Then = {
      // A method: like the native one it cannot be called with `new`.
      then(this: Promise<unknown>, onFulfilled?: Handler, onRejected?: Handler) {
        const frame = currentFrame()
        if (pageThen === nativeThen)
          return frame === null
            ? thenAside(this, onFulfilled, onRejected)
            : thenAside(this, carried(frame, onFulfilled), carried(frame, onRejected))
        const handlers = onRejected === undefined ? [onFulfilled] : [onFulfilled, onRejected]
        const passed = frame === null ? handlers : handlers.map((handler) => lookingAlike(frame, handler))
        return Reflect.apply(pageThen, this, passed) as Promise<unknown>
      },
    }.then
    underneath.set(carrying, pageThen)
    return carrying
  }
  let pageThen = proto.then as Then
  let carryingThen = carry(pageThen)

  const awaiting = (frame: Frame | null): Then => {
    const enter = entering(frame)
    return function then(onFulfilled, onRejected) {
      if (frame !== null && currentFrame() === frame)
        return Reflect.apply(carryingThen, this, [onFulfilled, onRejected]) as Promise<unknown>
      isSettling = true
      try {
        return nativeThen.call(
          this,
          (value) => settleBetween(enter, onFulfilled as Settle, value),
          (reason) => settleBetween(enter, onRejected as Settle, reason),
        )
      } finally {
        isSettling = false
      }
    }
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
  const notAwait = () => {
    asked = null
  }
  const standIn = new Proxy(NativePromise, {
    get(target, key, receiver) {
      notAwait()
      return key === Symbol.species ? NativePromise : (Reflect.get(target, key, receiver) as unknown)
    },
    has(target, key) {
      notAwait()
      return Reflect.has(target, key)
    },
    construct(target, args, newTarget) {
      notAwait()
      return Reflect.construct(target, args, newTarget) as object
    },
  })

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
      if (!Object.getOwnPropertyDescriptor(proto, 'then')?.configurable) return // frozen meanwhile
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
      if (Object.getPrototypeOf(this) !== proto || Object.hasOwn(this, 'then')) return NativePromise
      asked = this
      return standIn
    },
    set(this: object, value: unknown) {
      setOwn(this, 'constructor', value)
    },
  }

  // `Promise.resolve(p) === p` compares `p.constructor` with Promise; a foreign thenable works inside the frame.
  const nativeResolve = resolveBefore.value as PromiseConstructor['resolve']
  const resolve = {
    resolve(this: unknown, value: unknown) {
      const frame = currentFrame()
      const before = aside.on
      aside.on = true
      try {
        return Reflect.apply(nativeResolve, this, [frame === null ? value : inside(frame, value)])
      } finally {
        aside.on = before
      }
    },
  }.resolve

  Object.defineProperty(proto, 'then', thenAccessor)
  Object.defineProperty(proto, 'constructor', constructorAccessor)
  Object.defineProperty(NativePromise, 'resolve', { ...resolveBefore, value: resolve })

  // Reflect: what the page has frozen meanwhile stays, and the rest is put back.
  return () => {
    zonePromise?.()
    if (Object.getOwnPropertyDescriptor(proto, 'then')?.get === thenAccessor.get)
      Reflect.defineProperty(proto, 'then', thenBefore.get ? thenBefore : { ...thenBefore, value: pageThen })
    if (Object.getOwnPropertyDescriptor(proto, 'constructor')?.get === constructorAccessor.get)
      Reflect.defineProperty(proto, 'constructor', constructorBefore)
    if ((NativePromise.resolve as unknown) === resolve) Reflect.defineProperty(NativePromise, 'resolve', resolveBefore)
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
function lookingAlike(frame: Frame, handler: Handler): Handler {
  if (typeof handler !== 'function') return handler
  return new Proxy(handler, { apply: (run, self, args) => resumeInFrame(frame, run, self, args) as unknown })
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
  const own = Object.getOwnPropertyDescriptor(object, key)
  Reflect.defineProperty(object, key, own ? { value } : { value, configurable: true, enumerable: true, writable: true })
}
