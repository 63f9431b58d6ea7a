import { evaluateZone } from 'virtual:zone.js'
import { NativePromise, nativeThen } from '../lib/native'
import { report } from '../lib/report'
import { currentFrame, Frame, ROOT_CONTEXT, swapFrame, type Zone } from './frame'

interface ZoneClass {
  readonly root: Zone
  readonly current: Zone
  readonly prototype: Record<string, unknown>
  __symbol__(name: string): string
}

type Getter = () => Zone

let root: Zone | null = null
let zoneUnderneath: Getter = () => root as Zone // what zone.js itself takes for current

const frames = new WeakMap<Zone, Frame | null>()

/** The nearest zone that is not ours where we stand; `null` at the root, or without zone.js. */
export function baseZone(): Zone | null {
  const frame = currentFrame()
  if (frame !== null) return frame.base
  if (root === null) return null
  const zone = zoneUnderneath()
  return zone === root ? null : zone
}

/** The zone of a frame, forked when first asked for. Flat: its parent is never a zone of ours. */
function zoneOf(frame: Frame): Zone {
  if (frame.zone === null) {
    if (frame.context === ROOT_CONTEXT) return frame.base ?? (root as Zone) // no context needs no zone
    const zone = (frame.base ?? (root as Zone)).fork({ name: 'telemetry' })
    frame.zone = zone
    frames.set(zone, frame)
  }
  return frame.zone
}

/** Runs `fn` through the frame's zone, so that the hooks of an application's zone above it (Angular's) are called. */
export function enterZone<T>(frame: Frame, fn: (...args: never[]) => T, self: unknown, args: unknown[]): T {
  return zoneOf(frame).run(fn, self, args)
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
  zoneUnderneath = descriptor.get.bind(ZoneOfPage)
  root = ZoneOfPage.root
  Object.defineProperty(ZoneOfPage, 'current', {
    ...descriptor,
    get: () => {
      const frame = currentFrame()
      return frame === null ? zoneUnderneath() : zoneOf(frame)
    },
  })
  // A task runs in what it was made in; a plain call (Angular's runOutsideAngular) changes the zone and keeps the context.
  const undo = [
    inFrameOfZone(ZoneOfPage.prototype, 'run', keptFrame),
    inFrameOfZone(ZoneOfPage.prototype, 'runGuarded', keptFrame),
    inFrameOfZone(ZoneOfPage.prototype, 'runTask', frameOfZone),
  ]
  return () => {
    for (const off of undo) off()
    Object.defineProperty(ZoneOfPage, 'current', descriptor)
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
    report(
      'zone.js could not start (is there another `Zone` on the page?); spans are linked in synchronous code and after `await`, not in timers and listeners.',
      error,
    )
    return null
  }
}

/**
 * Without its own promise zone.js runs its microtasks from a timer, unless it finds the native one under this name. The promise
 * that it takes from there for ever must have a plain `then`: the accessor of `Promise.prototype` would add a context.
 */
function pumpMicrotasks(ZoneOfPage: ZoneClass): void {
  const settled = NativePromise.resolve(0)
  Object.defineProperty(settled, ZoneOfPage.__symbol__('then'), { value: nativeThen })
  const name = ZoneOfPage.__symbol__('Promise')
  const page = globalThis as Record<string, unknown>
  page[name] = { resolve: () => settled }
  ZoneOfPage.root.scheduleMicroTask('telemetry', () => {})
  page[name] = NativePromise
}

type Runner = (this: Zone, ...args: unknown[]) => unknown

function keptFrame(zone: Zone): Frame | null {
  const frame = frameOfZone(zone)
  const around = currentFrame()
  if (frame !== null || around === null) return frame
  return new Frame(around.context, zone === root ? null : zone)
}

function inFrameOfZone(
  prototype: Record<string, unknown>,
  name: string,
  frameFor: (zone: Zone) => Frame | null,
): () => void {
  const original = prototype[name] as Runner
  const hooked: Runner = function (a, b, c, d) {
    const before = swapFrame(frameFor(this))
    try {
      return original.call(this, a, b, c, d)
    } finally {
      swapFrame(before)
    }
  }
  prototype[name] = hooked
  return () => {
    if (prototype[name] === hooked) prototype[name] = original
  }
}
