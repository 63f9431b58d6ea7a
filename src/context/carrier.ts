import { guard } from '../lib/report'
import { carryCallbacks } from './callbacks'
import { currentFrame, Frame, ROOT_CONTEXT, type SpanContextMap } from './frame'
import { carryHandlers } from './handlers'
import { carryListeners } from './listeners'
import { followNativeAwait } from './nativeAwait'
import { carryOtherPromise } from './otherPromise'
import { inFrame, runInFrame } from './runInFrame'
import { baseZone, hookZone } from './zone'

/** A way in which contexts follow asynchronous work. */
export interface Carrier {
  active(): SpanContextMap
  runIn<T>(context: SpanContextMap, fn: (...args: never[]) => T, self: unknown, args: unknown[]): T
  bind<F extends (...args: never[]) => unknown>(fn: F): F
  /** Begins to follow. Returns its undo. */
  start(): () => void
}

let follow: (() => void) | null = null // what is still to be hooked when the first context is entered

/** By zone.js, native promises and wraps of our own; without `start()` in synchronous code only. */
export const frames: Carrier = {
  active: () => currentFrame()?.context ?? ROOT_CONTEXT,
  runIn: (context, fn, self, args) => runInFrame(frameOf(context), fn, self, args),
  bind: (fn) => inFrame(currentFrame() ?? frameOf(ROOT_CONTEXT), fn) as unknown as typeof fn,
  start() {
    const stops: (() => void)[] = []
    // A page without spans keeps its promises, timers, listeners and handlers untouched, and starts without zone.js.
    follow = () => {
      follow = null
      stops.push(
        hookZone(),
        followNativeAwait(),
        carryOtherPromise(),
        carryCallbacks(),
        carryListeners(),
        carryHandlers(),
      )
    }
    return () => {
      follow = null
      for (const stop of stops.reverse()) guard('putting the page back', stop)
    }
  },
}

function frameOf(context: SpanContextMap): Frame {
  follow?.()
  const base = baseZone()
  if (context.frame?.base === base) return context.frame
  context.frame = new Frame(context, base)
  return context.frame
}
