import { bare, hasOwn } from './bare'
import { NativePromise, plainThen } from './native'

/** True for promises of any realm, subclasses and zone.js', false for other thenables. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && (value as Promise<unknown> | null)?.[Symbol.toStringTag] === 'Promise'
}

/**
 * What a caller gets in the place of `promise`: a derived one, since subscribing to his own would mark its rejection as handled. `ownThen`
 * calls the `then` of one that has its own, such as a subclass that starts its work there.
 */
export function followed(
  promise: Promise<unknown>,
  ended: (value: never) => unknown,
  failed: (error: unknown) => unknown,
  ownThen: () => Promise<unknown>,
): Promise<unknown> {
  const isPlain = Object.getPrototypeOf(promise) === NativePromise.prototype && !hasOwn(promise, 'then')
  return withMembersOf(promise, isPlain ? plainThen(promise, ended, failed) : ownThen())
}

/**
 * `derived`, which a `then` of `promise` gave, with what `promise` has besides: ky and others put methods on their promises, or make
 * them of a class of their own.
 */
function withMembersOf(promise: Promise<unknown>, derived: Promise<unknown>): Promise<unknown> {
  const kind: unknown = Object.getPrototypeOf(promise)
  if (kind === NativePromise.prototype) {
    for (const key of Reflect.ownKeys(promise))
      if (key !== 'then') Object.defineProperty(derived, key, Object.getOwnPropertyDescriptor(promise, key)!)
    return derived
  }
  if (kind === globalThis.Promise?.prototype) return derived // zone.js', which keeps its state there
  return new Proxy(
    promise,
    bare<ProxyHandler<Promise<unknown>>>({
      get(_, key) {
        const owner = /^(?:then|catch|finally)$/.test(String(key)) ? derived : promise
        const value: unknown = Reflect.get(owner, key)
        return typeof value === 'function' && key !== 'constructor' ? value.bind(owner) : value
      },
    }),
  )
}
