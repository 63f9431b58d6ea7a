import { followPlatform } from './asyncContext'
import { type Carrier, frames } from './carrier'
import type { SpanContextMap } from './frame'

let carrier: Carrier = frames

/** The context that is current here. */
export function active(): SpanContextMap {
  return carrier.active()
}

/** Runs `fn` with `context` as the current one, and everything asynchronous that `fn` starts too. */
export function runIn<T>(
  context: SpanContextMap,
  fn: (...args: never[]) => T,
  self?: unknown,
  args: unknown[] = [],
): T {
  return carrier.runIn(context, fn, self, args)
}

/** Gives a function that runs `fn` in the context that is current now, with its own `this` and arguments. */
export function bind<F extends (...args: never[]) => unknown>(fn: F): F {
  return carrier.bind(fn)
}

let owners = 0
let stop: (() => void) | null = null

/**
 * Lets contexts follow asynchronous work: by the platform's own `AsyncContext` where it has one, else by zone.js and what we
 * add to it. Returns its undo; zone.js itself stays.
 */
export function startContext(): () => void {
  if (owners++ === 0) {
    carrier = followPlatform() ?? frames
    stop = carrier.start()
  }
  let running = true
  return () => {
    if (!running) return
    running = false
    if (--owners > 0) return
    stop?.()
    stop = null
    carrier = frames
  }
}
