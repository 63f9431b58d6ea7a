import { bare } from './bare'

/**
 * Stands for `object` where the platform reads its members: each is read of the object itself, when and as often as the platform
 * asks for it, and `see` says what is given.
 */
export function readThrough(object: object, see: (key: PropertyKey, value: unknown) => unknown): object {
  return new Proxy(object, bare({ get: (target, key) => see(key, Reflect.get(target, key, target)) }))
}
