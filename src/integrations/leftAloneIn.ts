import { createLeftAlone, type LeftAlone } from './leftAlone'

const known = new WeakMap<object, LeftAlone>()

/** What the loader leaves in a compiler's builds, for the plugin that tells it. */
export function leftAloneIn(compiler: object | undefined): LeftAlone {
  if (!compiler) return createLeftAlone() // Turbopack: nobody asks
  const leftAlone = known.get(compiler) ?? createLeftAlone()
  known.set(compiler, leftAlone)
  return leftAlone
}
