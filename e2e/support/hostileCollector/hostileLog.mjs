// @ts-check
/** @typedef {import('../../../demo/collector/contract').StoredSpan} StoredSpan */
/** @typedef {import('./contract').HostileRequest} HostileRequest */
/** @typedef {{ -readonly [Key in keyof HostileRequest]: HostileRequest[Key] }} OpenRequest */
/** @typedef {{ span: StoredSpan, requests: HostileRequest[] }} Arrival */

/** What came to the hostile collector. */
export function createHostileLog() {
  /** @type {OpenRequest[]} */
  const requests = []
  /** @type {Map<string, Arrival>} */
  const arrivals = new Map()
  /** @type {Set<() => void>} */
  const waiting = new Set()
  let count = 0

  /** @type {import('./contract').HostileLog} */
  const asked = {
    requests,
    exports: () => requests.filter(({ method }) => method !== 'OPTIONS'),
    preflights: () => requests.filter(({ method }) => method === 'OPTIONS'),
    spans: () => [...arrivals.values()].map(({ span }) => span),
    spanCount: () => arrivals.size,
    requestOf: (span) => arrivals.get(keyOf(span))?.requests[0],
    duplicates: () => [...arrivals.values()].filter((arrival) => arrival.requests.length > 1),
    waitFor,
    async waitForSpans(wanted, timeoutMs) {
      await waitFor(() => arrivals.size >= wanted, timeoutMs)
      return asked.spans()
    },
  }
  return { asked, open, change, take, clear }

  /**
   * @param {import('node:http').IncomingMessage} req
   * @param {string} to
   */
  function open({ method = '', url = '/', headers }, to) {
    /** @type {OpenRequest} */
    const request = {
      number: ++count,
      to,
      method,
      path: url,
      headers,
      contentType: headers['content-type'] ?? null,
      encoding: headers['content-encoding'] ?? null,
      bytes: 0,
      spans: [],
      taken: [],
      problem: null,
      status: 0,
      outcome: 'open',
      arrivedAt: Date.now(),
      readAt: null,
      closedAt: null,
    }
    requests.push(request)
    look()
    return request
  }

  /** @param {OpenRequest} request @param {Partial<HostileRequest>} news */
  function change(request, news) {
    Object.assign(request, news)
    look()
  }

  /** @param {OpenRequest} request @param {readonly StoredSpan[]} spans */
  function take(request, spans) {
    for (const span of spans) {
      const known = arrivals.get(keyOf(span))
      if (known) known.requests.push(request)
      else arrivals.set(keyOf(span), { span, requests: [request] })
    }
    change(request, { taken: spans })
  }

  function clear() {
    requests.length = 0
    arrivals.clear()
  }

  function look() {
    for (const waiter of [...waiting]) waiter()
  }

  /**
   * @template T
   * @param {() => T} condition
   * @param {number} [timeoutMs]
   * @returns {Promise<Exclude<T, false | 0 | '' | null | undefined>>}
   */
  function waitFor(condition, timeoutMs = 5000) {
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

  function tellState() {
    const told = requests.slice(-20).map(tellRequest)
    return `${arrivals.size} spans have arrived, ${requests.length} requests came: ${told.join('; ')}`
  }
}

/** @param {HostileRequest} request */
function tellRequest({ method, status, outcome, bytes, spans }) {
  return `${method} ${status || outcome}${method === 'OPTIONS' ? '' : `, ${spans.length} spans in ${bytes} bytes`}`
}

/** @param {StoredSpan} span */
function keyOf({ traceId, spanId }) {
  return `${traceId} ${spanId}`
}
