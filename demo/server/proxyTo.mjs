// @ts-check
import { request } from 'node:http'
import { sendJson } from './sendJson.mjs'

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('node:http').ServerResponse} Res */

const OF_ONE_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade'])

/**
 * Passes the request on as it came, headers in their order and spelling, and the answer back, both streamed.
 * @param {Req} req
 * @param {Res} res
 * @param {{ port: number, extraHeaders?: Record<string, string> }} target `port` 0: not known yet; `extraHeaders` are added to the answer
 */
export function proxyTo(req, res, { port, extraHeaders = {} }) {
  if (port === 0) return sendJson(res, 503, { error: 'the shop backend is still starting' })
  const upstream = request({
    host: '127.0.0.1',
    port,
    method: req.method,
    path: req.url,
    headers: /** @type {any} */ (withoutHopHeaders(req.rawHeaders)),
  })
  upstream.once('response', (answer) => {
    const headers = [...withoutHopHeaders(answer.rawHeaders), ...Object.entries(extraHeaders).flat()]
    res.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers)
    res.flushHeaders()
    answer.once('error', () => res.destroy())
    answer.pipe(res)
  })
  upstream.once('error', (error) => {
    if (res.headersSent) return void res.destroy()
    for (const [name, value] of Object.entries(extraHeaders)) res.setHeader(name, value)
    sendJson(res, 502, { error: `the shop backend does not answer: ${error.message}` })
  })
  res.once('close', () => upstream.destroy())
  req.pipe(upstream)
}

/** @param {string[]} rawHeaders name, value, name, value … */
function withoutHopHeaders(rawHeaders) {
  return rawHeaders.filter((_, index) => !OF_ONE_CONNECTION.has(rawHeaders[index - (index % 2)]?.toLowerCase() ?? ''))
}
