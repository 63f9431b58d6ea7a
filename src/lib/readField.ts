import { hasOwn } from './bare'

/**
 * `from[name]`, unless that is there only because somebody put it on every object. For fields of
 * others' objects that may be missing.
 */
export function readField(from: object, name: PropertyKey): unknown {
  return name in Object.prototype && !hasOwn(from, name) ? undefined : Reflect.get(from, name)
}
