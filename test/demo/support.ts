import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import type { Collector, CollectorOptions } from '../../demo/collector/contract'
import { createCollector } from '../../demo/collector/createCollector.mjs'

export interface Served {
  url: string
  close(): Promise<void>
}

/** Serves the handler on a free loopback port. */
export async function serve(handler: (req: IncomingMessage, res: ServerResponse) => unknown): Promise<Served> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('not listening')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Asks the server at `url` as if it were `host`, which `fetch` cannot. */
export function askAs(host: string, url: string, method = 'GET', body = ''): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { host, 'content-type': 'application/json' }
    const asked = request(url, { method, headers, agent: false }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode ?? 0, text })
    })
    asked.once('error', reject)
    asked.end(body)
  })
}

/** Sends these lines as a request, as no client would write them, and gives the status of the answer. */
export function sendLines(url: string, ...lines: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => socket.write([...lines, '', ''].join('\r\n')))
    socket.once('data', (answer) => {
      resolve(Number(String(answer).split(' ')[1]))
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

/** A collector that listens; `post` sends to it. */
export async function serveCollector(options?: CollectorOptions) {
  const collector: Collector = createCollector(options)
  const served = await serve(collector.handler)
  const post = (body: BodyInit, contentType: string, headers: Record<string, string> = {}) =>
    fetch(served.url, { method: 'POST', body, headers: { 'content-type': contentType, ...headers } })
  const postJson = (body: unknown, headers?: Record<string, string>) =>
    post(typeof body === 'string' ? body : JSON.stringify(body), 'application/json', headers)
  return { collector, post, postJson, ...served }
}

/** An OTLP/JSON request with these spans of one service. */
export function requestOf(...spans: object[]) {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'test', version: '1' }, spans }] }] }
}

/** A valid OTLP/JSON span: `traceId` and `spanId` from small numbers, from `start` to `end` in milliseconds after a fixed instant. */
export function jsonSpan(trace: number, span: number, more: object = {}, start = 0, end = 10) {
  return {
    traceId: hexId(trace, 32),
    spanId: hexId(span, 16),
    name: `span ${span}`,
    kind: 1,
    startTimeUnixNano: nanoAt(start),
    endTimeUnixNano: nanoAt(end),
    ...more,
  }
}

export function hexId(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}

/** The fixed instant and some milliseconds, in nanoseconds with digits that a float cannot hold. */
export function nanoAt(ms: number): string {
  return String(1_700_000_000_000_000_001n + BigInt(Math.round(ms * 1e6)))
}

/** Spans with everything in them, made by the official SDK. */
export function officialSpans(): ReadableSpan[] {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'official', 'host.cpu.count': 4 }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer('official-scope', '2.3.4')
  const span = tracer.startSpan('everything', {
    kind: SpanKind.CLIENT,
    startTime: [1_700_000_000, 123_456_789],
    links: [{ context: { traceId: hexId(9, 32), spanId: hexId(8, 16), traceFlags: 1 }, attributes: { why: 'retry' } }],
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
  })
  span.addEvent('cache miss', { key: 'product 1' }, [1_700_000_000, 123_556_789])
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'no answer' })
  span.end([1_700_000_000, 223_456_789])
  tracer.startSpan('small').end()
  return exporter.getFinishedSpans()
}

export function officialJson(spans = officialSpans()): Uint8Array<ArrayBuffer> {
  return new Uint8Array(JsonTraceSerializer.serializeRequest(spans)!)
}

export function officialProtobuf(spans = officialSpans()): Uint8Array<ArrayBuffer> {
  return new Uint8Array(ProtobufTraceSerializer.serializeRequest(spans)!)
}
