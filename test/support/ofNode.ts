const NAMES = ['CompressionStream', 'DecompressionStream', 'Response', 'Blob'] as const
const classes = new Map<string, unknown>(NAMES.map((name) => [name, globalThis[name]]))

/** Stands in for `isPlatforms` in Node, whose classes print their code, as those of a browser do not. */
export function isOfNode(fn: unknown, name: string): boolean {
  return fn !== undefined && classes.get(name) === fn
}
