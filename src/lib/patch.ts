import { bare, hasOwn } from './bare'
import { report } from './report'

type Callable = (...args: never[]) => unknown

/** Runs in place of a patched function, which it calls as `target`; for a class `self` is `new.target`. */
export type Around = (target: Callable, self: unknown, args: unknown[]) => unknown

/** One place of the page that runs through us while it is on. */
export interface Patch {
  /** Routes calls through `around`. */
  on(): void
  /** Puts back what was there, if nobody has patched on top of us; else ours stays and only passes on. */
  off(): void
  /** What calls are passed on to. */
  below(): Callable
}

/**
 * Prepares `owner[name]` to run through `around`. A Proxy keeps name, length, own properties, `this`, `new` and the argument
 * list as they were, and prints as native code. Somebody's patch above ours is left standing: then our Proxy stays in the
 * chain, and the next `on()` wakes it instead of adding another layer.
 */
export function createPatch(owner: object, name: string, around: Around, trap: 'apply' | 'construct' = 'apply'): Patch {
  const place = owner as Record<string, unknown>
  const wasOwn = hasOwn(owner, name)
  let isOn = false
  let isPlaced = false
  let original: unknown = null
  let patched: object | null = null // the newest Proxy: one that somebody kept from before only passes on

  const wrap = (target: Callable): object => {
    const isLive = () => isOn && proxy === patched
    const proxy: object = new Proxy(
      target,
      bare<ProxyHandler<Callable>>(
        trap === 'apply'
          ? {
              apply: (to, self, args: never[]) =>
                isLive() ? around(to, self, args) : (Reflect.apply(to, self, args) as unknown),
            }
          : {
              construct: (to, args: never[], newTarget) =>
                (isLive() ? around(to, newTarget, args) : Reflect.construct(to, args, newTarget)) as object,
            },
      ),
    )
    page[ORIGINALS] ??= new WeakMap()
    page[ORIGINALS].set(proxy, target)
    return proxy
  }

  return {
    on() {
      isOn = true
      if (patched !== null) page[RESTING]?.delete(patched)
      const now = place[name]
      if (typeof now !== 'function' || now === patched) return // missing stays missing: some pages delete natives on purpose
      if (isPlaced && now !== original) return // ours is below a stranger's
      if (now !== original || patched === null) {
        original = now
        patched = wrap(now as Callable)
      }
      isPlaced = assign(place, name, patched)
      if (isPlaced) {
        if (trap === 'construct') pointBack(now as Class, patched)
        return
      }
      patched = null
      report(`the page does not let \`${name}\` be changed; it is left alone.`)
    },
    off() {
      isOn = false
      if (patched === null) return
      if (place[name] !== patched) {
        page[RESTING] ??= new WeakSet()
        page[RESTING].add(patched)
        return
      }
      isPlaced = false
      if (trap === 'construct') pointBack(original as Class, original)
      if (wasOwn) assign(place, name, belowResting(original))
      else delete place[name]
    },
    below: () => (original ?? place[name]) as Callable,
  }
}

interface Class {
  readonly prototype: Record<string, unknown>
}

/** `new Name().constructor === Name` holds for what stands under that name now. */
function pointBack({ prototype }: Class, value: unknown): void {
  assign(prototype, 'constructor', value)
}

const ORIGINALS = Symbol.for('@codomyrmex/telemetry originals')
const RESTING = Symbol.for('@codomyrmex/telemetry resting') // Proxies that are off and could not be taken away
const page = globalThis as { [ORIGINALS]?: WeakMap<object, unknown>; [RESTING]?: WeakSet<object> }

/** Two copies of the package stop in any order: what rests below the last one goes with it. */
function belowResting(value: unknown): unknown {
  return page[RESTING]?.has(value as object) ? belowResting(page[ORIGINALS]?.get(value as object)) : value
}

/** What a Proxy of any copy of the package on the page stands for; what is none comes back as it is. */
export function unpatched<T>(value: T): T {
  let found: unknown = value
  for (let next = found; next !== undefined; next = page[ORIGINALS]?.get(next as object)) found = next
  return found as T
}

/** False where the property is locked, or its setter throws or does nothing. */
function assign(place: Record<string, unknown>, name: string, value: unknown): boolean {
  try {
    return Reflect.set(place, name, value) && place[name] === value
  } catch {
    return false
  }
}
