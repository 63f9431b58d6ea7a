const FIRST_WAIT_MS = 1000
const MAX_WAIT_MS = 60_000
const MAX_ASKED_WAIT_MS = 3_600_000 // an hour: a wrong `Retry-After` must not silence a page for ever

/**
 * How fast one collector may be asked again: exponential backoff with jitter, or what it asked for. All bodies share it, so a
 * collector that is down gets one request at a time, ever more rarely (a circuit breaker that is half open at each turn).
 */
export interface Pace {
  /** Whole milliseconds until the next request may go; 0 for now. */
  wait(): number
  /** It answered: what was our own pause is over, what it asked for is not. */
  works(): void
  /** It could not take a body; `after` is its own wish. What fails in a pause had been sent before it, and is no further failure. */
  fails(after: number | null): void
}

export function createPace(now: () => number, random: () => number = Math.random): Pace {
  let failures = 0
  let notBefore = 0
  let askedUntil = 0
  return {
    // Timers cut a fraction off and come too early: with fake timers, whose clock then stands still, for ever.
    wait: () => Math.max(0, Math.ceil(notBefore - now())),
    works() {
      failures = 0
      notBefore = askedUntil
    },
    fails(given) {
      const after = given || null // 0 is no pause: then it is our own
      if (after !== null) askedUntil = Math.max(askedUntil, now() + Math.min(after, MAX_ASKED_WAIT_MS))
      if (now() >= notBefore) {
        const backoff = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++)
        // Between half and all of it, so that the pages of one site do not come back together.
        if (after === null) notBefore = now() + backoff * (0.5 + random() / 2)
      }
      notBefore = Math.max(notBefore, askedUntil)
    },
  }
}
