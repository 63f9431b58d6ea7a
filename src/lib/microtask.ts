import { bare } from './bare'
import { NativePromise, nativeThen } from './native'

let settled: Promise<void> | null = null

// A reaction on one settled promise is the cheapest microtask there is. Its own `constructor` keeps our getter out, and since it
// is `undefined`, `then` does not ask for `Symbol.species` either.

/** A microtask that no zone and no context sees. */
export function microtask(work: () => void): void {
  settled ??= Object.defineProperty(
    new NativePromise<void>((resolve) => resolve()),
    'constructor',
    bare({ value: undefined }),
  )
  nativeThen.call(settled, work)
}
