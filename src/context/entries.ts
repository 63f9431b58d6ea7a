import { hasOwn } from '../lib/bare'
import { guard } from '../lib/report'
import type { Callback } from './callbacks'
import { carried } from './callbacks'
import { createPatcher, findPlaces, type Place } from './places'

/** What files and folders that a visitor drops can be asked, and which of the arguments are the callbacks. */
const OF_ENTRIES: Readonly<Record<string, readonly number[]>> = {
  getParent: [0, 1],
  file: [0, 1],
  getFile: [2, 3],
  getDirectory: [2, 3],
  readEntries: [0, 1],
  createReader: [],
}

/** What gives a page its first one. */
const GIVING =
  'DataTransferItem webkitGetAsEntry; globalThis webkitRequestFileSystem/2/3 webkitResolveLocalFileSystemURL/1/2'

/** Chromium hides these. */
const CLASSES = ['FileSystemEntry', 'FileSystemFileEntry', 'FileSystemDirectoryEntry', 'FileSystemDirectoryReader']

const patch = createPatcher()

/**
 * Makes callbacks of the entries API run in the frame in which they were handed over. Where the page cannot see its classes they are
 * found by the first object of each that it is given. Returns its undo.
 */
export function carryEntries(): () => void {
  const undo: (() => void)[] = []
  const known = new WeakSet<object>()

  const carry = ({ owner, name, numbers }: Place) => {
    const off = patch({ owner, name }, (target, self, args) => {
      const heard = [...args]
      for (const at of numbers) {
        const callback = args[at]
        if (typeof callback === 'function') heard[at] = learning(callback as Callback)
      }
      const given: unknown = Reflect.apply(target, self, carried(heard, numbers, name) as never[])
      learn(given)
      return given
    })
    undo.push(off)
  }

  const learning = (callback: Callback): Callback =>
    function (this: unknown, ...given) {
      for (const one of given) learn(one)
      return Reflect.apply(callback, this, given)
    }

  /** An entry, several, a reader, or a file system with its first entry. */
  const learn = (given: unknown): void =>
    guard('following asynchronous work', () => {
      for (const one of Array.isArray(given) ? given : [given, (given as { root?: unknown } | null)?.root])
        if (one instanceof Object) learnClass(Object.getPrototypeOf(one) as object | null)
    })

  const learnClass = (proto: object | null | undefined): void => {
    if (!proto || proto === Object.prototype || known.has(proto)) return
    known.add(proto)
    for (const [name, numbers] of Object.entries(OF_ENTRIES))
      if (hasOwn(proto, name)) carry({ owner: proto, name, numbers })
    learnClass(Object.getPrototypeOf(proto) as object | null)
  }

  for (const place of findPlaces(GIVING)) carry(place)
  for (const name of CLASSES)
    learnClass((globalThis as unknown as Record<string, { prototype?: object } | undefined>)[name]?.prototype)
  return () => {
    for (const off of undo) off()
  }
}
