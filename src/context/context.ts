import { carryCallbacks } from './callbacks'
import { currentFrame, Frame, ROOT_CONTEXT, type SpanContextMap } from './frame'
import { carryHandlers } from './handlers'
import { carryListeners } from './listeners'
import { followNativeAwait } from './nativeAwait'
import { inFrame, runInFrame } from './runInFrame'
import { baseZone, hookZone } from './zone'

/** The context that is current here. */
export function active(): SpanContextMap {
  return currentFrame()?.context ?? ROOT_CONTEXT
}

/** Runs `fn` with `context` as the current one, and everything asynchronous that `fn` starts too. */
export function runIn<T>(
  context: SpanContextMap,
  fn: (...args: never[]) => T,
  self?: unknown,
  args: unknown[] = [],
): T {
  return runInFrame(frameOf(context), fn, self, args)
}

/** Gives a function that runs `fn` in the context that is current now, with its own `this` and arguments. */
export function bind<F extends (...args: never[]) => unknown>(fn: F): F {
  const frame = currentFrame() ?? frameOf(ROOT_CONTEXT)
  return inFrame(frame, fn) as unknown as F
}

function frameOf(context: SpanContextMap): Frame {
  const base = baseZone()
  follow?.()
  if (context.frame?.base === base) return context.frame
  context.frame = new Frame(context, base)
  return context.frame
}

let owners = 0
let follow: (() => void) | null = null
let stops: (() => void)[] = []

/**
 * Lets contexts follow asynchronous work: runs zone.js (or takes the page's), and hooks native `await` when the first context
 * is entered, so that a page without spans keeps its promises untouched. Returns its undo; zone.js itself stays.
 */
export function startContext(): () => void {
  if (owners++ === 0) {
    stops = [hookZone()]
    follow = () => {
      follow = null
      stops.push(followNativeAwait(), carryCallbacks(), carryListeners(), carryHandlers())
    }
  }
  let running = true
  return () => {
    if (!running) return
    running = false
    if (--owners > 0) return
    follow = null
    for (const stop of stops.reverse()) stop()
    stops = []
  }
}
