const NAMES = ['CompressionStream', 'DecompressionStream', 'Response', 'Blob'] as const
const classes = new Map<string, unknown>(NAMES.map((name) => [name, globalThis[name]]))

/** Stands in for `isPlatforms` in Node, whose classes print their code, as those of a browser do not. */
function isOfNode(fn: unknown, name: string): boolean {
  return fn !== undefined && classes.get(name) === fn
}

type Native = typeof import('../../src/lib/native')

/** `src/lib/native` with it, for `vi.mock`. */
export const nativeOfNode = async (load: () => Promise<Native>): Promise<Native> => ({
  ...(await load()),
  isPlatforms: isOfNode,
})
