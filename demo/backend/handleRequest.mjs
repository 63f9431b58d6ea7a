// @ts-check
import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { getRPCMetadata, RPCType } from '@opentelemetry/core'
import { HttpError } from '../collector/httpError.mjs'
import { sendJson } from '../server/sendJson.mjs'
import { routes } from './routes.mjs'

/** @typedef {import('./routes.mjs').Req} Req */
/** @typedef {import('./routes.mjs').Res} Res */

/**
 * Runs the handler of the request's route inside the server span that the HTTP instrumentation has made.
 * @param {Req} req
 * @param {Res} res
 */
export async function handleRequest(req, res) {
  const url = new URL(req.url ?? '/', 'http://backend')
  const found = findRoute(req.method ?? 'GET', url.pathname)
  nameServerSpan(found?.route)
  res.setHeader('server-timing', serverTiming())
  res.setHeader('cache-control', 'no-store')
  if (!found) return sendJson(res, 404, { error: `${req.method} ${url.pathname} is not served here` })
  try {
    await found.handle({ req, res, params: found.params, query: url.searchParams })
  } catch (error) {
    if (req.aborted) return
    if (error instanceof HttpError) return sendJson(res, error.status, { error: error.message })
    const message = error instanceof Error ? error.message : String(error)
    trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message })
    if (res.headersSent) res.destroy()
    else sendJson(res, 500, { error: message })
  }
}

/**
 * @param {string} method
 * @param {string} pathname
 */
function findRoute(method, pathname) {
  for (const { route, method: wanted, handle } of routes) {
    const params = method === wanted ? matchRoute(route, pathname) : null
    if (params) return { route, handle, params }
  }
  return null
}

/**
 * @param {string} route such as `/api/products/:id`
 * @param {string} pathname
 * @returns {Record<string, string> | null}
 */
function matchRoute(route, pathname) {
  const wanted = route.split('/')
  const given = pathname.split('/')
  if (wanted.length !== given.length) return null
  /** @type {Record<string, string>} */
  const params = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = value
    else if (part !== value) return null
  }
  return params
}

/** The instrumentation names its span `GET`; told the route, it becomes `GET /api/products/:id`. @param {string | undefined} route */
function nameServerSpan(route) {
  const metadata = getRPCMetadata(context.active())
  if (route && metadata?.type === RPCType.HTTP) metadata.route = route
}

/** Tells the browser which server span answered it, even for calls that carried no traceparent (a navigation, an image). */
function serverTiming() {
  const span = trace.getActiveSpan()?.spanContext()
  if (!span) return 'traceparent'
  const flags = span.traceFlags.toString(16).padStart(2, '0')
  return `traceparent;desc="00-${span.traceId}-${span.spanId}-${flags}"`
}
