// @ts-check
/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('./contract').CollectorRequest} CollectorRequest */
/** @typedef {Pick<CollectorRequest, 'status' | 'bytes' | 'spans' | 'rejected' | 'message'>} Noted what is not in the headers */

/**
 * The newest requests, and waiting for what they bring.
 * @param {number} maxRequests
 */
export function createRequestLog(maxRequests) {
  /** @type {CollectorRequest[]} */
  const requests = []
  /** @type {Set<() => void>} */
  const waiting = new Set()

  return { requests, add, waitFor }

  /** @param {Req} req @param {Noted} noted */
  function add(req, noted) {
    requests.push(toEntry(req, noted))
    if (requests.length > maxRequests) requests.shift()
    for (const look of [...waiting]) look()
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
      waiting.add(look)
      look()

      function look() {
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
        waiting.delete(look)
        done()
      }
    })
  }
}

/** @param {Req} req @param {Noted} noted @returns {CollectorRequest} */
function toEntry({ method = '', headers }, noted) {
  return {
    time: Date.now(),
    method,
    contentType: headers['content-type'] ?? null,
    encoding: headers['content-encoding'] ?? null,
    ...noted,
    transportHint: {
      mode: single(headers['sec-fetch-mode']),
      site: single(headers['sec-fetch-site']),
      dest: single(headers['sec-fetch-dest']),
    },
    headers,
  }
}

/** @param {string | string[] | undefined} header */
function single(header) {
  return header === undefined ? null : String(header)
}
