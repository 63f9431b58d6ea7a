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
