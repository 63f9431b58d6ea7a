// @vitest-environment node
import { afterEach, expect, it } from 'vitest'
import type { Collector } from '../../demo/collector/contract'
import { createCollector } from '../../demo/collector/createCollector.mjs'
import { createTraceApi } from '../../demo/server/traceApi.mjs'
import { hexId, jsonSpan, requestOf, type Served, serve } from './support'

const INTERVAL_MS = 40

let served: Served
let collector: Collector
const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start() {
  collector = createCollector()
  const api = createTraceApi(collector.store, { intervalMs: INTERVAL_MS, heartbeatMs: 20, maxReaders: 2 })
  served = await serve((req, res) => (req.url === '/v1/traces' ? collector.handler(req, res) : api.handler(req, res)))
  stops.push(served.close, api.close)
}

function post(...spans: object[]) {
  const headers = { 'content-type': 'application/json' }
  return fetch(`${served.url}/v1/traces`, { method: 'POST', headers, body: JSON.stringify(requestOf(...spans)) })
}

const get = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${served.url}/viewer/api/${path}`, init)
  return { status: response.status, body: await response.text().then((text) => text && JSON.parse(text)) }
}

it('lists the newest traces first, as many as asked for', async () => {
  await start()
  await post(jsonSpan(2, 1, {}, 200, 210), jsonSpan(1, 2, {}, 100, 101), jsonSpan(3, 3, {}, 300, 301.25))
  const { body } = await get('traces?limit=2')
  expect(body.traces.map((trace: { traceId: string }) => trace.traceId)).toEqual([hexId(3, 32), hexId(2, 32)])
  expect(body.traces[0]).toEqual({
    traceId: hexId(3, 32),
    rootName: 'span 3',
    rootService: 'shop',
    rootAttributes: {},
    services: ['shop'],
    startTime: 1_700_000_000_300,
    duration: 1.25,
    spanCount: 1,
    errorCount: 0,
  })
  expect((await get('traces?limit=nonsense')).body.traces).toHaveLength(3)
})

it('gives a trace with its spans, and 404 for one that is not there', async () => {
  await start()
  await post(jsonSpan(1, 2, { parentSpanId: hexId(1, 16) }, 5, 6), jsonSpan(1, 1))
  const { status, body } = await get(`traces/${hexId(1, 32)}`)
  expect([status, body.traceId]).toEqual([200, hexId(1, 32)])
  expect(body.spans).toEqual(collector.store.trace(hexId(1, 32)))
  expect(await get(`traces/${hexId(2, 32)}`)).toEqual({
    status: 404,
    body: { error: expect.stringContaining(hexId(2, 32)) },
  })
  expect((await get('nothing')).status).toBe(404)
})

it('clears on DELETE and refuses other methods', async () => {
  await start()
  await post(jsonSpan(1, 1))
  expect((await get('traces', { method: 'DELETE' })).status).toBe(204)
  expect((await get('traces')).body).toEqual({ traces: [] })
  expect((await get('traces', { method: 'PUT' })).status).toBe(405)
})

it('streams a summary at once, then the last state after the interval, with heartbeats between', async () => {
  await start()
  const stream = await openStream()
  const began = performance.now()
  for (let span = 1; span <= 20; span++) collector.store.add(await stored(jsonSpan(1, span)))
  const first = await stream.next('trace')
  const second = await stream.next('trace')
  expect([first['spanCount'], second['spanCount']]).toEqual([1, 20])
  expect(performance.now() - began).toBeGreaterThanOrEqual(INTERVAL_MS - 2)
  expect(second).toEqual((await get('traces')).body.traces[0])
  await stream.heartbeat()
  await get('traces', { method: 'DELETE' })
  await stream.next('cleared')
  expect(stream.events()).toEqual(['trace', 'trace', 'cleared'])
})

const STRANGERS: Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site', origin: 'http://localhost:1' },
  { origin: 'http://localhost:1' },
  { origin: 'http://evil.example' },
  { origin: 'https://127.0.0.1' },
  { origin: 'null' },
]

it.each(STRANGERS)('answers 403 to a page of another origin, %j, which can neither read nor clear', async (headers) => {
  await start()
  await post(jsonSpan(1, 1))
  for (const method of ['DELETE', 'GET', 'OPTIONS']) expect((await get('traces', { method, headers })).status).toBe(403)
  expect((await get('stream', { headers })).status).toBe(403)
  expect(collector.store.stats().spans).toBe(1)
})

it('lets its own pages clear, and who is no page', async () => {
  await start()
  const own = [
    { 'sec-fetch-site': 'same-origin', origin: 'https://a.proxy.that.changes.host' },
    { 'sec-fetch-site': 'none' },
    { origin: served.url },
    { origin: served.url.replace('http:', 'https:') },
    {},
  ]
  for (const headers of own) expect((await get('traces', { method: 'DELETE', headers })).status).toBe(204)
})

it('answers 503 to one stream too many, until another one is closed', async () => {
  await start()
  const first = await openStream()
  await openStream()
  expect(await get('stream')).toEqual({ status: 503, body: { error: expect.stringContaining('2 viewers are open') } })
  first.close()
  await expect.poll(async () => (await fetch(`${served.url}/viewer/api/stream`)).status).toBe(200)
})

async function stored(...spans: object[]) {
  const { readOtlpJson } = await import('../../demo/collector/readOtlpJson.mjs')
  const { readSpans } = await import('../../demo/collector/readSpans.mjs')
  return readSpans(readOtlpJson(Buffer.from(JSON.stringify(requestOf(...spans))))).spans
}

async function openStream() {
  const abort = new AbortController()
  stops.push(() => abort.abort())
  const response = await fetch(`${served.url}/viewer/api/stream`, { signal: abort.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const seen: string[] = []
  let text = ''
  async function nextBlock(): Promise<string> {
    while (!text.includes('\n\n')) text += (await reader.read()).value
    const [block = ''] = text.split('\n\n', 1)
    text = text.slice(block.length + 2)
    return block
  }
  return {
    events: () => seen,
    close: () => abort.abort(),
    async next(event: string): Promise<Record<string, unknown>> {
      for (;;) {
        const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(await nextBlock()) ?? []
        if (name) seen.push(name)
        if (name === event) return JSON.parse(data ?? '')
      }
    },
    async heartbeat() {
      while ((await nextBlock()) !== ':');
    },
  }
}
