import { hasOwn } from '../lib/bare'
import { NativePromise, textOf } from '../lib/native'
import type { Settle } from './bracket'

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
    !hasOwn(handler, 'prototype')
  )
}
