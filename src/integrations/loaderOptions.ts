import { type FollowAwaitsOptions, type ModulePattern, patterns } from './followAwaitsOptions'

/** A pattern as JSON. */
type WrittenPattern = string | { source: string; flags: string }

/**
 * What the loader is told. As JSON, since Turbopack takes nothing else, and since webpack and Rspack then see in their caches
 * that other options were given.
 */
export interface LoaderOptions {
  include: WrittenPattern[]
  exclude: WrittenPattern[]
  quiet: boolean
}

export function writeLoaderOptions({ include, exclude, quiet = false }: FollowAwaitsOptions): LoaderOptions {
  return { include: patterns(include).map(written), exclude: patterns(exclude).map(written), quiet }
}

export function readLoaderOptions({ include, exclude, quiet }: LoaderOptions): FollowAwaitsOptions {
  return { include: include.map(read), exclude: exclude.map(read), quiet }
}

const written = (pattern: ModulePattern): WrittenPattern =>
  typeof pattern === 'string' ? pattern : { source: pattern.source, flags: pattern.flags }

const read = (pattern: WrittenPattern): ModulePattern =>
  typeof pattern === 'string' ? pattern : new RegExp(pattern.source, pattern.flags)
