// @ts-check
import http from 'node:http'
import { sendText } from './sendText.mjs'

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('node:http').ServerResponse} Res */

const MAX_CONNECTIONS = 256 // browsers open six for an origin: forty of them, and still a bound for what each connection buffers
const REQUEST_TIMEOUT_MS = 60_000 // for headers and body; the collector is stricter with its bodies, and says so in words

/**
 * A server that answers only to its own hosts, and ends what does not arrive.
 * @param {(req: Req, res: Res) => unknown} handler called at once, with requests to own hosts only
 * @param {import('./ownHosts.mjs').OwnHosts} ownHosts
 * @param {typeof http.createServer} [createServer]
 */
export function createGuardedServer(handler, ownHosts, createServer = http.createServer) {
  // without `requireHostHeader` a request without Host gets our sentence instead of an empty answer
  const server = createServer({ requireHostHeader: false, requestTimeout: REQUEST_TIMEOUT_MS }, (req, res) => {
    const refusal = ownHosts.whyRefused(req)
    if (refusal) sendText(res, refusal.status, refusal.sentence, { 'cache-control': 'no-store' })
    else handler(req, res)
  })
  server.maxConnections = MAX_CONNECTIONS
  return server
}
