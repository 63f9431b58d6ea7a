import { bare, descriptorOf } from '../lib/bare'

/**
 * Hides `then` of a value that has one, where the object allows it, and returns what shows it again; else `null`.
 *
 * The way on which we settle what an await waits for is longer than the engine's own, and on it an object that has got a `then`
 * since would be taken for a promise.
 */
export function hideThen(value: unknown): (() => void) | null {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return null
  try {
    if (!('then' in value)) return null
    const own = descriptorOf(value, 'then')
    const nothing = bare({ value: undefined, configurable: own?.configurable ?? true })
    if (!Reflect.defineProperty(value, 'then', nothing)) return null
    return () => (own ? Reflect.defineProperty(value, 'then', own) : Reflect.deleteProperty(value, 'then'))
  } catch {
    return null // a revoked Proxy, a window of another origin
  }
}
