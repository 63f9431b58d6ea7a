import { hasOwn } from '../lib/bare'
import { type Around, createPatch, type Patch } from '../lib/patch'

/** A function of the platform that is patched, and numbers that belong to it. */
export interface Place {
  readonly owner: object
  readonly name: string
  readonly numbers: readonly number[]
}

/**
 * Finds functions of the platform by a list such as `globalThis setTimeout/0; Geolocation watchPosition/0/1`: a class (its
 * prototype, or itself for what is static), and names with their numbers. What this platform has not is left out.
 */
export function findPlaces(list: string): readonly Place[] {
  const page = globalThis as unknown as Record<string, { prototype?: object } | undefined>
  return list.split('; ').flatMap((entry) => {
    const [className = '', ...functions] = entry.split(' ')
    // zone.js puts a class of its own before some; an element of that name is none
    const place = [`__zone_symbol__${className}`, className].find((name) => hasOwn(page, name))
    const found = page[place ?? '']
    return functions.flatMap((text) => {
      const [name = '', ...numbers] = text.split('/')
      const owner = [found?.prototype, found].find((object) => object && name in object)
      return owner ? [{ owner, name, numbers: numbers.map(Number) }] : []
    })
  })
}

/** Patches places, the same ones again after a stop, so that the layers under a stranger's patch don't grow. */
export function createPatcher(): (
  place: Pick<Place, 'owner' | 'name'>,
  around: Around,
  trap?: 'construct',
) => () => void {
  const known = new WeakMap<object, Record<string, Patch>>()
  return ({ owner, name }, around, trap) => {
    const ofOwner = known.get(owner) ?? {}
    known.set(owner, ofOwner)
    ofOwner[name] ??= createPatch(owner, name, around, trap)
    const patch = ofOwner[name]
    patch.on()
    return () => patch.off()
  }
}
