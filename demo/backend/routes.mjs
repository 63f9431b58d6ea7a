// @ts-check
import { setTimeout as sleep } from 'node:timers/promises'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import { sendJson } from '../server/sendJson.mjs'
import { findProduct, products } from './products.mjs'
import { readJson } from './readJson.mjs'

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('node:http').ServerResponse} Res */
/** @typedef {{ req: Req, res: Res, params: Record<string, string>, query: URLSearchParams }} Call */
/** @typedef {{ method: string, route: string, handle: (call: Call) => unknown }} Route */

const MAX_SLOW_MS = 10_000
const STREAM_CHUNKS = 4
const STREAM_PAUSE_MS = 100

const tracer = trace.getTracer('shop-backend', '1.0.0')

/** @type {readonly Route[]} */
export const routes = [
  { method: 'GET', route: '/api/products', handle: ({ res }) => sendJson(res, 200, { products }) },
  { method: 'GET', route: '/api/products/:id', handle: getProduct },
  { method: 'GET', route: '/api/stock/:id', handle: getStock },
  { method: 'POST', route: '/api/cart', handle: addToCart },
  { method: 'POST', route: '/api/upload', handle: countUpload },
  { method: 'GET', route: '/api/fail', handle: fail },
  { method: 'GET', route: '/api/slow', handle: answerSlowly },
  { method: 'GET', route: '/api/stream', handle: streamText },
]

/** @param {Call} call */
function getProduct({ res, params }) {
  const product = findProduct(params['id'])
  if (!product) return sendJson(res, 404, { error: `there is no product ${params['id']}` })
  sendJson(res, 200, product)
}

/** @param {Call} call */
async function getStock({ res, params }) {
  const product = findProduct(params['id'])
  if (!product) return sendJson(res, 404, { error: `there is no product ${params['id']}` })
  const inStock = await tracer.startActiveSpan('query stock', async (span) => {
    span.setAttribute('shop.product.id', product.id)
    await sleep(80 + Math.random() * 70)
    const count = (product.id * 7) % 12
    span.setAttribute('shop.stock.count', count)
    span.end()
    return count
  })
  sendJson(res, 200, { id: product.id, inStock })
}

/** @param {Call} call */
async function addToCart({ req, res }) {
  const item = await readJson(req)
  const product = findProduct(item['id'] ?? item['productId'])
  if (!product) return sendJson(res, 404, { error: `there is no product ${item['id'] ?? item['productId']}` })
  const quantity = Math.max(1, Math.floor(Number(item['quantity'])) || 1)
  trace.getActiveSpan()?.setAttributes({ 'shop.product.id': product.id, 'shop.cart.quantity': quantity })
  sendJson(res, 201, { id: product.id, quantity, total: Math.round(product.price * quantity * 100) / 100 })
}

/** @param {Call} call */
async function countUpload({ req, res }) {
  let bytes = 0
  for await (const chunk of req) bytes += chunk.length
  trace.getActiveSpan()?.setAttribute('shop.upload.bytes', bytes)
  sendJson(res, 200, { bytes })
}

/** @param {Call} call */
function fail({ res }) {
  const error = new Error('the payment service did not answer')
  const span = trace.getActiveSpan()
  span?.recordException(error)
  span?.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
  sendJson(res, 500, { error: error.message })
}

/** @param {Call} call */
async function answerSlowly({ res, query }) {
  const ms = Math.min(MAX_SLOW_MS, Math.max(0, Number(query.get('ms') ?? 1000) || 0))
  await sleep(ms)
  sendJson(res, 200, { ms })
}

/** @param {Call} call */
async function streamText({ res }) {
  res.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
  for (let chunk = 1; chunk <= STREAM_CHUNKS && !res.destroyed; chunk++) {
    if (chunk > 1) await sleep(STREAM_PAUSE_MS)
    res.write(`chunk ${chunk} of ${STREAM_CHUNKS}\n`)
  }
  res.end()
}
