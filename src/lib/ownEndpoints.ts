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

/**
 * What `send` gives. Until it returns the set has every address: wrappers of the page's may have made another one of ours, or ask for
 * more on our behalf.
 */
export function asOwn<T>(send: () => T): T {
  const own = ownEndpoints()
  const has = own.has // of the set, or of another export around this one
  own.has = () => true // what every copy asks
  try {
    return send()
  } finally {
    own.has = has
  }
}

/** True while `asOwn` of any copy is at it. */
export function isSendingOwn(): boolean {
  return ownEndpoints().has('')
}
