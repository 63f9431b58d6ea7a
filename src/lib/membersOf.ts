import { bare, hasOwn } from './bare'
import { NativePromise } from './native'

/** True for promises of any realm, subclasses and zone.js', false for other thenables. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && (value as Promise<unknown> | null)?.[Symbol.toStringTag] === 'Promise'
}

/** True where nobody has a `then` of his own, such as a subclass that starts its work there. */
export function isPlain(promise: Promise<unknown>): boolean {
  return Object.getPrototypeOf(promise) === NativePromise.prototype && !hasOwn(promise, 'then')
}

/**
 * `derived`, which a `then` of `promise` gave, with what `promise` has besides: ky and others put methods on their promises, or make
 * them of a class of their own.
 */
export function withMembersOf(promise: Promise<unknown>, derived: Promise<unknown>): Promise<unknown> {
  const kind: unknown = Object.getPrototypeOf(promise)
  if (kind === NativePromise.prototype) {
    for (const key of Reflect.ownKeys(promise))
      if (key !== 'then') Object.defineProperty(derived, key, Object.getOwnPropertyDescriptor(promise, key)!)
    return derived
  }
  if (kind === globalThis.Promise?.prototype) return derived // zone.js', which keeps its state there
  const own = (key: PropertyKey) => (/^(?:then|catch|finally)$/.test(String(key)) ? derived : promise)
  const bound = (key: PropertyKey) => {
    const value: unknown = Reflect.get(own(key), key, own(key))
    return typeof value === 'function' && key !== 'constructor' ? value.bind(own(key)) : value
  }
  return new Proxy(promise, bare<ProxyHandler<Promise<unknown>>>({ get: (_, key) => bound(key) }))
}
