import { guard, report } from '../lib/report'
import { type ExportResult, type SpanExporter, SUCCESS } from '../process/processor'
import type { Span } from '../trace/span'
import { type BeaconMode, createLanes, type Lanes } from './lanes'
import { encodeOtlpJson } from './otlpJson'
import { encodeOtlpProtobuf } from './otlpProtobuf'

/** Names and values sent with every request. A function is asked before each; when it is async, the last known value is used at an exit. */
export type HeadersInput =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>)

/** How OTLP leaves. */
export interface OTLPExporterOptions {
  /** URL, or path on the page's origin, used as it is. @default '/v1/traces' */
  readonly endpoint?: string | undefined
  /** Own headers keep beacons from being used (they cannot carry any) and make requests to other origins ask first (preflight). @default none */
  readonly headers?: HeadersInput | undefined
  /** Milliseconds one request may take. @default 10000 */
  readonly timeout?: number | undefined
  /** Protobuf is a third of the bytes of JSON. @default 'protobuf' */
  readonly encoding?: 'protobuf' | 'json' | undefined
  /** Which way out at an exit. `always` uses beacons also while the page lives: no answers are read then. @default 'auto' */
  readonly beacon?: BeaconMode | undefined
}

const ENCODINGS = {
  protobuf: { contentType: 'application/x-protobuf', encode: encodeOtlpProtobuf },
  json: { contentType: 'application/json', encode: encodeOtlpJson },
}

export const DEFAULT_ENDPOINT = '/v1/traces'
const DEFAULT_TIMEOUT_MS = 10_000

/**
 * Sends spans to an OpenTelemetry collector by [OTLP/HTTP](https://opentelemetry.io/docs/specs/otlp/#otlphttp): fetch while the
 * page is visible, `sendBeacon` or keepalive fetch when it hides, in bodies that fit the browser's budget for dying pages.
 */
export class OTLPExporter implements SpanExporter {
  private readonly encoding: (typeof ENCODINGS)['json']
  private readonly lanes: Lanes
  private readonly headersInput: HeadersInput
  private headers: Readonly<Record<string, string>> = {}
  private readonly pending = new Set<Promise<ExportResult>>()
  private stopped = false

  /** @throws never: a bad endpoint or option is reported, and the default taken. The specification's positional form is understood too. */
  constructor(options: OTLPExporterOptions | string = {}, headers?: HeadersInput, timeout?: number) {
    const given: OTLPExporterOptions = typeof options === 'string' ? { endpoint: options, headers, timeout } : options
    this.encoding = ENCODINGS[given.encoding ?? 'protobuf'] ?? ENCODINGS.protobuf
    this.lanes = createLanes(readEndpoint(given.endpoint), given.beacon ?? 'auto', readTimeout(given.timeout))
    this.headersInput = given.headers ?? {}
    this.askHeaders() // so that an exit before the first export knows them
  }

  /** Never rejects. The bytes are with the browser when this returns, unless async headers were never known. */
  export(spans: readonly Span[]): Promise<ExportResult> {
    if (this.stopped)
      return Promise.resolve({ code: 'failed', error: new Error('the exporter was shut down'), retryable: false })
    if (spans.length === 0) return Promise.resolve(SUCCESS)
    this.askHeaders()
    const sent: Promise<ExportResult>[] = []
    for (let rest = spans; rest.length > 0; ) {
      const { bytes, count } = this.encodeWithin(rest, this.lanes.room())
      sent.push(this.lanes.send({ bytes, contentType: this.encoding.contentType, headers: this.headers }))
      rest = rest.slice(count)
    }
    const all = sent.length === 1 ? (sent[0] as Promise<ExportResult>) : Promise.all(sent).then(worst)
    this.pending.add(all)
    void all.then(() => this.pending.delete(all))
    return all
  }

  /** Resolves when every request under way has been answered. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.pending)
  }

  /** Waits for what is under way; later exports fail. */
  async shutdown(): Promise<void> {
    this.stopped = true
    await this.forceFlush()
  }

  /** As many spans from the front as fit `limit` bytes; one that is larger by itself goes alone. */
  private encodeWithin(spans: readonly Span[], limit: number): { bytes: Uint8Array<ArrayBuffer>; count: number } {
    for (let count = spans.length; ; ) {
      const bytes = this.encoding.encode(count === spans.length ? spans : spans.slice(0, count))
      if (bytes.length <= limit || count === 1) return { bytes, count }
      count = Math.max(1, Math.min(count - 1, Math.floor((count * limit * 0.95) / bytes.length)))
    }
  }

  private askHeaders(): void {
    const { headersInput } = this
    if (typeof headersInput !== 'function') {
      this.headers = headersInput
      return
    }
    guard('asking for `headers`', () => {
      const answer = headersInput()
      if (!(answer instanceof Promise)) this.headers = answer
      else
        answer.then(
          (headers) => {
            this.headers = headers
          },
          (error) => report('`headers` could not be had; the last known ones are used.', error),
        )
    })
  }
}

/** The result of several requests as one: failed when one failed, with all that was rejected. */
function worst(results: readonly ExportResult[]): ExportResult {
  return results.find((result) => result.code === 'failed') ?? SUCCESS
}

function readEndpoint(endpoint: unknown): string {
  if (endpoint === undefined) return DEFAULT_ENDPOINT
  const base = typeof location === 'object' && location.href !== 'about:blank' ? location.href : 'http://localhost/'
  try {
    if (typeof endpoint === 'string' && endpoint !== '' && /^https?:$/.test(new URL(endpoint, base).protocol))
      return endpoint
  } catch {
    // told below
  }
  report(`\`endpoint\` must be an absolute URL or a path; spans go to ${DEFAULT_ENDPOINT} instead.`, endpoint)
  return DEFAULT_ENDPOINT
}

function readTimeout(timeout: unknown): number {
  if (timeout === undefined) return DEFAULT_TIMEOUT_MS
  if (typeof timeout === 'number' && timeout > 0) return timeout
  report(`\`timeout\` is a number of milliseconds above 0; ${DEFAULT_TIMEOUT_MS} is taken.`)
  return DEFAULT_TIMEOUT_MS
}
