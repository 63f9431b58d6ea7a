const FIRST_WAIT_MS = 1000
const MAX_WAIT_MS = 60_000
const MAX_ASKED_WAIT_MS = 3_600_000 // an hour: a wrong `Retry-After` must not silence a page for ever

/**
 * How fast one collector may be asked again: exponential backoff with jitter, or what it asked for. All bodies share it, so a
 * collector that is down gets one request at a time, ever more rarely (a circuit breaker that is half open at each turn).
 */
export interface Pace {
  /** Milliseconds until the next request may go; 0 for now. */
  wait(): number
  /** It answered. */
  works(): void
  /** It could not take a body; `after` is its own wish. */
  fails(after: number | null): void
}

export function createPace(now: () => number, random: () => number = Math.random): Pace {
  let failures = 0
  let notBefore = 0
  return {
    wait: () => Math.max(0, notBefore - now()),
    works() {
      failures = 0
      notBefore = 0
    },
    fails(after) {
      const backoff = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++)
      // Between half and all of it, so that the pages of one site do not come back together.
      const wait = after === null ? backoff * (0.5 + random() / 2) : Math.min(after, MAX_ASKED_WAIT_MS)
      notBefore = Math.max(notBefore, now() + wait)
    },
  }
}
