import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import type { HeadersInput } from '../../src/export/headers'
import type { OTLPExporter as OTLPExporterClass } from '../../src/export/otlpExporter'
import { hidePage, showPage } from '../process/pageState'
import { catchReports } from '../support/reports'
import { readJson, readProtobuf, spansIn } from '../wire/otlpRequest'
import { FakeNetwork, loadOn } from './fakeNetwork'
import { plainSpan, plainSpans } from './plainSpan'

let network: FakeNetwork
let OTLPExporter: typeof OTLPExporterClass
let sources: Awaited<ReturnType<typeof loadOn>>
let reports: readonly string[]
beforeEach(async () => {
  vi.useFakeTimers()
  reports = catchReports()
  network = new FakeNetwork()
  showPage()
  sources = await loadOn(network)
  OTLPExporter = sources.OTLPExporter
})
afterEach(() => {
  showPage()
  document.head.innerHTML = ''
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const never = () => new Promise<never>(() => {})
const settle = () => vi.advanceTimersByTimeAsync(0)
const bytesOf = async ({ body }: { body: Blob | Uint8Array }) =>
  body instanceof Blob ? new Uint8Array(await body.arrayBuffer()) : body
const namesSent = async () =>
  (await Promise.all(network.sent.map(bytesOf))).map((bytes) => spansIn(readProtobuf(bytes)).map(({ name }) => name))

describe('encodings', () => {
  it.each([
    [undefined, 'application/x-protobuf', readProtobuf],
    ['protobuf', 'application/x-protobuf', readProtobuf],
    ['json', 'application/json', readJson],
  ] as const)('%s is %s', async (encoding, contentType, read) => {
    await new OTLPExporter({ encoding }).export([plainSpan({ name: 'load' })])
    const [sent] = network.sent
    expect(sent!.headers.get('content-type')).toBe(contentType)
    expect(spansIn(read(await bytesOf(sent!)))).toMatchObject([{ name: 'load' }])
  })

  it.each(['xml', 'toString', 'constructor', null, 7])('%j is told, and protobuf taken', async (encoding) => {
    await new OTLPExporter({ encoding: encoding as never }).export([plainSpan()])
    expect(reports).toHaveLength(1)
    expect(network.sent[0]!.headers.get('content-type')).toBe('application/x-protobuf')
  })
})

describe('options', () => {
  it('by position, as the specification has them', async () => {
    const exporter = new OTLPExporter('https://collector.example/x', { 'x-api-key': 'k' }, 50)
    network.answer = never
    const exported = exporter.export([plainSpan()])
    expect(network.sent[0]!.url).toBe('https://collector.example/x')
    expect(network.sent[0]!.headers.get('x-api-key')).toBe('k')
    await vi.advanceTimersByTimeAsync(50)
    expect(await exported).toEqual({ code: 'success', stored: 1 })
  })

  it.each(['', 'ftp://host/x', 'localhost:4318/v1/traces', 'http://', 'javascript:alert(1)', 5, {}, null])(
    'the endpoint %j is told, and the default taken',
    async (endpoint) => {
      await new OTLPExporter({ endpoint: endpoint as never }).export([plainSpan()])
      expect(reports).toHaveLength(1)
      expect(reports[0]).toMatch(/`endpoint` must be an absolute URL or a path/)
      expect(network.sent[0]!.url).toMatch(/^(http:\/\/localhost:3000)?\/v1\/traces$/)
    },
  )

  it('an endpoint with a password is told: fetch takes none', () => {
    new OTLPExporter({ endpoint: 'https://user:secret@collector.example/v1/traces' })
    expect(reports).toHaveLength(1)
  })

  it.each([0, -1, Number.NaN, '5', null, {}])('the timeout %j is told, and the default taken', async (timeout) => {
    const exporter = new OTLPExporter({ timeout: timeout as never })
    expect(reports).toHaveLength(1)
    network.answer = never
    const exported = exporter.export([plainSpan()])
    await vi.advanceTimersByTimeAsync(9_999)
    expect(network.inFlight).toBeGreaterThan(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(await exported).toEqual({ code: 'success', stored: 1 })
  })

  it('an unknown beacon mode is told', () => {
    new OTLPExporter({ beacon: 'sometimes' as never })
    expect(reports).toHaveLength(1)
  })

  it.each([null, 5, true])('%j as options throws nothing', (options) => {
    expect(() => new OTLPExporter(options as never)).not.toThrow()
  })

  it('a path is one of the page, whatever <base> says: cookies must not go elsewhere', async () => {
    document.head.innerHTML = '<base href="https://cdn.example/assets/">'
    await new OTLPExporter({ endpoint: '/v1/traces' }).export([plainSpan()])
    const { url, credentials } = network.sent[0]!
    expect([new URL(url, document.baseURI).origin, credentials]).toEqual([location.origin, 'same-origin'])
  })

  it.each(['about:blank', 'about:srcdoc', 'data:text/html,x', 'blob:null/1234', 'file:///index.html'])(
    'in a frame at %s nothing throws',
    async (href) => {
      vi.stubGlobal('location', { href, protocol: new URL(href).protocol, origin: 'null' })
      vi.stubGlobal('origin', 'null')
      try {
        for (const endpoint of [undefined, '/v1/traces', 'https://collector.example/v1/traces'])
          expect(() => new OTLPExporter({ endpoint })).not.toThrow()
      } finally {
        vi.stubGlobal('location', document.location)
      }
    },
  )
})

describe('headers', () => {
  const sentHeader = (name: string, at = 0) => network.sent[at]!.headers.get(name)

  it('an object goes with every request, beside the content type', async () => {
    await new OTLPExporter({ headers: { 'x-api-key': 'k', authorization: 'Bearer t' } }).export([plainSpan()])
    expect([...network.sent[0]!.headers].sort()).toEqual([
      ['authorization', 'Bearer t'],
      ['content-type', 'application/x-protobuf'],
      ['x-api-key', 'k'],
    ])
  })

  it('a content type given in other letters does not make two', async () => {
    await new OTLPExporter({ headers: { 'Content-Type': 'text/plain' } }).export([plainSpan()])
    expect(sentHeader('content-type')).toBe('application/x-protobuf')
  })

  it('a function is asked before each export', async () => {
    let token = 0
    const exporter = new OTLPExporter({ headers: () => ({ token: String(++token) }) })
    await exporter.export([plainSpan()])
    const first = Number(sentHeader('token'))
    await exporter.export([plainSpan()])
    expect(Number(sentHeader('token', 1))).toBe(first + 1)
  })

  it('a function that answers once: the spans of the first export have its headers', async () => {
    let answer!: (headers: Record<string, string>) => void
    const exporter = new OTLPExporter({
      headers: () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    })
    const exported = exporter.export([plainSpan()])
    await settle()
    answer({ token: 'late' })
    await exported
    expect(network.sent.map(({ headers }) => headers.get('token'))).toEqual(['late'])
  })

  it('a fresh async token is used by the export that asked for it', async () => {
    let token = 0
    const exporter = new OTLPExporter({ headers: async () => ({ token: String(++token) }) })
    await settle()
    await exporter.export([plainSpan()])
    expect(sentHeader('token')).toBe('2')
  })

  it('at a hide the last known headers of an async function are used, on the same stack', async () => {
    let first = true
    const exporter = new OTLPExporter({
      headers: () => {
        if (!first) return never()
        first = false
        return Promise.resolve({ token: 'known' })
      },
    })
    await settle()
    hidePage()
    void exporter.export([plainSpan()])
    expect(network.sent).toHaveLength(1)
    expect(sentHeader('token')).toBe('known')
  })

  it('a token that is very late is used from then on, and none that is older than another', async () => {
    const answers: ((headers: Record<string, string>) => void)[] = []
    const exporter = new OTLPExporter({ headers: () => new Promise((resolve) => answers.push(resolve)) })
    void exporter.export([plainSpan()])
    answers[1]!({ token: 'second' })
    await settle()
    answers[0]!({ token: 'first' })
    await settle()
    hidePage()
    void exporter.export([plainSpan()])
    expect(network.sent.map(({ headers }) => headers.get('token'))).toEqual(['second', 'second'])
  })

  it('a thenable of another library is a promise too', async () => {
    const real = Promise.resolve({ token: 't' })
    // such are promises of other realms, and native ones beside ZoneAwarePromise
    const foreign = { then: real.then.bind(real) }
    const exporter = new OTLPExporter({ headers: () => foreign as never })
    await settle()
    await exporter.export([plainSpan()])
    expect(sentHeader('token')).toBe('t')
  })

  it.each<[what: string, headers: () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no token')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no token'))],
  ])('a function that %s is told once; the spans go without', async (_what, headers) => {
    const exporter = new OTLPExporter({ headers: headers as HeadersInput & (() => never) })
    await settle()
    expect(await exporter.export([plainSpan()])).toEqual({ code: 'success' })
    await exporter.export([plainSpan()])
    expect(reports).toHaveLength(1)
    expect(network.sent).toHaveLength(2)
  })

  it('a function that fails later: the last known headers are used', async () => {
    let works = true
    const exporter = new OTLPExporter({
      headers: async () => {
        if (!works) throw new Error('signed out')
        return { token: 'old' }
      },
    })
    await settle()
    works = false
    await exporter.export([plainSpan()])
    expect(sentHeader('token')).toBe('old')
  })

  describe.each([
    ['visible', () => {}],
    ['hidden', hidePage],
  ])('%s', (_what, go) => {
    it.each([null, undefined, 'text', 5, true])('a function that gives %j costs no spans', async (given) => {
      for (const headers of [() => given, async () => given]) {
        const exporter = new OTLPExporter({ headers: headers as never })
        await settle()
        go()
        expect(await exporter.export([plainSpan()])).toEqual({ code: 'success' })
      }
      expect(network.sent).toHaveLength(2)
      for (const { headers } of network.sent) expect([...headers.keys()]).toEqual(['content-type'])
    })
  })

  it.each([
    ['a name with a space', { 'x api': 'k' }],
    ['a value with a line break', { 'x-api': 'a\nb' }],
    ['a value beyond Latin-1', { 'x-api': '日本' }],
  ])('%s is told, and is not tried again for ever', async (_what, headers) => {
    const exporter = new OTLPExporter({ headers })
    const result = await exporter.export([plainSpan()])
    expect(reports.join() + (result.code === 'failed' ? result.error.message : '')).toMatch(/header/)
    if (result.code === 'failed') expect(result.retryable).toBe(false)
  })

  it('a value of undefined is left out, not sent as a word', async () => {
    await new OTLPExporter({ headers: { authorization: undefined } as never }).export([plainSpan()])
    expect(sentHeader('authorization')).toBeUndefined()
  })

  it.each(['text', 5])('%j instead of headers is told', (headers) => {
    new OTLPExporter({ headers: headers as never })
    expect(reports).toHaveLength(1)
  })
})

describe('splitting', () => {
  const wide = { traceState: 'x'.repeat(900) }
  const rawExporter = (options: OTLPExporterOptions = {}) => new OTLPExporter({ compression: 'none', ...options })

  it('many spans go in bodies that can outlive the page, each span once, in order', async () => {
    const spans = plainSpans(300, wide)
    expect(await rawExporter().export(spans)).toEqual({ code: 'success' })
    expect(network.sent.length).toBeGreaterThan(6)
    for (const { size } of network.sent) expect(size).toBeLessThanOrEqual(44 * 1024)
    expect((await namesSent()).flat()).toEqual(spans.map(({ name }) => name))
  })

  it('few bodies: none that another one could have taken', async () => {
    await rawExporter().export(plainSpans(300, wide))
    const total = network.sent.reduce((sum, { size }) => sum + size, 0)
    expect(network.sent.length).toBeLessThanOrEqual(Math.ceil(total / (44 * 1024)) + 1)
  })

  it('a span larger than any body goes alone, by itself when all else has left', async () => {
    const giant = plainSpan({ name: 'giant', traceState: 'x'.repeat(100 * 1024) })
    const small = plainSpans(4)
    expect(await rawExporter().export([...small.slice(0, 2), giant, ...small.slice(2)])).toEqual({
      code: 'success',
    })
    const sent = await namesSent()
    expect(sent.pop()).toEqual(['giant'])
    expect(sent.flat()).toEqual(['0', '1', '2', '3'])
  })

  it('JSON is split by its own size', async () => {
    const spans = plainSpans(400, { attributes: { text: 'é"\\\n'.repeat(60) } })
    await rawExporter({ encoding: 'json' }).export(spans)
    for (const { size } of network.sent) expect(size).toBeLessThanOrEqual(60 * 1024)
    const bodies = await Promise.all(network.sent.map(bytesOf))
    expect(bodies.flatMap((bytes) => spansIn(readJson(bytes)).map(({ name }) => name))).toEqual(
      spans.map(({ name }) => name),
    )
  })

  it('one body that fails makes the export fail', async () => {
    let requests = 0
    network.answer = () => new Response(null, { status: ++requests === 2 ? 400 : 200 })
    expect(await rawExporter().export(plainSpans(300, wide))).toMatchObject({ code: 'failed', retryable: false })
  })

  it('of several bodies only the spans of the failed one count as lost', async () => {
    let requests = 0
    network.answer = () => new Response(null, { status: ++requests === 2 ? 400 : 200 })
    const processor = new sources.BatchSpanProcessor(rawExporter(), { maxExportBatchSize: 300 })
    let lost = 0
    processor.reportDrops((count) => {
      lost += count
    })
    for (const span of plainSpans(300, wide)) processor.onEnd(span)
    await processor.forceFlush()
    const inFailedBody = (await namesSent())[1]!.length
    expect([lost, processor.exported]).toEqual([inFailedBody, 300 - inFailedBody])
  })

  it('at a hide all bodies are handed over on the same stack', () => {
    hidePage()
    void rawExporter().export(plainSpans(50, wide))
    expect(network.lanes).toEqual(['keepalive'])
    expect(network.sent[0]!.size).toBeGreaterThan(45_000)
  })
})

describe('spans that cannot be written', () => {
  const broken = Object.defineProperty(plainSpan(), 'attributes', {
    get() {
      throw new Error('broken getter')
    },
  })
  const cyclic: Record<string, never> = {}
  cyclic.self = cyclic as never

  it.each([
    ['a getter that throws', broken],
    ['attributes that hold themselves', plainSpan({ attributes: { cyclic } })],
    ['no attributes', plainSpan({ attributes: undefined as never })],
    ['a link to nothing', plainSpan({ links: [{ context: {} as never, attributes: {}, droppedAttributesCount: 0 }] })],
    [
      'a state that throws',
      plainSpan({
        links: [
          {
            context: {
              traceId: 'a'.repeat(32),
              spanId: 'b'.repeat(16),
              traceFlags: 1,
              traceState: {
                serialize() {
                  throw new Error('broken state')
                },
              },
            },
            attributes: {},
            droppedAttributesCount: 0,
          },
        ],
      }),
    ],
  ])('%s: export() answers with a result, and the next export is whole', async (_what, span) => {
    const exporter = new OTLPExporter()
    let result: unknown
    expect(() => {
      result = exporter.export([plainSpan({ name: 'neighbour' }), span])
    }).not.toThrow()
    await expect(result).resolves.toHaveProperty('code')
    network.sent.length = 0
    await exporter.export([plainSpan({ name: 'next' })])
    expect(await namesSent()).toEqual([['next']])
  })
})

describe('the end', () => {
  it('no spans, no request', async () => {
    expect(await new OTLPExporter().export([])).toEqual({ code: 'success' })
    expect(network.sent).toEqual([])
  })

  it('forceFlush waits for every request under way', async () => {
    const answers: ((response: Response) => void)[] = []
    network.answer = () => new Promise((resolve) => answers.push(resolve))
    const exporter = new OTLPExporter()
    void exporter.export([plainSpan()])
    void exporter.export([plainSpan()])
    let done = false
    void exporter.forceFlush().then(() => {
      done = true
    })
    answers[0]!(new Response(null))
    await settle()
    expect(done).toBe(false)
    answers[1]!(new Response(null, { status: 500 }))
    await settle()
    expect(done).toBe(true)
  })

  it('shutdown waits for what is under way; later exports fail without a request', async () => {
    let answer!: (response: Response) => void
    network.answer = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    const exporter = new OTLPExporter()
    const exported = exporter.export([plainSpan()])
    let down = false
    const stopped = exporter.shutdown().then(() => {
      down = true
    })
    await settle()
    expect(down).toBe(false)
    answer(new Response(null))
    await stopped
    expect(await exported).toEqual({ code: 'success' })
    expect(await exporter.export([plainSpan()])).toMatchObject({ code: 'failed', retryable: false })
    expect(network.sent).toHaveLength(1)
    await expect(exporter.shutdown()).resolves.toBeUndefined()
  })

  it('what the collector refused of an accepted body is told, and counts as rejected', async () => {
    network.answer = () =>
      new Response(JSON.stringify({ partialSuccess: { rejectedSpans: '2', errorMessage: 'too old' } }))
    const processor = new sources.BatchSpanProcessor(new OTLPExporter())
    const drops: [number, string][] = []
    processor.reportDrops((count, reason) => drops.push([count, reason]))
    for (const span of plainSpans(5)) processor.onEnd(span)
    await processor.forceFlush()
    expect([processor.exported, processor.stored, drops]).toEqual([3, 0, [[2, 'rejected']]])
    expect(reports).toEqual([expect.stringContaining('too old')])
    expect(network.sent).toHaveLength(1)
  })
})

it('takes any option type that its own types allow', () => {
  const all: OTLPExporterOptions = {
    endpoint: undefined,
    headers: undefined,
    timeout: undefined,
    encoding: undefined,
    beacon: undefined,
  }
  expect(() => new OTLPExporter(all)).not.toThrow()
  expect(reports).toEqual([])
})
