/**
 * A moment, as users may give it: epoch milliseconds, a `Date`, OpenTelemetry's `[seconds, nanoseconds]`, or a value of
 * `performance.now()` (any number that is not larger than the page's current one).
 */
export type TimeInput = number | Date | readonly [seconds: number, nanoseconds: number]

/** In words. */
export const TIMES = 'epoch milliseconds, a Date, [seconds, nanoseconds] or performance.now()'

/** Milliseconds since the page's time origin, at the platform's resolution. */
export const monotonic: () => number =
  typeof performance === 'object' ? clockOf(performance) : clockOf(Date, Date.now())

// The object is kept: on a page `performance` is a getter that costs more than the clock behind it.
function clockOf(clock: { now(): number }, origin = 0): () => number {
  return () => clock.now() - origin
}

const CHECK_EVERY_MS = 1000
const MAX_DRIFT_MS = 50 // past this the wall clock was set or the machine slept: performance.now() stands still then in some browsers

let anchor = epochOfOrigin()
let nextCheck = 0

function epochOfOrigin(): number {
  return Math.round(Date.now() - monotonic())
}

/**
 * The epoch milliseconds (a whole number) that belong to `monotonic() === 0` for a trace that begins now. One trace keeps one
 * anchor, so its spans never run backwards; a new trace takes a new one when the clocks have drifted apart.
 */
export function anchorAt(now: number): number {
  if (now >= nextCheck) {
    nextCheck = now + CHECK_EVERY_MS
    const fresh = epochOfOrigin()
    if (Math.abs(fresh - anchor) > MAX_DRIFT_MS) anchor = fresh
  }
  return anchor
}

/**
 * Milliseconds after `base` (an anchor) at which `time` lies, or `null` when it is no time. Never throws.
 * The whole seconds of an `HrTime` are subtracted first, so that its nanoseconds survive.
 */
export function sinceAnchor(time: unknown, base: number): number | null {
  let ms: unknown = time
  try {
    if (time instanceof Date) ms = time.getTime()
    if (Array.isArray(time))
      return typeof time[0] === 'number' && typeof time[1] === 'number'
        ? finite(time[0] * 1000 - base + time[1] / 1e6)
        : null
  } catch {
    return null // a Proxy or an object of the page's that threw
  }
  const own = finite(ms)
  return own === null || own <= monotonic() ? own : own - base
}

function finite(value: unknown): number | null {
  return Number.isFinite(value) ? (value as number) : null
}
