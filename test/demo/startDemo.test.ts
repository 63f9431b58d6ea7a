// @vitest-environment node
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Demo } from '../../demo/server/demoOptions'
import { startDemo } from '../../demo/server/startDemo.mjs'
import { hexId, jsonSpan, requestOf, serveCollector } from './support'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`

let demo: Demo
const lines: string[] = []
beforeAll(async () => {
  demo = await startDemo({ port: 0, crossOrigin: true, log: (line) => lines.push(line) })
}, 40_000)
afterAll(() => demo.close())

const spansOf = (traceId: string) => demo.collector.store.trace(traceId) ?? []

it('the backend continues a traceparent, and its official spans arrive in the collector', async () => {
  const response = await fetch(`${demo.url}/api/stock/3`, { headers: { traceparent: TRACEPARENT } })
  expect(await response.json()).toEqual({ id: 3, inStock: expect.any(Number) })
  const [server, query] = await demo.collector.waitFor(() => spansOf(TRACE_ID).length === 2 && spansOf(TRACE_ID))
  expect(server).toMatchObject({
    name: 'GET /api/stock/:id',
    kind: 'server',
    service: 'shop-backend',
    parentSpanId: PARENT_ID,
    attributes: { 'http.request.method': 'GET', 'http.route': '/api/stock/:id', 'http.response.status_code': 200 },
  })
  expect(query).toMatchObject({ name: 'query stock', kind: 'internal', parentSpanId: server!.spanId })
  expect(response.headers.get('server-timing')).toBe(`traceparent;desc="00-${TRACE_ID}-${server!.spanId}-01"`)
})

it('records the exception of a failing call on the server span', async () => {
  const traceId = hexId(77, 32)
  const response = await fetch(`${demo.url}/api/fail`, { headers: { traceparent: `00-${traceId}-${PARENT_ID}-01` } })
  expect([response.status, await response.json()]).toEqual([500, { error: 'the payment service did not answer' }])
  const [span] = await demo.collector.waitFor(() => spansOf(traceId).length > 0 && spansOf(traceId))
  expect(span!.status.code).toBe('error')
  expect(span!.events[0]).toMatchObject({ name: 'exception', attributes: { 'exception.type': 'Error' } })
})

it('passes bodies on both ways, streamed', async () => {
  const cart = await fetch(`${demo.url}/api/cart`, { method: 'POST', body: JSON.stringify({ id: 2, quantity: 3 }) })
  expect([cart.status, await cart.json()]).toEqual([201, { id: 2, quantity: 3, total: 27 }])
  const upload = await fetch(`${demo.url}/api/upload`, { method: 'POST', body: new Uint8Array(300_000) })
  expect(await upload.json()).toEqual({ bytes: 300_000 })
  const chunks = []
  for await (const chunk of (await fetch(`${demo.url}/api/stream`)).body!) chunks.push(new TextDecoder().decode(chunk))
  expect(chunks.length).toBeGreaterThan(1)
  expect(chunks.join('')).toBe([1, 2, 3, 4].map((n) => `chunk ${n} of 4\n`).join(''))
  expect((await fetch(`${demo.url}/api/products/99`)).status).toBe(404)
  expect((await fetch(`${demo.url}/api/nothing`)).status).toBe(404)
})

it('serves the collector, the trace API and an overview on the same port', async () => {
  const body = JSON.stringify(requestOf(jsonSpan(5, 5)))
  await fetch(`${demo.url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  expect((await (await fetch(`${demo.url}/viewer/api/traces/${hexId(5, 32)}`)).json()).spans).toHaveLength(1)
  expect((await fetch(demo.url)).headers.get('content-type')).toBe('text/html; charset=utf-8')
  const redirect = await fetch(`${demo.url}/cdn/latest.js`, { redirect: 'manual' })
  expect([redirect.status, redirect.headers.get('location')]).toEqual([302, '/telemetry.min.js'])
  expect((await fetch(`${demo.url}/no/such/page`)).status).toBe(404)
  expect((await fetch(`${demo.url}/..%2f..%2fpackage.json`)).status).toBe(404)
  expect((await fetch(`${demo.url}/dist/%2e%2e%2fpackage.json`)).status).toBe(404)
})

it('answers pages of another origin on the second port, for the trace headers and no unknown ones', async () => {
  const origin = { origin: demo.url }
  const asked = {
    ...origin,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'traceparent,x-unknown',
  }
  const preflight = await fetch(`${demo.crossOriginUrl}/api/products`, { method: 'OPTIONS', headers: asked })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-origin')).toBe(demo.url)
  expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type, traceparent, tracestate, baggage')
  const products = await fetch(`${demo.crossOriginUrl}/api/products`, { headers: origin })
  expect(products.headers.get('access-control-allow-origin')).toBe(demo.url)
  expect((await products.json()).products).toHaveLength(6)
  expect((await fetch(`${demo.crossOriginUrl}/v1/traces`, { method: 'OPTIONS', headers: asked })).status).toBe(204)
})

it('takes the next free port, sends the backend to another collector, and leaves nothing behind', async () => {
  const other = await serveCollector()
  const blocker = createServer()
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
  const taken = (blocker.address() as { port: number }).port
  const second = await startDemo({ port: taken, log: () => {}, collectorUrl: `${other.url}/v1/traces` })
  expect(Number(new URL(second.url).port)).toBeGreaterThan(taken)
  await fetch(`${second.url}/api/products`, { headers: { traceparent: TRACEPARENT } })
  await second.close() // the backend's last spans leave before it does
  expect(other.collector.store.spans().map((span) => span.name)).toEqual(['GET /api/products'])
  expect(second.collector.store.stats().spans).toBe(0)
  await expect(fetch(second.url)).rejects.toThrow()
  await other.close()
  blocker.close()
}, 40_000)

it('says nothing while all goes well', () => {
  expect(lines).toEqual([])
})
