// @ts-check
import { createWaiters } from './waiters.mjs'

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
  const { look, waitFor } = createWaiters()

  return { requests, add, waitFor }

  /** @param {Req} req @param {Noted} noted */
  function add(req, noted) {
    requests.push(toEntry(req, noted))
    if (requests.length > maxRequests) requests.shift()
    look()
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
