// @ts-check
import { isOwnPage } from './isOwnPage.mjs'
import { sendJson } from './sendJson.mjs'
import { createTraceStream } from './traceStream.mjs'

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('node:http').ServerResponse} Res */

const DEFAULT_LIMIT = 200

/**
 * What the trace viewer reads, under /viewer/api/. Pages of other origins get nothing here, not even a stream that they cannot read.
 * @param {import('../collector/contract').TraceStore} store
 * @param {Parameters<typeof createTraceStream>[1]} [streamOptions]
 */
export function createTraceApi(store, streamOptions) {
  const stream = createTraceStream(store, streamOptions)
  return { handler, close: stream.close }

  /** @param {Req} req @param {Res} res */
  function handler(req, res) {
    if (!isOwnPage(req)) return sendJson(res, 403, { error: 'the trace API answers to the pages of this demo only' })
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://viewer')
    const [resource, traceId, ...more] = pathname.replace(/^\/viewer\/api\//, '').split('/')
    const isList = resource === 'traces' && !traceId
    if (more.length > 0) return sendJson(res, 404, { error: `${pathname} is not served here` })
    if (isList && req.method === 'DELETE') {
      store.clear()
      return void res.writeHead(204).end()
    }
    if (req.method !== 'GET') return sendJson(res, 405, { error: `${req.method} ${pathname} is not served here` })
    if (isList) return sendJson(res, 200, { traces: store.list(readLimit(searchParams.get('limit'))) })
    if (resource === 'stream' && !traceId) return stream.open(res)
    if (resource === 'traces' && traceId) return sendTrace(res, traceId.toLowerCase())
    sendJson(res, 404, { error: `${pathname} is not served here` })
  }

  /** @param {Res} res @param {string} traceId */
  function sendTrace(res, traceId) {
    const spans = store.trace(traceId)
    if (!spans)
      return sendJson(res, 404, { error: `trace ${traceId} is not here (any more): the newest traces are kept` })
    sendJson(res, 200, { traceId, spans })
  }
}

/** @param {string | null} given */
function readLimit(given) {
  const limit = Math.floor(Number(given))
  return given && limit > 0 ? limit : DEFAULT_LIMIT
}
