// @vitest-environment node
import { type ClientRequest, request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { afterEach, describe, expect, it } from 'vitest'
import type { CollectorOptions } from '../../demo/collector/contract'
import { requestType, responseType, rpcStatusType } from '../../demo/collector/otlpProto.mjs'
import { createRandom } from '../support/random'
import {
  hexId,
  jsonSpan,
  nanoAt,
  officialJson,
  officialProtobuf,
  officialSpans,
  requestOf,
  serveCollector,
} from './support'

const SOON = { interval: 5, timeout: 10_000 } // also on a machine that is busy
const PROTOBUF = 'application/x-protobuf'
const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const served of running.splice(0)) await served.close()
})

async function start(options?: CollectorOptions) {
  const served = await serveCollector(options)
  running.push(served)
  return served
}

async function failureOf(response: Response) {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const isProtobuf = response.headers.get('content-type') === PROTOBUF
  const status = isProtobuf
    ? rpcStatusType.toObject(rpcStatusType.decode(bytes))
    : JSON.parse(new TextDecoder().decode(bytes))
  return { http: response.status, ...status }
}

describe('accepting', () => {
  it('stores the same spans from the official JSON and from the official protobuf', async () => {
    const [asJson, asProtobuf] = [await start(), await start()]
    const spans = officialSpans()
    expect((await asJson.post(officialJson(spans), 'application/json')).status).toBe(200)
    expect((await asProtobuf.post(officialProtobuf(spans), PROTOBUF)).status).toBe(200)
    const stored = asProtobuf.collector.store.spans()
    expect(asJson.collector.store.spans()).toEqual(stored)
    const { spanId, traceId } = spans[0]!.spanContext()
    expect(stored).toHaveLength(2)
    expect(stored[0]).toEqual({
      traceId,
      spanId,
      parentSpanId: null,
      name: 'everything',
      kind: 'client',
      service: 'official',
      resource: { 'service.name': 'official', 'host.cpu.count': 4 },
      scope: { name: 'official-scope', version: '2.3.4' },
      startTime: 1_700_000_000_123.4568,
      startTimeUnixNano: '1700000000123456789',
      endTimeUnixNano: '1700000000223456789',
      duration: 100,
      attributes: {
        text: 'ü€😀',
        empty: '',
        yes: true,
        no: false,
        int: 42,
        zero: 0,
        negative: -7,
        double: 1.5,
        list: ['a', 'b'],
        ints: [1, 2],
      },
      events: [{ name: 'cache miss', time: 1_700_000_000_123.5 + 0.056789, attributes: { key: 'product 1' } }],
      links: [{ traceId: hexId(9, 32), spanId: hexId(8, 16), attributes: { why: 'retry' } }],
      status: { code: 'error', message: 'no answer' },
      flags: 257,
      traceState: '',
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    })
  })

  it('answers a full success without partialSuccess, in the encoding of the request', async () => {
    const { post } = await start()
    const json = await post(officialJson(), 'application/json; charset=utf-8')
    expect([json.headers.get('content-type'), await json.text()]).toEqual(['application/json', '{}'])
    const protobuf = await post(officialProtobuf(), PROTOBUF)
    expect([protobuf.headers.get('content-type'), (await protobuf.arrayBuffer()).byteLength]).toEqual([PROTOBUF, 0])
  })

  it('takes gzip, and text/plain as JSON', async () => {
    const { post, collector } = await start()
    const gzipped = new Uint8Array(gzipSync(officialProtobuf()))
    expect((await post(gzipped, PROTOBUF, { 'content-encoding': 'gzip' })).status).toBe(200)
    expect((await post(JSON.stringify(requestOf(jsonSpan(1, 1))), 'text/plain;charset=UTF-8')).status).toBe(200)
    expect(collector.store.stats().spans).toBe(3)
    expect(
      collector.requests.map(({ contentType, encoding, spans, status }) => ({ contentType, encoding, spans, status })),
    ).toEqual([
      { contentType: PROTOBUF, encoding: 'gzip', spans: 2, status: 200 },
      { contentType: 'text/plain;charset=UTF-8', encoding: null, spans: 1, status: 200 },
    ])
    expect(collector.requests[0]!.bytes).toBe(gzipped.length)
  })

  it('keeps every digit of 64-bit integers, written as strings, as JSON numbers or in protobuf', async () => {
    const { post, postJson, collector } = await start()
    const attributes = (intValue: unknown) => [{ key: 'big', value: { intValue } }]
    await postJson(requestOf(jsonSpan(1, 1, { attributes: attributes('-9223372036854775808') })))
    const bare = { startTimeUnixNano: `bare ${nanoAt(0)}`, attributes: attributes('bare 9007199254740993') }
    await postJson(JSON.stringify(requestOf(jsonSpan(1, 2, bare))).replaceAll(/"bare (\d+)"/g, '$1'))
    const binary = requestType.fromObject({
      resourceSpans: [
        { scopeSpans: [{ spans: [protobufSpan(3, { attributes: attributes('9223372036854775807') })] }] },
      ],
    })
    await post(new Uint8Array(requestType.encode(binary).finish()), PROTOBUF)
    const stored = collector.store.spans()
    expect(stored.map((span) => span.attributes['big'])).toEqual([
      '-9223372036854775808',
      '9007199254740993',
      '9223372036854775807',
    ])
    expect(new Set(stored.map((span) => span.startTimeUnixNano))).toEqual(new Set([nanoAt(0)]))
  })

  it('reads every kind of attribute value', async () => {
    const { postJson, collector } = await start()
    const values: Record<string, object | null> = {
      nan: { doubleValue: 'NaN' },
      infinite: { doubleValue: '-Infinity' },
      double: { doubleValue: '1.5e3' },
      bytes: { bytesValue: 'AAH/' },
      nested: {
        kvlistValue: { values: [{ key: '__proto__', value: { arrayValue: { values: [{ boolValue: false }, {}] } } }] },
      },
      empty: {},
      missing: null,
    }
    const attributes = Object.entries(values).map(([key, value]) => ({ key, value }))
    expect((await postJson(requestOf(jsonSpan(1, 1, { attributes })))).status).toBe(200)
    expect(collector.store.spans()[0]!.attributes).toEqual({
      nan: 'NaN',
      infinite: '-Infinity',
      double: 1500,
      bytes: 'AAH/',
      nested: Object.fromEntries([['__proto__', [false, null]]]),
      empty: null,
      missing: null,
    })
  })

  it('passes over unknown fields and takes ids in capitals', async () => {
    const { postJson, collector } = await start()
    const span = jsonSpan(1, 1, {
      traceId: 'ABCDEF00'.repeat(4),
      later: { invented: [1] },
      start_time_unix_nano: 'ignored',
    })
    expect((await postJson({ ...requestOf(span), more: 1 })).status).toBe(200)
    expect(collector.store.spans()[0]!.traceId).toBe('abcdef00'.repeat(4))
  })
})

describe('refusing', () => {
  it.each([
    ['no JSON', '{"resourceSpans": [', /not JSON/],
    ['an empty body', '', /not JSON/],
    ['an array', '[]', /the body must be an object/],
    ['a wrong list', { resourceSpans: {} }, /resourceSpans must be an array/],
    ['a number as name', requestOf(jsonSpan(1, 1, { name: 7 })), /spans\[0\]\.name must be a string/],
    ['an enum name', requestOf(jsonSpan(1, 1, { kind: 'SPAN_KIND_CLIENT' })), /kind must be an integer/],
    ['an id that is not hex', requestOf(jsonSpan(1, 1, { spanId: 'AAAAAAAAAA==' })), /spanId must be a hex string/],
    [
      'a time with a fraction',
      requestOf(jsonSpan(1, 1, { startTimeUnixNano: '1.5' })),
      /startTimeUnixNano must be an integer/,
    ],
    ['a negative time', requestOf(jsonSpan(1, 1, { startTimeUnixNano: '-1' })), /must be between 0 and/],
    [
      'a null double',
      requestOf(jsonSpan(1, 1, { attributes: [{ key: 'a', value: { doubleValue: {} } }] })),
      /doubleValue must be a number/,
    ],
    [
      'two values in one',
      requestOf(jsonSpan(1, 1, { attributes: [{ key: 'a', value: { intValue: 1, boolValue: true } }] })),
      /only one value/,
    ],
  ])('answers 400 to %s in JSON, with a message', async (_what, body, message) => {
    const { postJson, collector } = await start()
    expect(await failureOf(await postJson(body))).toEqual({
      http: 400,
      code: 3,
      message: expect.stringMatching(message),
    })
    expect(collector.store.stats().spans).toBe(0)
    expect(collector.requests[0]!.message).toMatch(message)
  })

  it('answers 400 to JSON nested without end', async () => {
    const { postJson } = await start()
    const depth = 5000
    const value = `${'{"arrayValue":{"values":['.repeat(depth)}{}${']}}'.repeat(depth)}`
    const body = JSON.stringify(requestOf(jsonSpan(1, 1, { attributes: [{ key: 'a', value: 'HERE' }] }))).replace(
      '"HERE"',
      value,
    )
    expect(await failureOf(await postJson(body))).toMatchObject({
      http: 400,
      message: expect.stringContaining('nested deeper'),
    })
  })

  it('answers 400 in protobuf to protobuf that is cut off or is none', async () => {
    const { post } = await start()
    for (const body of [officialProtobuf().slice(0, -3), new Uint8Array([0xff, 0xff, 0xff])]) {
      const response = await post(body, PROTOBUF)
      expect(response.headers.get('content-type')).toBe(PROTOBUF)
      expect(await failureOf(response)).toEqual({ http: 400, code: 3, message: expect.stringContaining('protobuf') })
    }
  })

  it('answers 400 to a body that lies about gzip', async () => {
    const { post } = await start()
    const lies = [officialJson(), new Uint8Array(gzipSync(officialJson())).slice(0, -10)]
    for (const body of lies) {
      const failure = await failureOf(await post(body, 'application/json', { 'content-encoding': 'gzip' }))
      expect(failure).toMatchObject({ http: 400, message: expect.stringContaining('gzip') })
    }
  })

  it('answers 415 to other types and encodings, 405 to other methods', async () => {
    const { post, url } = await start()
    expect(await failureOf(await post('<xml/>', 'application/xml'))).toMatchObject({
      http: 415,
      message: expect.stringContaining('application/xml'),
    })
    expect((await post(new Uint8Array([1]), PROTOBUF, { 'content-encoding': 'br' })).status).toBe(415)
    const get = await fetch(url)
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })

  it('answers 413 to what is too large, as sent, as inflated, and as announced', async () => {
    const { post, postJson, collector } = await start({ maxBodyBytes: 10_000 })
    expect((await postJson('x'.repeat(10_001))).status).toBe(413)
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(5_000_000)))
    expect(bomb.length).toBeLessThan(10_000)
    expect((await post(bomb, 'application/json', { 'content-encoding': 'gzip' })).status).toBe(413)
    expect(collector.requests.map(({ status }) => status)).toEqual([413, 413])
  })

  it('answers 413 before an endless body has ended', async () => {
    const { url } = await start({ maxBodyBytes: 10_000 })
    const status = await new Promise((resolve, reject) => {
      const sending = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } })
      const chunk = Buffer.alloc(4096, 'x')
      sending.once('response', (response) => {
        resolve(response.statusCode)
        response.destroy()
      })
      sending.once('error', reject)
      for (let i = 0; i < 4; i++) sending.write(chunk) // and no end()
    })
    expect(status).toBe(413)
  })

  it('answers 408 to a body that does not end in time', async () => {
    const { url, collector } = await start({ bodyTimeout: 30 })
    const slow = open(url)
    slow.sending.write('{')
    expect(await slow.status).toBe(408)
    await collector.waitFor(() => collector.requests.length === 1)
    expect(collector.requests[0]!.message).toBe('the body did not arrive within 30 milliseconds')
  })

  it.each<[string, (sending: ClientRequest) => unknown]>([
    ['ended', (sending) => sending.end()],
    ['gone away', (sending) => sending.destroy()],
    ['become too large', (sending) => sending.write('x'.repeat(3000))],
    ['timed out', () => {}],
  ])(
    'answers 503 and Retry-After while unfinished bodies fill the memory for them, and 200 once they have %s',
    async (_how, finish) => {
      const { url, postJson } = await start({ maxBodyBytes: 9000, maxUnfinishedBytes: 12_000, bodyTimeout: 2000 })
      const body = JSON.stringify(requestOf(jsonSpan(1, 1))).padEnd(8000)
      const slow = open(url)
      slow.sending.write('x'.repeat(7000))
      await expect.poll(async () => (await postJson(body)).status, SOON).toBe(503)
      const refused = await postJson(body)
      expect(refused.headers.get('retry-after')).toBe('1')
      expect(await failureOf(refused)).toEqual({ http: 503, code: 14, message: expect.stringContaining('12000 bytes') })
      finish(slow.sending)
      await expect.poll(async () => (await postJson(body)).status, SOON).toBe(200)
    },
  )

  it('has all of that memory back after many connections that ended in every way', async () => {
    const { url, postJson } = await start({ maxBodyBytes: 9000, maxUnfinishedBytes: 12_000, bodyTimeout: 1000 })
    const { next, below, pick } = createRandom(20_261_129)
    const connections = Array.from({ length: 60 }, () => open(url, next() < 0.3 ? { 'content-encoding': 'gzip' } : {}))
    const ends = connections.map(({ status }) => status.catch(() => 0))
    for (let step = 0; step < 300; step++) {
      const { sending } = pick(connections)
      const dice = next()
      if (dice < 0.1) sending.destroy()
      else if (sending.writableEnded || sending.destroyed) continue
      else if (dice < 0.2) sending.end()
      else if (dice < 0.3) sending.end(gzipSync(Buffer.alloc(below(10_000))))
      else sending.write(Buffer.alloc(below(3000), ' '))
      if (next() < 0.3) await new Promise((resolve) => setImmediate(resolve))
    }
    for (const status of await Promise.all(ends)) expect([0, 400, 408, 413, 503]).toContain(status)
    const body = JSON.stringify(requestOf(jsonSpan(1, 1))).padEnd(9000)
    await expect.poll(async () => (await postJson(body)).status, SOON).toBe(200)
  })

  it('survives a sender that goes away in the middle', async () => {
    const { url, collector, postJson } = await start()
    const sending = request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 100 },
    })
    sending.on('error', () => {})
    sending.write('{', () => setImmediate(() => sending.destroy()))
    await collector.waitFor(() => collector.requests.length === 1)
    expect(collector.requests[0]!.status).toBe(0)
    expect((await postJson(requestOf(jsonSpan(1, 1)))).status).toBe(200)
  })
})

describe('partial success', () => {
  const bad = [
    jsonSpan(1, 1, { traceId: hexId(0, 32) }),
    jsonSpan(1, 2, { spanId: 'abcd' }),
    jsonSpan(1, 3, { name: '' }),
    jsonSpan(1, 4, { parentSpanId: '12' }),
    jsonSpan(1, 5, { startTimeUnixNano: undefined }),
    jsonSpan(1, 6, {}, 10, 5),
  ]

  it('stores the good spans and counts the others', async () => {
    const { postJson, collector } = await start()
    const response = await postJson(requestOf(...bad, jsonSpan(1, 7)))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      partialSuccess: { rejectedSpans: '6', errorMessage: 'span "span 1" has an invalid traceId; and 5 more' },
    })
    expect(collector.store.spans().map((span) => span.name)).toEqual(['span 7'])
    expect(collector.requests[0]).toMatchObject({ spans: 7, rejected: 6, status: 200 })
  })

  it('says so in protobuf, in a form that the official client reads', async () => {
    const { post } = await start()
    const spans = [protobufSpan(1, { name: '' }), protobufSpan(2)]
    const body = requestType.encode(requestType.fromObject({ resourceSpans: [{ scopeSpans: [{ spans }] }] })).finish()
    const response = new Uint8Array(await (await post(new Uint8Array(body), PROTOBUF)).arrayBuffer())
    const partialSuccess = { rejectedSpans: '1', errorMessage: `span ${hexId(1, 16)} has no name` }
    expect(responseType.toObject(responseType.decode(response), { longs: String })).toEqual({ partialSuccess })
    expect(ProtobufTraceSerializer.deserializeResponse(response)).toMatchObject({
      partialSuccess: { errorMessage: partialSuccess.errorMessage },
    })
  })
})

describe('browsers', () => {
  it('answers a preflight with the origin, the headers asked for and Retry-After exposed', async () => {
    const { url } = await start()
    const response = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'X-Api-Key, content-type',
      },
    })
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'http://shop.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'content-type, content-encoding, x-api-key',
      'access-control-expose-headers': 'Retry-After',
      'access-control-max-age': '600',
      vary: 'Origin',
    })
  })

  it('lets a page read failures too, or nothing at all, as told', async () => {
    const origin = { origin: 'http://shop.example' }
    const allowed = (response: Response) => response.headers.get('access-control-allow-origin')
    expect(allowed(await (await start()).postJson('{', origin))).toBe('http://shop.example')
    expect(allowed(await (await start({ cors: 'any' })).postJson('{', origin))).toBe('*')
    expect(allowed(await (await start({ cors: 'none' })).postJson('{', origin))).toBeNull()
  })

  it('notes what the browser says about the transport', async () => {
    const { postJson, collector } = await start()
    await postJson(requestOf(jsonSpan(1, 1)), { 'x-api-key': 'k' })
    expect(collector.requests[0]!.transportHint).toEqual({ mode: 'cors', site: null, dest: null }) // Node's fetch says as much
    expect(collector.requests[0]!.headers['x-api-key']).toBe('k')
  })
})

describe('for tests', () => {
  it('plays a collector in trouble as often as told, and stores nothing then', async () => {
    const { postJson, collector } = await start()
    collector.answerNext({ status: 503, headers: { 'retry-after': '2' } }, 2)
    const answers = []
    for (let i = 0; i < 3; i++) answers.push(await postJson(requestOf(jsonSpan(1, i + 1))))
    expect(answers.map((answer) => [answer.status, answer.headers.get('retry-after')])).toEqual([
      [503, '2'],
      [503, '2'],
      [200, null],
    ])
    expect(collector.store.spans().map((span) => span.name)).toEqual(['span 3'])
  })

  it('waitFor gives what came, and says what is there when it did not come', async () => {
    const { postJson, collector } = await start()
    const waiting = collector.waitFor(() => collector.store.spans().find((span) => span.name === 'span 1'))
    await postJson(requestOf(jsonSpan(1, 1)))
    expect((await waiting).service).toBe('shop')
    await expect(collector.waitFor(() => false, 1)).rejects.toThrow(/1 requests, 1 spans: shop span 1/)
  })

  it('keeps only the newest requests', async () => {
    const { postJson, collector } = await start({ maxRequests: 2 })
    for (const name of ['a', 'b', 'c']) await postJson(requestOf(), { 'x-name': name })
    expect(collector.requests.map(({ headers }) => headers['x-name'])).toEqual(['b', 'c'])
  })
})

/** A request whose body stays open. */
function open(url: string, more: Record<string, string> = {}) {
  const sending = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...more },
    agent: false,
  })
  sending.flushHeaders()
  const status = new Promise<number>((resolve, reject) => {
    sending.once('response', (response) => {
      resolve(response.statusCode ?? 0)
      response.resume()
    })
    sending.on('error', reject)
  })
  status.catch(() => {})
  return { sending, status }
}

function protobufSpan(span: number, more: object = {}) {
  const times = { startTimeUnixNano: nanoAt(0), endTimeUnixNano: nanoAt(1) }
  return {
    traceId: Buffer.from(hexId(1, 32), 'hex'),
    spanId: Buffer.from(hexId(span, 16), 'hex'),
    name: `span ${span}`,
    ...times,
    ...more,
  }
}
