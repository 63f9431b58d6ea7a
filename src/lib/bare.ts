/**
 * `object` without a prototype: what somebody put on every object is not read of it, by us or by the platform. For objects with fields that
 * may be missing.
 */
export function bare<T extends object>(object: T): T {
  return Object.setPrototypeOf(object, null) as T
}

/** How `object` has `key` itself, or `undefined` where it has not. */
export function descriptorOf(object: object, key: PropertyKey): PropertyDescriptor | undefined {
  const found = Object.getOwnPropertyDescriptor(object, key)
  return found && bare(found)
}

/** `Object.hasOwn`, which older browsers lack, and some pages have taken away. */
export const hasOwn: (object: object, key: PropertyKey) => boolean =
  Object.hasOwn ?? ((object, key) => Object.getOwnPropertyDescriptor(object, key) !== undefined)
