import { monotonic } from '../lib/clock'
import { later } from '../lib/native'

// Before it takes a write, Chromium asks how much room the site has, and remembers the answer for 30 seconds. Where it has to ask
// while a page is going, the page is gone before the answer and the write is dropped: half of those at a reload. A write before
// the 30 seconds are over does not make it ask again, so the moment just after them is the one to write in.
const TOUCH_EVERY_MS = 30_100
const STAY_READY_MS = 300_000

/** Calls `touch`, which writes something, often enough for a put at the exit to be taken at once. */
export function createReadiness(touch: () => void) {
  let until = Number.NEGATIVE_INFINITY
  let cancel: (() => void) | null = null

  const next = () => {
    touch()
    cancel = later(TOUCH_EVERY_MS, () => {
      cancel = null
      if (monotonic() < until) next()
    })
  }

  return {
    /** From now on, for five minutes after the last call. */
    stay(): void {
      until = monotonic() + STAY_READY_MS
      if (!cancel) next()
    },
    stop(): void {
      cancel?.()
      cancel = null
    },
  }
}
