import { followPlatform } from './asyncContext'
import { type Carrier, type ContextMode, frames } from './carrier'
import type { SpanContextMap } from './frame'

/** What carries contexts on this page, for all copies of the package: what one has hooked into a second one must not hook again. */
interface Carrying {
  carrier: Carrier
  owners: number
  stop: (() => void) | null
}

const PAGE = Symbol.for('@codomyrmex/telemetry context')
const page = globalThis as { [PAGE]?: Carrying }
let carrying: Carrying = { carrier: frames, owners: 0, stop: null }

/** The context that is current here. */
export function active(): SpanContextMap {
  return carrying.carrier.active()
}

/** Runs `fn` with `context` as the current one, and everything asynchronous that `fn` starts too. */
export function runIn<T>(
  context: SpanContextMap,
  fn: (...args: never[]) => T,
  self?: unknown,
  args: unknown[] = [],
): T {
  return carrying.carrier.runIn(context, fn, self, args)
}

/** Gives a function that runs `fn` in the context that is current now, with its own `this` and arguments. */
export function bind<F extends (...args: never[]) => unknown>(fn: F): F {
  return carrying.carrier.bind(fn)
}

/**
 * Lets contexts follow asynchronous work: by the platform's own `AsyncContext` where it has one, else by zone.js and what we
 * add to it. Of several on a page the first says how far. Returns its undo; zone.js itself stays.
 */
export function startContext(mode: ContextMode = 'auto'): () => void {
  page[PAGE] ??= carrying
  carrying = page[PAGE]
  if (carrying.owners++ === 0) {
    carrying.carrier = followPlatform() ?? frames
    carrying.stop = carrying.carrier.start(mode)
  }
  let running = true
  return () => {
    if (!running) return
    running = false
    if (--carrying.owners > 0) return
    carrying.stop?.()
    carrying.stop = null
    carrying.carrier = frames
    delete page[PAGE]
  }
}
