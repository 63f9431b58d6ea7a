import { descriptorOf } from '../lib/bare'
import type { Around } from '../lib/patch'
import { beginTask, endTask } from './dispatch'
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

const patch = createPatcher()

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
    begun(self)
    return Reflect.apply(target, self, args as never[]) as unknown
  })
  around(ENDING, (target, self, args) => {
    for (const one of holdersOf(self)) endTask(one)
    return Reflect.apply(target, self, args as never[]) as unknown
  })
  around(MADE, (target, made, args) => begun(Reflect.construct(target, args, made as typeof target)), 'construct')
  return () => {
    for (const off of undo) off()
  }
}

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
