// @ts-check
import { join } from 'node:path'
import { corsHeaders } from '../collector/corsHeaders.mjs'
import { pageHeaders } from './pageHeaders.mjs'
import { pointPages } from './pointPages.mjs'
import { projectRoot } from './projectRoot.mjs'
import { proxyTo } from './proxyTo.mjs'
import { sendText } from './sendText.mjs'
import { sendFile } from './staticFiles.mjs'

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('node:http').ServerResponse} Res */
/** @typedef {(req: Req, res: Res) => Promise<unknown>} Handler */
/**
 * @typedef {object} Parts
 * @property {import('../collector/contract').Collector} collector
 * @property {{ handler: (req: Req, res: Res) => void }} traceApi
 * @property {string | null} collectorUrl where served pages are pointed instead of the embedded collector
 * @property {() => number} backendPort 0 until the backend is ready
 * @property {() => string | null} [otherUrl] the second origin, where there is one: pages may call it
 */

const HTML = { 'content-type': 'text/html; charset=utf-8' }
const LIBRARY = join(projectRoot, 'dist')
const PAGES = join(projectRoot, 'demo', 'dist')
const PAGE_NAMES = ['plain', 'react', 'vue', 'viewer']
// scripts are loaded from pages of any origin, as from a CDN; module scripts always ask with CORS
const SCRIPT_HEADERS = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'timing-allow-origin': '*',
}
const API_CORS_RULES = /** @type {const} */ ({
  origin: 'reflect',
  methods: 'GET, POST, OPTIONS',
  allow: ['content-type', 'traceparent', 'tracestate', 'baggage'],
  expose: 'Server-Timing',
})

/**
 * The demo's own origin: pages, scripts, collector, trace viewer and shop API.
 * @param {Parts} parts
 * @returns {Handler}
 */
export function createDemoHandler({ collector, traceApi, collectorUrl, backendPort, otherUrl = () => null }) {
  const editHtml = (/** @type {string} */ html) => (collectorUrl ? pointPages(html, collectorUrl) : html)
  const headersOfPages = () => pageHeaders([collectorUrl, otherUrl()].filter((url) => url !== null))

  return async (req, res) => {
    const path = readPath(req)
    if (path === '/v1/traces') return collector.handler(req, res)
    if (path.startsWith('/viewer/api/')) return traceApi.handler(req, res)
    if (path.startsWith('/api/')) return proxyTo(req, res, { port: backendPort() })
    if (req.method !== 'GET' && req.method !== 'HEAD')
      return sendText(res, 405, `${req.method} ${path} is not served here`)
    if (await sendScript(req, res, path)) return
    if (PAGE_NAMES.includes(path.slice(1))) return redirect(res, `${path}/`)
    const pages = { root: PAGES, headers: headersOfPages(), editHtml }
    if (await sendFile(req, res, { ...pages, path })) return
    // the viewer is one page with a path for every trace
    if (path.startsWith('/viewer/') && (await sendFile(req, res, { ...pages, path: '/viewer/' }))) return
    if (path === '/') return sendText(res, 200, OVERVIEW, { ...headersOfPages(), ...HTML })
    sendText(res, 404, `${path} is not here. Pages are built by \`npm start\` into demo/dist/.`)
  }
}

/**
 * Another origin for the same collector, shop API and scripts.
 * @param {Parts} parts
 * @returns {Handler}
 */
export function createCrossOriginHandler({ collector, backendPort }) {
  return async (req, res) => {
    const path = readPath(req)
    if (path === '/v1/traces') return collector.handler(req, res)
    if (path.startsWith('/api/')) {
      const extraHeaders = { ...corsHeaders(req, API_CORS_RULES), 'timing-allow-origin': '*' }
      if (req.method === 'OPTIONS') return void res.writeHead(204, extraHeaders).end()
      return proxyTo(req, res, { port: backendPort(), extraHeaders })
    }
    if (!(await sendScript(req, res, path))) sendText(res, 404, `${path} is not here`)
  }
}

/** @param {Req} req @param {Res} res @param {string} path @returns {Promise<boolean>} whether it was one of the scripts */
async function sendScript(req, res, path) {
  if (path === '/cdn/latest.js') {
    redirect(res, '/telemetry.min.js', SCRIPT_HEADERS)
    return true
  }
  const isMinified = /^\/telemetry\.(?:[\w.]+\.)?min\.js(?:\.map)?$/.test(path)
  if (!isMinified && !path.startsWith('/dist/')) return false
  return sendFile(req, res, {
    root: LIBRARY,
    path: isMinified ? path : path.slice('/dist'.length),
    headers: SCRIPT_HEADERS,
  })
}

/** @param {Req} req @returns {string} the decoded path; as it is where it does not decode */
function readPath(req) {
  const path = (req.url ?? '/').split('?', 1)[0] ?? '/'
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** @param {Res} res @param {string} location @param {Record<string, string>} [headers] */
function redirect(res, location, headers = {}) {
  res.writeHead(302, { location, 'cache-control': 'no-store', ...headers }).end()
}

/** The page at / as long as none is built. */
const OVERVIEW = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Telemetry demo</title>
<h1>Telemetry demo</h1>
<ul>
  <li><a href="/plain/">Plain page</a></li>
  <li><a href="/react/">React app</a></li>
  <li><a href="/vue/">Vue app</a></li>
  <li><a href="/viewer/">Trace viewer</a></li>
</ul>
</html>
`
