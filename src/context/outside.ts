import { runInFrame } from './frame'
import { inRootZone } from './pageZone'

/**
 * Runs our own work as if no context were on: what it awaits and starts carries none, at the bare platform's cost. Nor is it in an
 * application's zone, where a build has turned our `await` into that zone's promises (Angular's does): it would look for changes.
 */
export function outside<T>(work: () => T): T {
  return runInFrame(null, inRootZone, undefined, [work]) as T
}
