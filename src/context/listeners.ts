import { createPatch, type Patch } from '../lib/patch'
import { readThrough } from '../lib/readThrough'
import { wrapListener, wrapperOf } from './dispatch'
import { isCarriedByZone } from './zone'

let patches: Patch[] | null = null
let removing: Patch
let Target: typeof EventTarget // as it was at the start
let isOn = false
let anyWrapped = false

/**
 * Wraps every listener that is added from now on, so that it is called in the context that `contextOfDispatch` gives. Returns
 * its undo: what was added wrapped must still be found by whoever removes it or adds it again, so the patches stay after that,
 * and wrap nothing new.
 */
export function carryListeners(): () => void {
  if (typeof EventTarget !== 'function' || isCarriedByZone(EventTarget.prototype, 'addEventListener')) return () => {}
  if (!patches) {
    Target = EventTarget
    removing = createPatch(EventTarget.prototype, 'removeEventListener', remove)
    patches = [createPatch(EventTarget.prototype, 'addEventListener', add), removing]
    if (typeof MediaQueryList === 'function')
      patches.push(
        createPatch(MediaQueryList.prototype, 'addListener', ofChange(add)),
        createPatch(MediaQueryList.prototype, 'removeListener', ofChange(remove)),
      )
  }
  isOn = true
  for (const patch of patches) patch.on()
  return () => {
    isOn = false
    if (!anyWrapped) for (const patch of patches ?? []) patch.off()
  }
}

type Method = (...args: never[]) => unknown

/** The older methods of media queries know one type of event and name it nowhere. */
const ofChange =
  (around: typeof add): typeof add =>
  (target, self, args) =>
    around(((_: unknown, ...given: never[]) => Reflect.apply(target, self, given)) as Method, self, ['change', ...args])

function add(target: Method, self: unknown, args: unknown[]): unknown {
  const isOurs = (self ?? globalThis) instanceof Target // else a removal by its own realm would not find it
  const wrapper =
    isOurs && isListener(args[1]) ? (wrapperOf(args[1]) ?? (isOn ? wrapNew(args[1]) : undefined)) : undefined
  if (wrapper === undefined) return Reflect.apply(target, self, args as never[])
  const { passed, bare } = watched(args, wrapper)
  const result = Reflect.apply(target, self, passed as never[]) as unknown
  // Added before we were there as well, it would be called twice: the browser takes it and its wrapper for two.
  const known = bare()
  if (known) Reflect.apply(removing.below(), self, known as never[])
  return result
}

function remove(target: Method, self: unknown, args: unknown[]): unknown {
  const wrapper = isListener(args[1]) ? wrapperOf(args[1]) : undefined
  if (wrapper === undefined) return Reflect.apply(target, self, args as never[])
  const { passed, bare } = watched(args, wrapper)
  const result = Reflect.apply(target, self, passed as never[]) as unknown
  Reflect.apply(target, self, bare() as never[]) // it may be there bare as well, from before
  return result
}

function isListener(listener: unknown): listener is EventListener | EventListenerObject {
  return typeof listener === 'function' || (typeof listener === 'object' && listener !== null)
}

function wrapNew(listener: EventListener | EventListenerObject) {
  anyWrapped = true
  return wrapListener(listener)
}

/**
 * The arguments with `wrapper` for the listener, to be read by the browser once, when and in the order in which it reads the
 * page's own. And by what was read then, the arguments that name the same listener bare.
 */
function watched(args: unknown[], wrapper: unknown): { passed: unknown[]; bare: () => unknown[] | null } {
  const [type, listener, options] = args
  let name = type
  let capture = options
  let signal: unknown
  const passed = [...args]
  passed[1] = wrapper
  if (Object(type) === type) passed[0] = { toString: () => (name = `${type}`) }
  if (Object(options) === options)
    passed[2] = readThrough(options as object, (key, value) => {
      if (key === 'capture') capture = Boolean(value)
      if (key === 'signal') signal = value
      return value
    })
  return { passed, bare: () => ((signal as AbortSignal | undefined)?.aborted ? null : [name, listener, capture]) }
}
