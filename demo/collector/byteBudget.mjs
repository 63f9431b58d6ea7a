// @ts-check
/** @typedef {ReturnType<ReturnType<typeof createByteBudget>['open']>} Hold */

const PIECE_BYTES = 128 // what Node keeps for a Buffer beside its bytes; a body may come one byte at a time

/**
 * Memory that many share, with one bound for all of them together. Each opens a hold, takes for every piece it keeps, and frees the hold.
 * @param {number} maxBytes
 */
export function createByteBudget(maxBytes) {
  let held = 0
  return { maxBytes, open, held: () => held }

  function open() {
    let own = 0
    let isOpen = true
    return {
      /** @param {number} bytes of one piece @returns {boolean} whether there is room for it; if not, nothing is taken */
      take(bytes) {
        const size = bytes + PIECE_BYTES
        if (!isOpen || held + size > maxBytes) return false
        held += size
        own += size
        return true
      },
      /** Gives everything back, and takes no more. Does nothing the second time. */
      free() {
        held -= own
        own = 0
        isOpen = false
      },
    }
  }
}
