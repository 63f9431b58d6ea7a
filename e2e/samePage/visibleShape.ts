// What a page can see of its globals without calling them: read by descriptors, so that no getter runs.

const textOf = Function.prototype.toString
const isFunction = (value: unknown): value is (...args: never[]) => unknown => typeof value === 'function'

/** What the test and Playwright put on the window. */
const isOfTest = (key: PropertyKey) => /^(api|bareShape|bareBack|__p(laywright|w_).*)$/.test(String(key))

/** Texts by path: one of each property, and one of each object's keys in their order. */
export type Shape = Record<string, string>

/** The shape of the window and its prototypes, of every global, and of the prototype of each class. */
export function shapeOf(): Shape {
  const shape: Shape = {}
  const flags = (descriptor: PropertyDescriptor) =>
    (['configurable', 'enumerable', 'writable'] as const).filter((flag) => descriptor[flag]).join(' ')
  const told = (value: unknown): string => {
    if (!isFunction(value)) return typeof value
    const [name, length] = ['name', 'length'].map(
      (key) => Object.getOwnPropertyDescriptor(value, key)?.value as unknown,
    )
    return `${String(name)}/${String(length)} ${Reflect.ownKeys(value).map(String).join()} ${Reflect.apply(textOf, value, [])}`
  }
  const look = (path: string, object: object, depth: number): void => {
    const keys = Reflect.ownKeys(object).filter((key) => !isOfTest(key))
    shape[`${path} keys`] = keys.map(String).join()
    for (const key of keys) {
      const descriptor = Object.getOwnPropertyDescriptor(object, key)!
      const { value, get, set } = descriptor as { value?: unknown; get?: unknown; set?: unknown }
      const at = `${path}.${String(key)}`
      shape[at] = [flags(descriptor), ...('value' in descriptor ? [told(value)] : [told(get), told(set)])].join(' | ')
      const isInto = depth === 2 || key === 'prototype'
      if (isInto && depth > 0 && value !== globalThis && (isFunction(value) || (typeof value === 'object' && value)))
        look(at, value, depth - 1)
    }
  }
  look('window', globalThis, 2)
  for (let at: unknown = Object.getPrototypeOf(globalThis), up = 1; at; at = Object.getPrototypeOf(at), up++)
    look(`window^${up}`, at, 0)
  return shape
}

const ARGUMENTS: Record<string, readonly unknown[]> = {
  WebSocket: ['ws://127.0.0.1:1/'],
  EventSource: ['data:text/plain,'],
  Worker: ['data:text/javascript,'],
  SharedWorker: ['data:text/javascript,'],
}

/** For each class of the window: whether its prototype points back, and what can be made of it does. */
export function pointsBack(): Shape {
  const result: Shape = {}
  const of = (look: () => boolean | string) => {
    try {
      return String(look())
    } catch {
      return 'throws'
    }
  }
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const given: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value
    if (!isFunction(given) || !Object.hasOwn(given, 'prototype') || name === 'Audio' || name === 'PresentationRequest')
      continue
    const Class = given as unknown as (new (...args: readonly unknown[]) => object) & { prototype: object }
    const make = (args: readonly unknown[]) =>
      of(() => {
        const made = new Class(...args)
        for (const end of ['close', 'terminate']) (made as Record<string, (() => void) | undefined>)[end]?.()
        return `${made.constructor === Class} ${made instanceof Class} ${Object.getPrototypeOf(made) === Class.prototype}`
      })
    const tries = [[], [() => {}], ['x'], ['x', {}], [{}]] as const
    result[name] = [
      of(() => (Class.prototype as { constructor?: unknown }).constructor === Class),
      ...(name in ARGUMENTS ? [ARGUMENTS[name]!] : tries).map(make),
    ].join()
  }
  return result
}
