import { runInFrame } from './frame'

/** Runs our own work as if no context were on: what it awaits and starts carries none, at the bare platform's cost. */
export function outside<T>(work: () => T): T {
  return runInFrame(null, work, undefined, [])
}
