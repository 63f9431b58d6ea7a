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
  const undo: (() => void)[] = []
  for (const name of CLASSES) {
    const { prototype } = (globalThis as unknown as Record<string, { prototype: object } | undefined>)[name] ?? {}
    if (!prototype) continue
    for (const key of Object.keys(prototype)) if (key.startsWith('on')) undo.push(carryHandler(prototype, key))
  }
  return () => {
    for (const off of undo) off()
  }
}

function carryHandler(prototype: object, key: string): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, key)
  const { get, set } = descriptor ?? {}
  // zone.js marks what it carries itself.
  if (!get || !set || !descriptor?.configurable || isCarriedByZone(prototype, `${key}patched`)) return () => {}
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
      Object.defineProperty(prototype, key, descriptor)
  }
}
