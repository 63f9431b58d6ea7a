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

/**
 * True for what looks like one of the engine's own functions that settle a promise: native code, one parameter, no name (bound ones have
 * one). The text comes first, so that nothing is read of a function of the page.
 */
export function isSettle(handler: unknown): handler is Settle {
  return (
    typeof handler === 'function' &&
    textOf.call(handler) === TEXT &&
    handler.name === '' &&
    handler.length === 1 &&
    !('prototype' in handler)
  )
}
