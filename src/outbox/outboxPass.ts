import { bare } from '../lib/bare'
import { NativePromise } from '../lib/native'

/**
 * Runs `work` if no other page of the site is inside one of this name, and keeps them out until it ends or is stopped. Where
 * there are no Web Locks (origins without TLS), `work` is told the name of the lease that it has to take instead.
 */
export async function alone(
  name: string,
  stopped: Promise<void>,
  work: (lease: string | null) => Promise<void>,
): Promise<void> {
  const locks = globalThis.navigator?.locks
  if (!locks) return work(name)
  try {
    await locks.request(name, bare({ ifAvailable: true }), (lock) => lock && NativePromise.race([work(null), stopped]))
  } catch {
    // A document that is no longer shown may have none.
  }
}
