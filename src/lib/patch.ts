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
}

/**
 * Prepares `owner[name]` to run through `around`. A Proxy keeps name, length, own properties, `this`, `new` and the argument
 * list as they were, and prints as native code. Somebody's patch above ours is left standing: then our Proxy stays in the
 * chain, and the next `on()` wakes it instead of adding another layer.
 */
export function createPatch(owner: object, name: string, around: Around, trap: 'apply' | 'construct' = 'apply'): Patch {
  const place = owner as Record<string, unknown>
  let isOn = false
  let patched: unknown = null
  let original: unknown = null

  const apply = (target: Callable, self: unknown, args: never[]) =>
    isOn ? around(target, self, args) : (Reflect.apply(target, self, args) as unknown)
  const construct = (target: Callable, args: never[], newTarget: Callable) =>
    (isOn ? around(target, newTarget, args) : Reflect.construct(target, args, newTarget)) as object

  const install = () => {
    original = place[name]
    if (typeof original !== 'function') return // missing stays missing: some pages delete natives on purpose
    patched = new Proxy(original as Callable, trap === 'apply' ? { apply } : { construct })
    if (Reflect.set(place, name, patched)) return
    patched = null
    report(`the page does not let \`${name}\` be changed; it is left alone.`)
  }

  return {
    on() {
      isOn = true
      if (patched === null) install()
    },
    off() {
      isOn = false
      if (patched === null || place[name] !== patched) return
      Reflect.set(place, name, original)
      patched = null
    },
  }
}
