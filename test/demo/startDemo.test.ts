// @vitest-environment node
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBackend } from '../../demo/backend/startBackend.mjs'
import type { Demo } from '../../demo/server/demoOptions'
import { startDemo } from '../../demo/server/startDemo.mjs'
import { askAs, hexId, jsonSpan, requestOf, sendLines, serveCollector } from './support'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`

let demo: Demo
const lines: string[] = []
beforeAll(async () => {
  demo = await startDemo({ port: 0, crossOrigin: true, hosts: ['my.box'], log: (line) => lines.push(line) })
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
  const tooMuch = await fetch(`${demo.url}/api/cart`, { method: 'POST', body: `"${'x'.repeat(200_000)}"` })
  expect([tooMuch.status, await tooMuch.json()]).toEqual([
    400,
    { error: expect.stringContaining('send JSON of at most') },
  ])
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
  expect((await fetch(second.url)).headers.get('content-security-policy')).toContain(`connect-src 'self' ${other.url};`)
  await second.close() // the backend's last spans leave before it does
  expect(other.collector.store.spans().map((span) => span.name)).toEqual(['GET /api/products'])
  expect(second.collector.store.stats().spans).toBe(0)
  await expect(fetch(second.url)).rejects.toThrow()
  await other.close()
  blocker.close()
}, 40_000)

const QUESTIONS: readonly [method: string, path: string, body?: string][] = [
  ['GET', '/'],
  ['HEAD', '/viewer/'],
  ['GET', '/telemetry.min.js'],
  ['GET', '/api/products'],
  ['POST', '/api/cart', '{"id":1}'],
  ['OPTIONS', '/v1/traces'],
  ['POST', '/v1/traces', JSON.stringify(requestOf(jsonSpan(6, 6)))],
  ['GET', '/viewer/api/traces'],
  ['GET', '/viewer/api/stream'],
  ['DELETE', '/viewer/api/traces'],
]

it('answers 421 to everything that a rebound site asks on either port, and nothing is read, stored or deleted', async () => {
  demo.collector.store.add([{ ...spansOf(TRACE_ID)[0]!, traceId: hexId(8, 32) }])
  const before = [demo.collector.store.spans(), [...demo.collector.requests]]
  for (const url of [demo.url, demo.crossOriginUrl])
    for (const [method, path, body] of QUESTIONS) {
      const { status, text } = await askAs('rebound.example:4318', url + path, method, body)
      expect([method, path, status]).toEqual([method, path, 421])
      expect(text).toMatch(
        method === 'HEAD' ? /^$/ : /^This demo does not answer to the host rebound\.example; .* DEMO_HOSTS=/,
      )
    }
  expect([demo.collector.store.spans(), [...demo.collector.requests]]).toEqual(before)
})

it('answers 400 to a request without Host and to one with two', async () => {
  for (const url of [demo.url, demo.crossOriginUrl!]) {
    expect(await sendLines(url, 'DELETE /viewer/api/traces HTTP/1.1')).toBe(400)
    expect(await sendLines(url, 'DELETE /viewer/api/traces HTTP/1.0')).toBe(400)
    expect(await sendLines(url, 'GET / HTTP/1.1', 'Host: localhost', 'Host: rebound.example')).toBe(400)
    expect(await sendLines(url, 'GET / HTTP/1.1', 'Host: user@localhost')).toBe(400)
  }
  expect(demo.collector.store.stats().spans).toBeGreaterThan(0)
})

it('answers to the names of loopback and to those it was told, the backend too', async () => {
  for (const host of ['localhost', 'LOCALHOST.:1', '[::1]', 'a.localhost', 'my.box', 'My.Box:443'])
    for (const url of [demo.url, demo.crossOriginUrl])
      expect([host, (await askAs(host, `${url}/api/products`)).status]).toEqual([host, 200])
})

it('its backend answers to no strange host either, and leaves no span of it', async () => {
  const collector = await serveCollector()
  const backend = await startBackend({
    collectorUrl: `${collector.url}/v1/traces`,
    answersTo: ['my.box'],
    log: () => {},
  })
  const url = `http://127.0.0.1:${backend.port}/api/products`
  expect((await askAs('rebound.example', url)).status).toBe(421)
  expect((await askAs('rebound.example', url, 'POST', '{}')).status).toBe(421)
  expect((await askAs('my.box', url)).status).toBe(200)
  await backend.close() // its last spans leave before
  expect(collector.collector.store.spans().map(({ name }) => name)).toEqual(['GET /api/products'])
  await collector.close()
}, 40_000)

it('throws on a host that is none before anything listens', async () => {
  await expect(startDemo({ port: 0, hosts: ['http://my.box'] })).rejects.toThrow('http://my.box is not a host name')
})

it('sends pages with a policy that lets them call both ports of the demo and no other, in no frame', async () => {
  const { headers } = await fetch(demo.url)
  expect(headers.get('content-security-policy')).toBe(
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${demo.crossOriginUrl}; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('referrer-policy')).toBe('same-origin')
})

it('says nothing while all goes well', () => {
  expect(lines).toEqual([])
})
