// No browser: plain requests show that the collector does what tests will ask of it.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { test as base, expect } from '@playwright/test'
import { requestType, responseType } from '../demo/collector/otlpProto.mjs'
import type { HostileCollector } from './support/hostileCollector/contract'
import { startHostileCollector } from './support/hostileCollector/startHostileCollector.mjs'

const test = base.extend<{ readonly collector: HostileCollector }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of other fixtures from this pattern
  collector: async ({}, use) => {
    const collector = await startHostileCollector({ freshConnections: true })
    await use(collector)
    await collector.close()
  },
})

const JSON_TYPE = { 'content-type': 'application/json' }
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' }

function spansOf(count: number) {
  const id = (bytes: number) => randomBytes(bytes).toString('hex')
  return Array.from({ length: count }, (_, i) => ({
    traceId: id(16),
    spanId: id(8),
    name: `span ${i}`,
    startTimeUnixNano: '1000000000',
    endTimeUnixNano: '2000000000',
  }))
}

const jsonOf = (spans: ReturnType<typeof spansOf>) => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })

function protobufOf(spans: ReturnType<typeof spansOf>): Uint8Array<ArrayBuffer> {
  const bytes = ({ traceId, spanId, ...rest }: (typeof spans)[number]) => ({
    ...rest,
    traceId: Buffer.from(traceId, 'hex'),
    spanId: Buffer.from(spanId, 'hex'),
  })
  const message = requestType.fromObject({ resourceSpans: [{ scopeSpans: [{ spans: spans.map(bytes) }] }] })
  return new Uint8Array(requestType.encode(message).finish())
}

function post(collector: HostileCollector, body: BodyInit = jsonOf(spansOf(2)), headers: Record<string, string> = {}) {
  return fetch(collector.endpoint, { method: 'POST', body, headers: { ...JSON_TYPE, ...headers } })
}

const preflight = (collector: HostileCollector, headers = 'content-type,content-encoding,x-api-key') =>
  fetch(collector.otherEndpoint, {
    method: 'OPTIONS',
    headers: { origin: collector.url, 'access-control-request-headers': headers },
  })

/** How the request failed, in the system's word. */
const failure = (answer: Promise<Response>) =>
  answer.then(
    async (response) => {
      await response.text()
      return 'none'
    },
    (error: Error) => ((error.cause ?? error) as NodeJS.ErrnoException).code,
  )

test('JSON, protobuf and gzip arrive, with what is known of their requests', async ({ collector }) => {
  const [first, second, third] = [spansOf(2), spansOf(3), spansOf(1)]
  await post(collector, jsonOf(first), { 'x-api-key': 'secret' })
  await post(collector, protobufOf(second), PROTOBUF_TYPE)
  await post(collector, gzipSync(jsonOf(third)), { 'content-encoding': 'gzip' })
  expect(collector.spans().map(({ spanId }) => spanId)).toEqual(
    [...first, ...second, ...third].map(({ spanId }) => spanId),
  )
  expect(collector.exports().map(({ encoding, outcome, status }) => [encoding, outcome, status])).toEqual([
    [null, 'answered', 200],
    [null, 'answered', 200],
    ['gzip', 'answered', 200],
  ])
  expect(collector.exports()[0]).toMatchObject({ bytes: jsonOf(first).length, headers: { 'x-api-key': 'secret' } })
  expect(collector.requestOf(collector.spans()[2]!)?.contentType).toBe('application/x-protobuf')
})

test('a span that comes twice is one span and one duplicate', async ({ collector }) => {
  const spans = spansOf(2)
  await post(collector, jsonOf(spans))
  await post(collector, jsonOf(spans.slice(1)))
  expect(collector.spans()).toHaveLength(2)
  expect(collector.duplicates().map(({ span, requests }) => [span.name, requests.map((r) => r.number)])).toEqual([
    ['span 1', [1, 2]],
  ])
})

for (const [cut, code] of [
  ['at once', 'ECONNRESET'],
  ['while reading', 'ECONNRESET'],
  ['unanswered', 'ECONNRESET'],
  ['half-closed', 'UND_ERR_SOCKET'],
] as const)
  test(`a connection that ends ${cut} has no answer and takes nothing`, async ({ collector }) => {
    collector.next({ cut })
    expect(await failure(post(collector))).toBe(code)
    await collector.waitFor(() => collector.requests[0]?.closedAt)
    expect(collector.requests).toMatchObject([{ outcome: 'cut', status: 0, taken: [] }])
    expect(await failure(post(collector))).toBe('none')
  })

test('a cut in the answer comes after its status, and the spans have arrived', async ({ collector }) => {
  collector.next({ cut: 'within the answer' })
  const answer = await post(collector)
  expect(answer.status).toBe(200)
  await expect(answer.text()).rejects.toThrow()
  expect(collector.spans()).toHaveLength(2)
})

test('an unanswered request may have delivered', async ({ collector }) => {
  collector.next({ cut: 'unanswered', takes: true })
  expect(await failure(post(collector))).toBe('ECONNRESET')
  expect(collector.spans()).toHaveLength(2)
})

test('a failure has its status, its Retry-After and its message, once or as often as asked', async ({ collector }) => {
  const date = new Date(Date.UTC(2030, 0, 1))
  collector.next({ status: 429, retryAfter: 3, message: 'slow down' })
  collector.next({ status: 503, retryAfter: date }, 2)
  const answers: Response[] = []
  for (let i = 0; i < 4; i++) answers.push(await post(collector))
  expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
    [429, '3'],
    [503, date.toUTCString()],
    [503, date.toUTCString()],
    [200, null],
  ])
  expect(await answers[0]?.json()).toMatchObject({ message: 'slow down' })
  expect(collector.spans()).toHaveLength(2)
})

test('partial success says how many, in the encoding of the request, and the rest arrives', async ({ collector }) => {
  collector.next({ reject: 1, message: 'too old' })
  collector.next({ reject: ({ name }) => name === 'span 2' })
  collector.next({ reject: 0, message: 'only a warning' })
  expect(await (await post(collector)).json()).toEqual({
    partialSuccess: { rejectedSpans: '1', errorMessage: 'too old' },
  })
  const answer = await post(collector, protobufOf(spansOf(3)), PROTOBUF_TYPE)
  const decoded = responseType.toObject(responseType.decode(new Uint8Array(await answer.arrayBuffer())))
  expect(String(decoded['partialSuccess'].rejectedSpans)).toBe('1')
  expect(await (await post(collector)).json()).toMatchObject({ partialSuccess: { errorMessage: 'only a warning' } })
  expect(collector.exports().map(({ spans, taken }) => [spans.length, taken.length])).toEqual([
    [2, 1],
    [3, 2],
    [2, 2],
  ])
})

test('gzip, protobuf and large bodies can be refused for ever', async ({ collector }) => {
  collector.always({ gzip: false, protobuf: false, maxBytes: 1000 })
  const statuses = [
    await post(collector, gzipSync(jsonOf(spansOf(1))), { 'content-encoding': 'gzip' }),
    await post(collector, protobufOf(spansOf(1)), PROTOBUF_TYPE),
    await post(collector, jsonOf(spansOf(20))),
    await post(collector, jsonOf(spansOf(1))),
  ].map(({ status }) => status)
  expect(statuses).toEqual([415, 415, 413, 200])
  expect(collector.spans()).toHaveLength(1)
})

test('a body that is no OTLP is answered 400 and told', async ({ collector }) => {
  expect((await post(collector, '{"resourceSpans": 1}')).status).toBe(400)
  expect(collector.requests[0]?.problem).toContain('resourceSpans')
})

test('a preflight is allowed by default, and can be late, refused, narrow, or about somebody else', async ({
  collector,
}) => {
  collector.nextPreflight({ delay: Number.POSITIVE_INFINITY })
  collector.nextPreflight({ delay: 1, maxAge: 0 })
  collector.nextPreflight({ status: 403 })
  collector.nextPreflight({ allowHeaders: ['content-type'] })
  collector.nextPreflight({ cors: 'wrong' })
  collector.nextPreflight({ cors: 'none' })
  const late = failure(preflight(collector))
  await collector.waitFor(() => collector.preflights()[0]?.readAt)
  const answers: Response[] = []
  for (let i = 0; i < 6; i++) answers.push(await preflight(collector))
  const told = (header: string) => answers.map(({ headers }) => headers.get(`access-control-${header}`))
  expect(answers.map(({ status }) => status)).toEqual([204, 403, 204, 204, 204, 204])
  expect(told('max-age')).toEqual(['0', '600', '600', '600', null, '600'])
  const asked = 'content-type, content-encoding, x-api-key'
  expect(told('allow-headers')).toEqual([asked, asked, 'content-type', asked, null, asked])
  const own = collector.url
  expect(told('allow-origin')).toEqual([own, own, own, 'https://somebody.example', null, own])
  expect(collector.preflights()[0]?.outcome).toBe('open')
  await collector.goDown()
  expect(await late).toBe('ECONNRESET')
  expect(collector.exports()).toEqual([])
})

test('what always holds about CORS holds for preflights, and a function may choose', async ({ collector }) => {
  collector.always((request) => (request.to === collector.otherUrl ? { cors: 'none', status: 500 } : {}))
  const answer = await preflight(collector)
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, null])
  expect((await post(collector)).status).toBe(200)
})

test('a client that goes away is told by where it went', async ({ collector }) => {
  const half = connect(Number(new URL(collector.url).port), '127.0.0.1')
  half.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nonly the beginning')
  await collector.waitFor(() => collector.requests[0]?.bytes)
  half.destroy()
  await collector.waitFor(() => collector.requests[0]?.outcome === 'aborted while sending')

  collector.next({ delay: Number.POSITIVE_INFINITY })
  const leave = new AbortController()
  const waiting = fetch(collector.endpoint, {
    method: 'POST',
    body: jsonOf(spansOf(2)),
    headers: JSON_TYPE,
    signal: leave.signal,
  })
  await collector.waitFor(() => collector.requests[1]?.readAt)
  leave.abort()
  await expect(waiting).rejects.toThrow()
  await collector.waitFor(() => collector.requests[1]?.outcome === 'aborted while waiting')
  expect(collector.spans()).toHaveLength(2) // they were read
})

test('a slow reader lets the sender wait, a slow answer comes in two parts', async ({ collector }) => {
  collector.next({ slowRead: { bytes: 16_384, restMs: 1 }, slowAnswer: 30 })
  const spans = spansOf(1000)
  const sending = httpRequest(collector.endpoint, { method: 'POST', headers: JSON_TYPE }).end(jsonOf(spans))
  const [answer] = await once(sending, 'response')
  expect(collector.requests[0]?.outcome).toBe('open')
  await once(answer.resume(), 'end')
  await collector.waitFor(() => collector.requests[0]?.outcome === 'answered')
  expect(collector.spans()).toHaveLength(1000)
})

test('a collector that is down refuses, cuts what is open, and comes back where it was', async ({ collector }) => {
  collector.next({ delay: Number.POSITIVE_INFINITY })
  const open = failure(post(collector))
  await collector.waitFor(() => collector.requests[0]?.readAt)
  await collector.goDown()
  expect(await open).toBe('ECONNRESET')
  expect(await failure(post(collector))).toBe('ECONNREFUSED')
  await collector.comeUp()
  expect((await post(collector)).status).toBe(200)
  await collector.restart()
  expect((await post(collector)).status).toBe(200)
  await collector.goDown(collector.otherUrl)
  expect(await failure(preflight(collector))).toBe('ECONNREFUSED')
  expect((await post(collector)).status).toBe(200)
})

test('pages, scripts and the built file come from its first origin', async ({ collector }) => {
  const page = collector.page('<p>hello')
  expect(await (await fetch(page)).text()).toContain('hello')
  expect(await (await fetch(collector.url + collector.script('a.js', 'let a'))).text()).toBe('let a')
  expect((await fetch(`${collector.url}/telemetry.min.js`)).headers.get('content-type')).toContain('javascript')
  collector.clear()
  expect(collector.requests).toEqual([])
})
