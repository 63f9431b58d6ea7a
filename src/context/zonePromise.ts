import { bare, descriptorOf } from '../lib/bare'
import { aside } from '../lib/native'
import { bracket, type Settle } from './bracket'
import { currentFrame } from './frame'
import { isSettle } from './isSettle'

type Then = (this: unknown, onFulfilled?: unknown, onRejected?: unknown) => unknown

/** True for the promise that zone.js puts in the place of the platform's. */
export function isZonePromise(promise: unknown): boolean {
  return String(promise).includes('ZoneAwarePromise')
}

/**
 * Lets native `await` of zone.js' own promise keep the frame, where zone.js has put it in the place of `Promise` (Angular).
 * Returns its undo, or `null` where `Promise` is native.
 *
 * To the platform it is a thenable: `await promise` and `return promise` both read its `then` and call it later, and cannot be
 * told apart. So both are bracketed. What `return` settles may have reactions of other flows; those that could run in between
 * are native awaits outside of frames, which is why these are bracketed as well as long as this is on.
 */
export function followZonePromise(): (() => void) | null {
  const { Promise: PagePromise } = globalThis
  // Others put theirs there too: a polyfill for good, Dexie inside its transactions.
  if (typeof PagePromise !== 'function' || !isZonePromise(PagePromise)) return null
  const proto = PagePromise.prototype as unknown as { then: Then }
  const before = descriptorOf(proto, 'then')
  if (!before?.configurable || typeof before.value !== 'function') return null
  let plain = before.value as Then

  const accessor: PropertyDescriptor = {
    configurable: true,
    enumerable: before.enumerable ?? false,
    get(this: unknown) {
      const frame = currentFrame()
      if (frame === null || aside.on || this === proto) return plain
      const promise = this
      return function then(this: unknown, onFulfilled: unknown, onRejected: unknown) {
        // Called at once, or with functions of the page, it is the page's own call: zone.js carries it.
        const isEngines = this === promise && currentFrame() !== frame && isSettle(onFulfilled) && isSettle(onRejected)
        const handlers = isEngines
          ? [bracket(frame, onFulfilled), bracket(frame, onRejected as Settle)]
          : [onFulfilled, onRejected]
        return Reflect.apply(plain, this, handlers)
      }
    },
    set(this: unknown, value: Then) {
      if (this === proto) plain = value
      else
        Reflect.defineProperty(
          this as object,
          'then',
          bare({ value, configurable: true, enumerable: true, writable: true }),
        )
    },
  }
  Object.defineProperty(proto, 'then', bare(accessor))
  return () => {
    if (descriptorOf(proto, 'then')?.get === accessor.get)
      Reflect.defineProperty(proto, 'then', bare({ ...before, value: plain }))
  }
}
