import { createPatch, type Patch } from '../lib/patch'
import { currentFrame, type Frame } from './frame'
import { resumeInFrame } from './runInFrame'
import { isCarriedByZone } from './zone'

type Listener = EventListener | EventListenerObject

/** Where one listener was added inside a span, for one target and type. */
interface Place {
  readonly frame: Frame
  readonly once: boolean
  readonly signal: AbortSignal | undefined
}

/** What the browser is given instead of a listener: one for each listener and phase, wherever it is added. */
interface Wrapped {
  readonly call: EventListener
  readonly places: WeakMap<EventTarget, Map<string, Place>>
}

// A listener keeps its wrapper, so that the browser still sees the same function twice as twice the same.
const bubbling = new WeakMap<Listener, Wrapped>()
const capturing = new WeakMap<Listener, Wrapped>()
let anyWrapped = false

let patches: Patch[] | null = null

/**
 * Makes listeners run in the frame in which they were added; those added outside of frames are not touched. Returns its undo:
 * what was added wrapped must still be found by whoever removes it, so after that the patches stay and wrap nothing new.
 */
export function carryListeners(): () => void {
  if (typeof EventTarget !== 'function' || isCarriedByZone(EventTarget.prototype, 'addEventListener')) return () => {}
  patches ??= [
    createPatch(EventTarget.prototype, 'addEventListener', (target, self, args) => {
      const passed = carried(self as EventTarget, args)
      return Reflect.apply(target, self, passed as never[])
    }),
    createPatch(EventTarget.prototype, 'removeEventListener', (target, self, args) => {
      const [type, listener, options] = args as Arguments
      const wrapped = isListener(listener) && wrappers(options).get(listener)
      if (wrapped) {
        wrapped.places.get(owner(self))?.delete(String(type))
        Reflect.apply(target, self, [type, wrapped.call, options] as never[])
      }
      return Reflect.apply(target, self, args as never[])
    }),
  ]
  for (const patch of patches) patch.on()
  return () => {
    if (!anyWrapped) for (const patch of patches ?? []) patch.off()
  }
}

type Arguments = [type: string, listener: unknown, options?: boolean | AddEventListenerOptions]

/** The arguments to add with: the caller's own, or with the wrapper in the place of the listener. */
function carried(self: EventTarget, args: unknown[]): unknown[] {
  const [type, listener, options, ...rest] = args as Arguments
  const frame = currentFrame()
  if (!isListener(listener)) return args
  const known = wrappers(options).get(listener)
  if (frame === null && !known) return args

  const target = owner(self)
  const name = String(type)
  const place = known?.places.get(target)?.get(name)
  const isThere = place && !place.signal?.aborted
  if (frame === null && !isThere) return args

  const wrapped = known ?? wrap(listener, options)
  if (frame !== null && !isThere) {
    EventTarget.prototype.removeEventListener.call(target, name, listener, options) // added before outside of spans: still called once, in its new turn
    const { once = false, signal } = typeof options === 'object' && options !== null ? options : {}
    const ofTarget = wrapped.places.get(target) ?? new Map<string, Place>()
    wrapped.places.set(target, ofTarget.set(name, { frame, once, signal }))
  }
  return [type, wrapped.call, options, ...rest]
}

function wrap(listener: Listener, options: Arguments[2]): Wrapped {
  const places: Wrapped['places'] = new WeakMap()
  const wrapped: Wrapped = {
    places,
    call: function (this: unknown, event) {
      const target = owner(this)
      const place = places.get(target)?.get(event.type)
      if (place?.once) places.get(target)?.delete(event.type)
      const run = typeof listener === 'function' ? listener : listener.handleEvent
      const self = typeof listener === 'function' ? this : listener
      return place ? resumeInFrame(place.frame, run, self, [event]) : Reflect.apply(run, self, [event])
    },
  }
  wrappers(options).set(listener, wrapped)
  anyWrapped = true
  return wrapped
}

function wrappers(options: Arguments[2]): WeakMap<Listener, Wrapped> {
  const isCapture = typeof options === 'object' && options !== null ? options.capture : options
  return isCapture ? capturing : bubbling
}

function isListener(listener: unknown): listener is Listener {
  return typeof listener === 'function' || (typeof listener === 'object' && listener !== null)
}

/** `addEventListener(…)` without an object before it means the window. */
function owner(self: unknown): EventTarget {
  return (self ?? globalThis) as EventTarget
}
