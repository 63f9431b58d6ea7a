import { descriptorOf } from '../lib/bare'
import type { Around } from '../lib/patch'
import { beginTask, endTask, taskOf } from './dispatch'
import { runInFrame } from './frame'
import { createPatcher, findPlaces } from './places'

const READING = 'get getKey getAll getAllKeys getAllRecords count openCursor openKeyCursor'

/** Calls that give back the object which stands for the task that they begin. */
const GIVING =
  'IDBFactory open deleteDatabase; IDBDatabase transaction; ' +
  `IDBObjectStore add put delete clear ${READING}; IDBIndex ${READING}; IDBCursor update delete; Element animate`

/** Calls that begin the task of their own object. */
const BEGINNING =
  'XMLHttpRequest send; FileReader readAsText readAsDataURL readAsArrayBuffer readAsBinaryString; Animation play reverse'

/** Calls that end it. */
const ENDING = 'XMLHttpRequest open abort; FileReader abort'

/** Classes whose constructor begins the task. */
const MADE = 'globalThis WebSocket EventSource'

/** Calls that wait for the visitor. */
const WAITING = 'globalThis alert confirm prompt'

const patch = createPatcher()

const synchronous = new WeakSet<object>() // requests whose `send()` waits for the answer

let uploadOf: (() => object) | undefined // the platform's, since a subclass may have its own

/** Notes in which context the tasks of the page are begun, for what the browser tells about them later. Returns its undo. */
export function carryTasks(): () => void {
  uploadOf = typeof XMLHttpRequest === 'function' ? descriptorOf(XMLHttpRequest.prototype, 'upload')?.get : undefined
  const undo: (() => void)[] = []
  const around = (list: string, call: Around, trap?: 'construct') => {
    for (const place of findPlaces(list)) undo.push(patch(place, call, trap))
  }
  around(GIVING, (target, self, args) => begun(Reflect.apply(target, self, args as never[])))
  around(BEGINNING, (target, self, args) => {
    if (synchronous.has(self as object)) return callOutside(target, begun(self), args)
    const before = taskOf(self)
    const given: unknown = Reflect.apply(target, self, args as never[])
    // Not before: a call that is refused leaves the task that is under way to whoever began that. Nor where a listener of `loadstart`
    // has sent it anew.
    if (taskOf(self) === before) begun(self)
    return given
  })
  around(ENDING, (target, self, args) => {
    for (const one of holdersOf(self)) {
      endTask(one)
      // open(method, url, undefined) means synchronous
      synchronous[args.length > 2 && !args[2] ? 'add' : 'delete'](one)
    }
    return Reflect.apply(target, self, args as never[]) as unknown
  })
  around(WAITING, callOutside)
  around(MADE, (target, made, args) => begun(Reflect.construct(target, args, made as typeof target)), 'construct')
  return () => {
    for (const off of undo) off()
  }
}

/** While these calls wait, Firefox lets messages in, which are in none. A request's own events have the context of its task. */
const callOutside: Around = (target, self, args) => runInFrame(null, target, self, args)

/** Begins the task of `holder`, if it is an object at all: what is called on something else throws by itself. */
function begun(holder: unknown): unknown {
  for (const one of holdersOf(holder)) beginTask(one)
  return holder
}

/** The object itself, and a request's upload. */
function holdersOf(holder: unknown): object[] {
  if (!(holder instanceof Object)) return []
  if (!uploadOf || !(holder instanceof XMLHttpRequest)) return [holder]
  try {
    return [holder, Reflect.apply(uploadOf, holder, [])]
  } catch {
    return [] // it only looks like a request
  }
}
