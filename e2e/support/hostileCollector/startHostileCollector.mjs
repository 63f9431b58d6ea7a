// @ts-check
// An OTLP collector that misbehaves on request, for tests. Two origins on loopback, each with `/v1/traces`; the first one serves pages.
//
//   const collector = await startHostileCollector()
//   collector.next({ status: 503, retryAfter: 1 })                // the next export; then ({ … }, 3) for three of them
//   collector.next({ cut: 'unanswered', takes: true })            // it has the spans, and its answer never comes
//   collector.nextPreflight({ delay: 60 })                        // also status: 403, allowHeaders: ['content-type'], cors: 'none'
//   collector.always({ gzip: false, maxBytes: 65_536 })           // or always((request) => request.bytes … ? { … } : {})
//   await collector.goDown(); await collector.comeUp()            // restart() is both; the ports stay
//
//   await page.goto(collector.page('<p>'))                        // with /telemetry.min.js beside it
//   startTelemetry({ endpoint: collector.endpoint })              // or collector.otherEndpoint: cross origin
//
//   await collector.waitForSpans(3)                               // or waitFor(() => …)
//   collector.spans(); collector.duplicates(); collector.exports() // each with bytes, headers, encoding, times, outcome, spans, taken
//   await collector.close()
//
// Every field is told in contract.ts. What arrived is what `spans()` says: bodies that were read whole and are not refused. A client that
// goes away while it waits for the answer has delivered.
//
// Chromium itself sends a request again when the connection that it reused is reset before an answer began: the first `cut` on a fresh
// connection is seen by the page, a later one may be seen here as two requests. `{ freshConnections: true }` takes reuse away.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { listen } from '../../../demo/server/listen.mjs'
import { answerHostile } from './hostileAnswer.mjs'
import { createHostileLog } from './hostileLog.mjs'
import { createHostilePages } from './hostilePages.mjs'
import { createHostileScript } from './hostileScript.mjs'

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('node:http').ServerResponse} Res */
/** @typedef {{ readonly origin: string, down(): Promise<void>, up(): Promise<void> }} Port */

/**
 * @param {{ freshConnections?: boolean }} [options] `freshConnections`: every answer closes its connection
 * @returns {Promise<import('./contract').HostileCollector>}
 */
export async function startHostileCollector({ freshConnections = false } = {}) {
  const log = createHostileLog()
  const script = createHostileScript()
  const pages = createHostilePages()
  const [own, other] = await Promise.all([openPort(answer), openPort(answer)])
  const ports = [own, other]

  /** @param {Req} req @param {Res} res @param {string} origin */
  async function answer(req, res, origin) {
    if (freshConnections) res.setHeader('connection', 'close')
    if (!req.url?.startsWith('/v1/traces')) return pages.answer(req, res)
    const request = log.open(req, origin)
    await answerHostile(req, res, request, script.pick(request), log)
  }

  return {
    ...log.asked,
    ...script.asked,
    url: own.origin,
    otherUrl: other.origin,
    endpoint: `${own.origin}/v1/traces`,
    otherEndpoint: `${other.origin}/v1/traces`,
    clear() {
      script.clear()
      log.clear()
    },
    async goDown(origin) {
      await Promise.all(ports.filter((port) => !origin || port.origin === origin).map((port) => port.down()))
    },
    async comeUp() {
      await Promise.all(ports.map((port) => port.up()))
    },
    async restart() {
      await Promise.all(ports.map((port) => port.down()))
      await Promise.all(ports.map((port) => port.up()))
    },
    page: (html) => own.origin + pages.page(html),
    script: pages.script,
    never: pages.never,
    async close() {
      await Promise.all(ports.map((port) => port.down()))
    },
  }
}

/**
 * A server that can go and come back on its port.
 * @param {(req: Req, res: Res, origin: string) => Promise<void>} answer
 * @returns {Promise<Port>}
 */
async function openPort(answer) {
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set()
  // A client that goes away, or is cut off, makes reading and waiting reject: the log has it already.
  const server = createServer((req, res) => void answer(req, res, origin).catch(() => res.destroy()))
  server.on('connection', (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)))
    if (!server.listening) socket.resetAndDestroy() // it was on its way when the server went
  })
  const port = await listen(server, '127.0.0.1', 0)
  const origin = `http://127.0.0.1:${port}`

  return {
    origin,
    async down() {
      if (!server.listening) return
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.resetAndDestroy()
      await closed
    },
    async up() {
      if (server.listening) return
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
  }
}
