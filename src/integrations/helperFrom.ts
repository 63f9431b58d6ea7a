import { dirname, isAbsolute, relative } from 'node:path'
import { OWN_FOLDER } from './ownFolder'

type Helper = 'follow.mjs' | 'follow.cjs'

/**
 * What a module at `path` imports the helper from. Relative, since only that is found from everywhere (a dependency need not see
 * this package), in every bundler without an alias, and is the same text on every machine, for the hashes in file names.
 */
export function helperFrom(path: string, helper: Helper = 'follow.mjs'): string {
  const way = relative(dirname(path), OWN_FOLDER + helper).replaceAll('\\', '/')
  return way.startsWith('.') || isAbsolute(way) ? way : `./${way}`
}
