import { withSecondPart } from '../lib/loadSecondPart'
import { guard } from '../lib/report'
import { carryCallbacks } from './callbacks'
import { currentFrame, Frame, ROOT_CONTEXT, runInFrame, type SpanContextMap } from './frame'
import { carryHandlers } from './handlers'
import { carryListeners } from './listeners'
import { followNativeAwait } from './nativeAwait'
import { carryOtherPromise } from './otherPromise'
import { pageZone } from './pageZone'
import { inFrame } from './resumeInFrame'
import { carryTasks } from './tasks'
import { baseZone, hookZone } from './zone'
import { carryZoneEvents } from './zoneEvents'

/**
 * How far contexts reach. `auto`: they follow asynchronous work. `sync`: they hold in the synchronous call, in `bind()`, and
 * where the page's own zone.js carries them.
 */
export type ContextMode = 'auto' | 'sync'

/** A way in which contexts follow asynchronous work. */
export interface Carrier {
  active(): SpanContextMap
  runIn<T>(context: SpanContextMap, fn: (...args: never[]) => T, self: unknown, args: unknown[]): T
  bind<F extends (...args: never[]) => unknown>(fn: F): F
  /** Begins to follow. Returns its undo. */
  start(mode: ContextMode): () => void
}

let follow: (() => void) | null = null // what is still to be hooked when the first context is entered

/** By zone.js, native promises and wraps of our own; without `start()` in synchronous code only. */
export const frames: Carrier = {
  active: () => currentFrame()?.context ?? ROOT_CONTEXT,
  runIn: (context, fn, self, args) => runInFrame(frameOf(context), fn, self, args),
  bind: (fn) => inFrame(currentFrame() ?? frameOf(ROOT_CONTEXT), fn) as unknown as typeof fn,
  start(mode) {
    const stops: (() => void)[] = []
    const begin = (...parts: (() => () => void)[]) => {
      for (const part of parts) stops.push(guard('following asynchronous work', part) ?? (() => {}))
    }
    // Whatever keeps functions of the page from now on (React keeps its timers) keeps ours, when the first span comes or not.
    if (mode === 'auto') {
      begin(carryCallbacks, carryTasks, carryListeners, carryHandlers)
      let isOn = true
      stops.push(() => {
        isOn = false
      })
      withSecondPart(({ carryEntries }) => isOn && begin(carryEntries))
    }
    // A page without spans keeps its promises, and starts without zone.js.
    follow = () => {
      if (mode === 'sync' && !pageZone()) return // it may still come
      follow = null
      begin(hookZone, carryZoneEvents)
      if (mode === 'auto') begin(followNativeAwait, carryOtherPromise)
    }
    return () => {
      follow = null
      for (const stop of stops.reverse()) guard('putting the page back', stop)
    }
  },
}

function frameOf(context: SpanContextMap): Frame {
  if (follow) guard('following asynchronous work', follow)
  const base = baseZone()
  if (context.frame?.base === base) return context.frame
  context.frame = new Frame(context, base)
  return context.frame
}
