/** Part of a module's path, or a pattern that it matches. */
export type ModulePattern = string | RegExp

/** Which modules `followAwaits()` rewrites, and what it says. The same for every bundler. */
export interface FollowAwaitsOptions {
  /**
   * Only modules whose path contains one of these strings or matches one of these patterns. Paths have forward slashes, and a
   * bundler's query behind them.
   * @default every module of the page: the application and, where they are ES modules, its dependencies
   */
  include?: ModulePattern | readonly ModulePattern[]
  /**
   * Not these, in the same form. This package, zone.js and Vite's own client are always left out.
   * @default none
   */
  exclude?: ModulePattern | readonly ModulePattern[]
  /**
   * Whether to keep silent about CommonJS. Otherwise one message at the end of a build lists the dependencies whose awaits
   * were left as they are since they are no ES modules.
   * @default false
   */
  quiet?: boolean
}

export function patterns(given: FollowAwaitsOptions['include']): readonly ModulePattern[] {
  if (given === undefined) return []
  return typeof given === 'string' || given instanceof RegExp ? [given] : given
}

export function isIn(list: readonly ModulePattern[], path: string): boolean {
  // search(), since test() of a pattern with the flag g remembers where it was
  return list.some((pattern) => (typeof pattern === 'string' ? path.includes(pattern) : path.search(pattern) >= 0))
}
