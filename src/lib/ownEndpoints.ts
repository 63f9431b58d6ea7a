const KEY = Symbol.for('@codomyrmex/telemetry own')
const page = globalThis as { [KEY]?: Set<string> }

/**
 * Where exports of any copy of the package go. A polyfill of `fetch`, a bridge or a mock sends them by what we have patched, perhaps
 * later, and they must make no spans: each would be exported, and make the next one.
 */
export function ownEndpoints(): Set<string> {
  page[KEY] ??= new Set()
  return page[KEY]
}

/** In the set while an export is being sent. An entry: on a page that has frozen `Set.prototype` no method of the set can be replaced. */
const SENDING = ''

/**
 * What `send` gives. Until it returns every address counts as ours: wrappers of the page's may have made another one of ours, or ask for
 * more on our behalf.
 */
export function asOwn<T>(send: () => T): T {
  const own = ownEndpoints()
  const isWithin = own.has(SENDING) // another export, perhaps of another copy
  own.add(SENDING)
  try {
    return send()
  } finally {
    if (!isWithin) own.delete(SENDING)
  }
}

/** True while `asOwn` of any copy is at it. */
export function isSendingOwn(): boolean {
  return ownEndpoints().has(SENDING)
}

/** True where exports go, and for every address while one is being sent. */
export function isOwnEndpoint(url: string): boolean {
  return isSendingOwn() || ownEndpoints().has(url)
}
