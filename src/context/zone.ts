import { evaluateZone } from 'virtual:zone.js'
import { NativePromise, nativeThen } from '../lib/native'
import { report } from '../lib/report'
import { currentFrame, Frame, ROOT_CONTEXT, swapFrame, type Task, type Zone, type ZoneSpec } from './frame'

interface ZoneClass {
  readonly root: Zone
  readonly current: Zone
  readonly prototype: Record<string, unknown>
  __symbol__(name: string): string
}

type Getter = () => Zone
type Callback = (this: unknown, ...args: unknown[]) => unknown

let root: Zone | null = null
let zoneUnderneath: Getter = () => root as Zone // what zone.js itself takes for current

const frames = new WeakMap<Zone, Frame | null>()

/** True where the page's zone.js carries contexts itself: it keeps the original, or a mark, beside its patch. */
export function isCarriedByZone(owner: object, name: string): boolean {
  return `__zone_symbol__${name}` in owner
}

/** The nearest zone that is not ours where we stand; `null` at the root, or without zone.js. */
export function baseZone(): Zone | null {
  const frame = currentFrame()
  if (frame !== null) return frame.base
  if (root === null) return null
  const zone = zoneUnderneath()
  return zone === root ? null : zone
}

/**
 * The hooks of an application's zone run outside of our frames, only the callback inside: in its hooks Angular looks for changes,
 * and what it renders then belongs to any number of flows.
 */
const ONLY_IN_CALLBACKS: ZoneSpec = {
  name: 'telemetry',
  onInvoke: (above, _, zone, callback, self, args, source) =>
    above.invoke(zone, within(frameOfZone(zone), callback), self, args, source),
  onInvokeTask(above, _, zone, task, self, args) {
    // A stand-in, since zone.js compares the task's own callback when a listener is removed.
    const standIn = Object.create(task, { callback: { value: within(frameOfZone(zone), task.callback) } }) as Task
    return above.invokeTask(zone, standIn, self, args)
  },
}

function within(frame: Frame | null, callback: Callback): Callback {
  return function (...args) {
    const before = swapFrame(frame)
    try {
      return Reflect.apply(callback, this, args) as unknown
    } finally {
      swapFrame(before)
    }
  }
}

/** `zone.run()` is a call like any other: what was current stays so in an application's zone (`ngZone.runOutsideAngular`). */
function frameInside(zone: Zone): Frame | null {
  const frame = currentFrame()
  const base = zone === root ? null : zone
  return frame === null || frame.base === base ? frame : new Frame(frame.context, base)
}

/** The zone of a frame, forked when first asked for. Flat: its parent is never a zone of ours. */
function zoneOf(frame: Frame): Zone {
  if (frame.zone === null) {
    if (frame.context === ROOT_CONTEXT) return frame.base ?? (root as Zone) // no context needs no zone
    const zone = frame.base ? frame.base.fork(ONLY_IN_CALLBACKS) : (root as Zone).fork({ name: 'telemetry' })
    frame.zone = zone
    frames.set(zone, frame)
  }
  return frame.zone
}

/** Runs `fn` through the frame's zone, so that the hooks of an application's zone above it (Angular's) are called. */
export function enterZone<T>(frame: Frame, fn: (...args: never[]) => T, self: unknown, args: unknown[]): T {
  const before = swapFrame(frame) // a frame without a zone of its own: `run` hands it on
  try {
    return zoneOf(frame).run(fn, self, args)
  } finally {
    swapFrame(before)
  }
}

/** The frame that a zone stands for. A zone that the application forked inside ours inherits the context. */
function frameOfZone(zone: Zone): Frame | null {
  if (zone === root) return null
  let frame = frames.get(zone)
  if (frame === undefined) {
    const above = zone.parent && frameOfZone(zone.parent)
    frame = above ? new Frame(above.context, zone) : null
    if (frame) frame.zone = zone
    frames.set(zone, frame)
  }
  return frame
}

/**
 * Runs zone.js if the page has none, and makes `Zone.current` tell our frames. Returns its undo.
 *
 * zone.js keeps its own current zone; ours is set aside while `run`, `runGuarded` and `runTask` are in a zone, and told by
 * `Zone.current` everywhere else. All patches of zone.js read `Zone.current`, so timers, listeners and observers follow.
 */
export function hookZone(): () => void {
  const ZoneOfPage = loadZone()
  if (!ZoneOfPage) return () => {}
  const descriptor = Object.getOwnPropertyDescriptor(ZoneOfPage, 'current') as PropertyDescriptor & { get: Getter }
  if (!descriptor.configurable) {
    report('`Zone` is frozen on this page: what zone.js carries is not linked.')
    return () => {}
  }
  zoneUnderneath = descriptor.get.bind(ZoneOfPage)
  root = ZoneOfPage.root
  Object.defineProperty(ZoneOfPage, 'current', {
    ...descriptor,
    get: () => {
      const frame = currentFrame()
      return frame === null ? zoneUnderneath() : zoneOf(frame)
    },
  })
  const undo = ['run', 'runGuarded', 'runTask'].map((name) => inFrames(ZoneOfPage.prototype, name))
  return () => {
    for (const off of undo) off()
    Reflect.defineProperty(ZoneOfPage, 'current', descriptor)
  }
}

function loadZone(): ZoneClass | null {
  const page = globalThis as { Zone?: ZoneClass }
  try {
    if (typeof page.Zone?.__symbol__ !== 'function') {
      evaluateZone()
      pumpMicrotasks(page.Zone as unknown as ZoneClass)
    }
    return page.Zone ?? null
  } catch (error) {
    report('zone.js could not start (is there another `Zone` on the page?); contexts are carried without it.', error)
    return null
  }
}

/**
 * Without its own promise zone.js runs its microtasks from a timer, unless it finds the native one under this name. The promise
 * that it takes from there for ever must have a plain `then`: the accessor of `Promise.prototype` would add a context.
 */
function pumpMicrotasks(ZoneOfPage: ZoneClass): void {
  const settled = new NativePromise<number>((resolve) => resolve(0))
  Object.defineProperty(settled, ZoneOfPage.__symbol__('then'), { value: nativeThen })
  const name = ZoneOfPage.__symbol__('Promise')
  const page = globalThis as Record<string, unknown>
  page[name] = { resolve: () => settled }
  ZoneOfPage.root.scheduleMicroTask('telemetry', () => {})
  page[name] = NativePromise
}

type Runner = (this: Zone, ...args: unknown[]) => unknown

/** A zone of ours below an application's puts its frame on itself, around the callback alone. */
function hasHooks(frame: Frame | null): boolean {
  return frame !== null && frame.base !== null && frame.base !== frame.zone
}

/** Runs of a zone have its own frame on, or none. */
function inFrames(prototype: Record<string, unknown>, name: string): () => void {
  const original = prototype[name] as Runner
  const hooked: Runner = function (a, b, c, d) {
    const own = frameOfZone(this)
    const handedOn = name === 'run' && own === null ? frameInside(this) : null // runGuarded: zone.wrap(), much later
    const before = swapFrame(hasHooks(own) ? null : own)
    try {
      return original.call(this, handedOn === null ? a : within(handedOn, a as Callback), b, c, d)
    } finally {
      swapFrame(before)
    }
  }
  prototype[name] = hooked
  return () => {
    if (prototype[name] === hooked) Reflect.set(prototype, name, original)
  }
}
