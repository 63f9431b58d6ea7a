import { evaluateZone } from 'virtual:zone.js'
import { bare, descriptorOf, hasOwn } from '../lib/bare'
import { NativePromise, nativeThen } from '../lib/native'
import { report } from '../lib/report'
import { contextOfDispatch } from './dispatch'
import { currentFrame, Frame, ROOT_CONTEXT, runInFrame, type Zone } from './frame'
import { pageZone, type ZoneClass } from './pageZone'

type Getter = () => Zone
type Callback = (this: unknown, ...args: unknown[]) => unknown

let root: Zone | null = null // until zone.js is hooked
let zoneUnderneath: Getter = () => root as Zone // what zone.js itself takes for current

const frames = new WeakMap<Zone, Frame>() // by the zones that are ours

/** True where the page's zone.js carries contexts itself: it keeps the original, or a mark, beside its patch. */
export function isCarriedByZone(owner: object, name: string): boolean {
  return hasOwn(owner, `__zone_symbol__${name}`) // `in` finds also an element of that name
}

/** The nearest zone that is not ours where we stand; `null` at the root, or without zone.js. */
export function baseZone(): Zone | null {
  const frame = currentFrame()
  if (frame !== null) return frame.base
  if (root === null) return null
  const zone = zoneUnderneath()
  return zone === root ? null : zone
}

/** `frame` below `zone`: in another zone (`ngZone.runOutsideAngular`) what was current stays so. */
function frameBelow(zone: Zone, frame: Frame | null): Frame | null {
  const base = zone === root ? null : zone
  return frame === null || frame.base === base ? frame : new Frame(frame.context, base)
}

/** The zone of a frame, forked when first asked for. Flat: its parent is never a zone of ours. */
function zoneOf(frame: Frame): Zone {
  if (frame.zone === null) {
    if (frame.context === ROOT_CONTEXT) return frame.base ?? (root as Zone) // no context needs no zone
    const zone = (frame.base ?? (root as Zone)).fork(bare({ name: 'telemetry' }))
    frame.zone = zone
    frames.set(zone, frame)
  }
  return frame.zone
}

/** Runs `fn` through the frame's zone, so that the hooks of an application's zone above it (Angular's) are called. */
export function enterZone<T>(frame: Frame, fn: (...args: never[]) => T, self: unknown, args: unknown[]): T {
  const base = frame.base ?? (root as Zone)
  return runInFrame(frame, () => base.run(fn, self, args), undefined, []) // `run` hands it on
}

/** The zone itself, or for one of ours the application's in which it was made. */
export function applicationsZone(zone: Zone): Zone {
  const frame = frameOfZone(zone)
  return frame === null ? zone : (frame.base ?? (root as Zone))
}

/** The frame that a zone stands for; `null` for those that are not ours. */
function frameOfZone(zone: Zone): Frame | null {
  return frames.get(zone) ?? null
}

/**
 * Runs zone.js if the page has none, and makes `Zone.current` tell our frames. Returns its undo.
 *
 * zone.js keeps its own current zone; ours is set aside while `run`, `runGuarded` and `runTask` are in a zone, and told by
 * `Zone.current` everywhere else. The patches of zone.js read it, so its timers follow; for its listeners see zoneEvents.ts.
 */
export function hookZone(): () => void {
  const ZoneOfPage = loadZone()
  if (!ZoneOfPage) return () => {}
  const descriptor = descriptorOf(ZoneOfPage, 'current') as PropertyDescriptor & { get: Getter }
  if (!descriptor.configurable) {
    report('`Zone` is frozen: what zone.js carries is not linked.')
    return () => {}
  }
  zoneUnderneath = descriptor.get.bind(ZoneOfPage)
  root = ZoneOfPage.root
  Object.defineProperty(
    ZoneOfPage,
    'current',
    bare({
      ...descriptor,
      get: () => {
        const frame = currentFrame()
        return frame === null ? zoneUnderneath() : zoneOf(frame)
      },
    }),
  )
  const { prototype } = ZoneOfPage
  const undo = [
    replaceMethod(prototype, 'run', runInCallersFrame),
    replaceMethod(prototype, 'runGuarded', runGuardedInFrame),
    replaceMethod(prototype, 'runTask', runTaskInFrame),
    // Ours are leaves: a zone that is made inside a span (Angular's, where a span starts the application) is not in it.
    replaceMethod(prototype, 'fork', (original, zone: Zone, args) => original.apply(applicationsZone(zone), args)),
  ]
  return () => {
    for (const off of undo) off()
    Reflect.defineProperty(ZoneOfPage, 'current', descriptor)
  }
}

function loadZone(): ZoneClass | null {
  try {
    const ZoneOfPage = pageZone()
    if (ZoneOfPage) return ZoneOfPage
    if (hasOwn(globalThis, 'Zone')) throw new TypeError() // somebody's variable, and no element of that name
    evaluateZone()
    pumpMicrotasks(pageZone() as ZoneClass)
    return pageZone()
  } catch (error) {
    report('zone.js could not start (is there another `Zone`?); contexts are carried without it.', error)
    return null
  }
}

/**
 * Without its own promise zone.js runs its microtasks from a timer, unless it finds the native one under this name. The promise
 * that it takes from there for ever must have a plain `then`: the accessor of `Promise.prototype` would add a context.
 */
function pumpMicrotasks(ZoneOfPage: ZoneClass): void {
  const settled = new NativePromise<number>((resolve) => resolve(0))
  Object.defineProperty(settled, ZoneOfPage.__symbol__('then'), bare({ value: nativeThen }))
  const name = ZoneOfPage.__symbol__('Promise')
  const page = globalThis as Record<string, unknown>
  page[name] = { resolve: () => settled }
  ZoneOfPage.root.scheduleMicroTask('telemetry', () => {})
  page[name] = NativePromise
}

// The hooks of an application's zone run in the frame too: Angular looks for changes in them, after each task, and what it renders
// then belongs to that task. Where several flows have changed something, it is a queue like any other.

/**
 * `run` takes and sets no context: an application that kept `Zone.current` inside a span and runs in it for ever (Angular's
 * effects) is not in that span for ever.
 */
function runInCallersFrame(original: Callback, zone: Zone, args: unknown[]): unknown {
  const base = applicationsZone(zone)
  return runInFrame(frameBelow(base, currentFrame()), original, base, args)
}

/** What is called at once is the caller's, as with `run`, and so is what a custom element is told; anything else was wrapped. */
function runGuardedInFrame(original: Callback, zone: Zone, args: unknown[]): unknown {
  const isCallers = args.length < 4 || /^customE/.test(args[3] as string)
  const frame = frameOfZone(zone) ?? (isCallers ? frameBelow(zone, currentFrame()) : null)
  return runInFrame(frame, original, zone, args)
}

/** What was wrapped or scheduled in a zone of ours runs in its frame. */
function runInOwnFrame(original: Callback, zone: Zone, args: unknown[]): unknown {
  return runInFrame(frameOfZone(zone), original, zone, args)
}

/** A listener runs in the zone in which it was added, which is never one of ours, and in the context that its dispatch gives. */
function runTaskInFrame(original: Callback, zone: Zone, args: unknown[]): unknown {
  const [{ type }, , given] = args as [{ type: string }, unknown, unknown[]?]
  if (type !== 'eventTask') return runInOwnFrame(original, zone, args)
  const frame = contextOfDispatch(given?.[0] as Event)
  return runInFrame(frameBelow(zone, frame === undefined ? currentFrame() : frame), original, zone, args)
}

/** Runs `around` in the place of one of zone.js' own methods. Returns its undo. */
export function replaceMethod<Self>(
  prototype: object,
  name: string,
  around: (original: Callback, self: Self, args: unknown[]) => unknown,
): () => void {
  const place = prototype as Record<string, Callback>
  const original = place[name]!
  const replaced: Callback = function (...args) {
    return around(original, this as Self, args)
  }
  place[name] = replaced
  return () => {
    if (place[name] === replaced) Reflect.set(place, name, original)
  }
}
