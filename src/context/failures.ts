import { isWebKit } from '../lib/isWebKit'
import { microtask } from '../lib/microtask'
import { later } from '../lib/native'
import { currentFrame, type Frame, type SpanContextMap } from './frame'
import { resumeInFrame } from './resumeInFrame'

// An uncaught error is told outside of every context, since who listens for errors works for the whole page. Where it was thrown
// is kept here.

/** By the error that was thrown, or by the event that tells of it. */
const contexts = new WeakMap<object, SpanContextMap>()
let thrown: SpanContextMap | null = null // of what just left a task of the browser uncaught: it is told next

/** Notes where `what` was thrown. The innermost place comes first, and stays. */
export function noteFailure(what: unknown, context: SpanContextMap): void {
  if (typeof what === 'object' && what !== null && !contexts.has(what)) contexts.set(what, context)
}

/** The context in which an error was thrown: by the error, or by the event that tells of it. `null` where nobody knows. */
export function contextOfFailure(what: unknown): SpanContextMap | null {
  const { error, reason } = (what ?? {}) as { error?: unknown; reason?: unknown }
  for (const key of [what, error, reason]) {
    const context = typeof key === 'object' && key !== null && contexts.get(key)
    if (context) return context
  }
  return null
}

/** Notes for the event of an uncaught error where it was thrown, if that is told by what is on, or by what was just left. */
export function noteErrorEvent(event: Event): void {
  const context = currentFrame()?.context ?? thrown
  if (context !== null) noteFailure(event, context)
  forget() // the next event is of another error
}

const forget = () => {
  thrown = null
}

/** Runs a task of the browser in `frame`. What it throws is told by the browser when the frame is off already. */
export function runTask<T>(frame: Frame, fn: (...args: never[]) => T, self: unknown, args: unknown[]): T {
  let isDone = false
  try {
    const result = resumeInFrame(frame, fn, self, args)
    isDone = true
    return result
  } finally {
    if (!isDone && currentFrame() === null) {
      thrown = frame.context
      // Browsers tell of it before the next microtask, WebKit after them all. What is not told, somebody has caught. We do not look at
      // the error itself: what is caught and thrown again is told with our line for its place.
      if (isWebKit()) later(0, forget)
      else microtask(forget)
    }
  }
}

/** A function that runs `fn` as a task of the browser in `frame`, with its own `this` and arguments. */
export function taskIn<T>(frame: Frame, fn: (...args: never[]) => T): (this: unknown, ...args: unknown[]) => T {
  return function (...args) {
    return runTask(frame, fn, this, args)
  }
}
