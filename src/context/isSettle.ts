import { NativePromise } from '../lib/native'
import { unpatched } from '../lib/patch'
import type { Settle } from './bracket'

type ToString = (() => string) & { readonly __zone_symbol__OriginalDelegate?: () => string }

// Taken before the page can patch it, or from where zone.js keeps it.
const given = Function.prototype.toString as ToString
const textOf = unpatched(given.__zone_symbol__OriginalDelegate ?? given)

let sample: unknown
new NativePromise((resolve) => {
  sample = resolve
})
const TEXT = textOf.call(sample)

/** True for what looks like one of the engine's own functions that settle a promise: native code, and no name (bound ones have one). */
export function isSettle(handler: unknown): handler is Settle {
  return typeof handler === 'function' && textOf.call(handler) === TEXT && handler.name === ''
}

/** True for two of them. The whole look, which costs three times as much: where nothing else tells that the engine calls. */
export function isPairOfSettles(...handlers: unknown[]): boolean {
  return handlers.every((handler) => isSettle(handler) && handler.length === 1 && !('prototype' in handler))
}
