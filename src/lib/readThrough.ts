import { bare } from './bare'

/**
 * Stands for `object` where the platform reads its members: each is read of the object itself, when and as often as the platform
 * asks for it, and `see` says what is given. Where that may be another value, `shape` is a new object: of one that is frozen no Proxy
 * may say anything else.
 */
export function readThrough(
  object: object,
  see: (key: PropertyKey, value: unknown) => unknown,
  shape: object = object,
): object {
  return new Proxy(shape, bare({ get: (_, key) => see(key, Reflect.get(object, key, object)) }))
}
