// @ts-check
/** Waiting for what requests bring: `look` is called when something has changed. */
export function createWaiters() {
  /** @type {Set<() => void>} */
  const waiting = new Set()
  return { look, waitFor }

  function look() {
    for (const waiter of [...waiting]) waiter()
  }

  /**
   * @template T
   * @param {() => T} condition
   * @param {number} timeoutMs
   * @param {() => string} tellState what is there instead, for the message
   * @returns {Promise<Exclude<T, false | 0 | '' | null | undefined>>}
   */
  function waitFor(condition, timeoutMs, tellState) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(giveUp, timeoutMs)
      waiting.add(lookOnce)
      lookOnce()

      function lookOnce() {
        try {
          const value = condition()
          if (value) settle(() => resolve(/** @type {any} */ (value)))
        } catch (error) {
          settle(() => reject(error))
        }
      }
      function giveUp() {
        settle(() => reject(new Error(`not true within ${timeoutMs} ms: ${condition}; ${tellState()}`)))
      }
      /** @param {() => void} done */
      function settle(done) {
        clearTimeout(timer)
        waiting.delete(lookOnce)
        done()
      }
    })
  }
}
