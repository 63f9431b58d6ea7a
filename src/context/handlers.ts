import { currentFrame } from './frame'
import { inFrame } from './runInFrame'
import { isCarriedByZone } from './zone'

/** Classes whose `on…` properties belong to one piece of work: what is assigned inside a span is called in it. */
const CLASSES = [
  'XMLHttpRequestEventTarget',
  'XMLHttpRequest',
  'HTMLElement',
  'IDBRequest',
  'IDBOpenDBRequest',
  'IDBTransaction',
  'FileReader',
  'WebSocket',
  'EventSource',
  'MessagePort',
  'BroadcastChannel',
  'Worker',
  'Animation',
]

type Handler = (...args: never[]) => unknown

const assigned = new WeakMap<object, Handler>() // what the page assigned, by what the browser was given

/** Makes `object.on… = handler` run in the frame in which it was assigned. Returns its undo. */
export function carryHandlers(): () => void {
  const found = CLASSES.flatMap((name) => {
    const { prototype } = (globalThis as unknown as Record<string, { prototype: object } | undefined>)[name] ?? {}
    return prototype ? handlersOf(prototype) : []
  })
  const undo = found.map(([prototype, key, descriptor]) => carryHandler(prototype, key, descriptor))
  return () => {
    for (const off of undo) off()
  }
}

type Accessor = PropertyDescriptor & Required<Pick<PropertyDescriptor, 'get' | 'set'>>

/** Read before any is changed: an engine that reads a prototype and changes it in turn rebuilds it each time. */
function handlersOf(prototype: object): [prototype: object, key: string, descriptor: Accessor][] {
  return Object.keys(prototype).flatMap((key) => {
    if (!key.startsWith('on') || isCarriedByZone(prototype, `${key}patched`)) return [] // zone.js marks what it carries itself
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key)
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
      return (handler && assigned.get(handler)) ?? handler
    },
    set(handler: unknown) {
      const frame = currentFrame()
      const given = frame !== null && typeof handler === 'function' ? inFrame(frame, handler as Handler) : handler
      if (given !== handler) assigned.set(given as object, handler as Handler)
      Reflect.apply(set, this, [given])
    },
  }
  Object.defineProperty(prototype, key, carrying)
  return () => {
    if (Object.getOwnPropertyDescriptor(prototype, key)?.set === carrying.set)
      Reflect.defineProperty(prototype, key, descriptor)
  }
}
