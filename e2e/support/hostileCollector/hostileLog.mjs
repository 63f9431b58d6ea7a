// @ts-check
import { createWaiters } from '../../../demo/collector/waiters.mjs'

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
  const { look, waitFor } = createWaiters()
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
    waitFor: (condition, timeoutMs = 5000) => waitFor(condition, timeoutMs, tellState),
    async waitForSpans(wanted, timeoutMs) {
      await asked.waitFor(() => arrivals.size >= wanted, timeoutMs)
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
