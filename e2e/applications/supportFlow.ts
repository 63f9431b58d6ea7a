// What the applications share in the page: names for what the visitor does, and addresses that tell whose request it is.

/**
 * Which code of the application makes a request.
 *
 * - `config`: what the application loads before it renders
 * - `handler`: the handler of a click
 * - `mutation`, `refetch`, `loader`, `guard`: what a library calls for the handler, before it has rendered anything
 * - `effect`: what a component asks for once it is there; a framework calls it from its own queue
 */
export type Where = 'config' | 'handler' | 'mutation' | 'refetch' | 'loader' | 'guard' | 'effect'

/** What the server answers. */
export interface Echo {
  readonly url: string
}

const counts = new Map<string, number>()

/** A name that nothing else on the page has: `add-1`, then `add-2`. */
export function nextFlow(action: string): string {
  const count = (counts.get(action) ?? 0) + 1
  counts.set(action, count)
  return `${action}-${count}`
}

/** The address of a request that belongs to the flow. */
export const echo = (flow: string, where: Where) => `/lab/echo?flow=${flow}&where=${where}`
