import { bare, descriptorOf } from '../lib/bare'
import { wrapListener, wrappedBy, wrapperOf } from './dispatch'
import { isCarriedByZone } from './zone'

/** Classes whose objects stand for one task, by the `on…` properties that tell of it. */
const CLASSES = [
  'XMLHttpRequestEventTarget',
  'XMLHttpRequest',
  'IDBRequest',
  'IDBOpenDBRequest',
  'IDBTransaction',
  'IDBDatabase', // events of its requests come by
  'FileReader',
  'WebSocket',
  'EventSource',
  'Animation',
]

type Handler = (this: unknown, ...args: never[]) => unknown

/** Wraps what is assigned to `on…` properties as `carryListeners` does listeners. Returns its undo. */
export function carryHandlers(): () => void {
  const found = CLASSES.flatMap((name) => {
    const { prototype } = (globalThis as unknown as Record<string, { prototype: object } | undefined>)[name] ?? {}
    return prototype ? handlersOf(prototype, /^on/) : []
  })
  found.push(...handlersOf(globalThis, /^onerror$/))
  const undo = found.map(([prototype, key, descriptor]) => carryHandler(prototype, key, descriptor))
  return () => {
    for (const off of undo) off()
  }
}

type Accessor = PropertyDescriptor & Required<Pick<PropertyDescriptor, 'get' | 'set'>>

/** Read before any is changed: an engine that reads a prototype and changes it in turn rebuilds it each time. */
function handlersOf(prototype: object, which: RegExp): [prototype: object, key: string, descriptor: Accessor][] {
  return Object.keys(prototype).flatMap((key) => {
    if (!which.test(key) || isCarriedByZone(prototype, `${key}patched`)) return [] // zone.js marks what it carries itself
    const descriptor = descriptorOf(prototype, key)
    return descriptor?.get && descriptor.set && descriptor.configurable
      ? [[prototype, key, descriptor as Accessor] as [object, string, Accessor]]
      : []
  })
}

function carryHandler(prototype: object, key: string, descriptor: Accessor): () => void {
  const { get, set } = descriptor
  const carrying: PropertyDescriptor = {
    ...descriptor,
    get() {
      const handler = Reflect.apply(get, this, []) as Handler | null
      return (handler && wrappedBy(handler)) ?? handler
    },
    set(handler: unknown) {
      const given = typeof handler === 'function' ? (wrapperOf(handler) ?? wrapListener(handler as Handler)) : handler
      Reflect.apply(set, this, [given])
    },
  }
  Object.defineProperty(prototype, key, bare(carrying))
  return () => {
    if (descriptorOf(prototype, key)?.set === carrying.set) Reflect.defineProperty(prototype, key, descriptor)
  }
}
