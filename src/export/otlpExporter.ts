import { isExiting } from '../lib/onPageHidden'
import { guard, report } from '../lib/report'
import { AFTER_SHUTDOWN, type ExportResult, type SpanExporter, SUCCESS } from '../process/processor'
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
  private lastGiven: unknown = null
  private stopped = false

  /** Never throws: a bad endpoint or option is reported, and the default taken. The specification's positional form is understood too. */
  constructor(options: OTLPExporterOptions | string = {}, headers?: HeadersInput, timeout?: number) {
    const given: OTLPExporterOptions =
      typeof options === 'string' ? { endpoint: options, headers, timeout } : (options ?? {})
    this.encoding = ENCODINGS[readWord('encoding', given.encoding, ['protobuf', 'json'])]
    const beacon = readWord('beacon', given.beacon, ['auto', 'always', 'never'])
    this.lanes = createLanes(readEndpoint(given.endpoint), beacon, readTimeout(given.timeout))
    this.headersInput = given.headers ?? {}
    this.askHeaders() // so that an exit before the first export knows them
  }

  /**
   * Never rejects. The bytes are with the browser when this returns, unless headers are asked for asynchronously while the page
   * is visible: then they wait for them.
   */
  export(spans: readonly Span[]): Promise<ExportResult> {
    if (this.stopped) return Promise.resolve(AFTER_SHUTDOWN)
    const asked = this.askHeaders()
    const sent: Promise<ExportResult>[] = []
    let left = 0
    for (let rest = spans; rest.length > 0; ) {
      let encoded: ReturnType<OTLPExporter['encodeWithin']>
      try {
        encoded = this.encodeWithin(rest, this.lanes.room())
      } catch {
        const good = this.encodable(rest)
        const isCured = good.length < rest.length // else they fail only together, and would for ever
        left += isCured ? rest.length - good.length : rest.length
        rest = isCured ? good : []
        continue
      }
      const { bytes, count } = encoded
      const send = () => this.lanes.send({ bytes, contentType: this.encoding.contentType, headers: this.headers })
      const result = asked && !isExiting() ? asked.then(send) : send()
      sent.push(result.then((answer) => (answer.code === 'failed' ? { ...answer, lost: count } : answer)))
      rest = rest.slice(count)
    }
    const all = Promise.all(sent).then((results) => together(results, left))
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

  /** Only those that can be encoded by themselves: one that cannot must not cost the others. */
  private encodable(spans: readonly Span[]): readonly Span[] {
    return spans.filter((span) => {
      try {
        this.encoding.encode([span])
        return true
      } catch (error) {
        report('a span could not be encoded; it is left out.', error)
        return false
      }
    })
  }

  /** Takes the headers that are known now; a promise where better ones are on their way. */
  private askHeaders(): Promise<void> | null {
    const { headersInput } = this
    let answer: unknown = headersInput
    if (typeof headersInput === 'function') {
      try {
        answer = headersInput()
      } catch (error) {
        report('`headers` threw; the last known ones are used.', error)
        return null
      }
    }
    if (typeof (answer as PromiseLike<unknown> | undefined)?.then !== 'function') {
      this.takeHeaders(answer)
      return null
    }
    return Promise.resolve(answer).then(
      (headers) => this.takeHeaders(headers),
      (error) => report('`headers` could not be had; the last known ones are used.', error),
    )
  }

  private takeHeaders(given: unknown): void {
    if (given === this.lastGiven) return
    this.lastGiven = given
    const headers = guard('reading `headers`', () => readHeaders(given))
    if (headers) this.headers = headers
  }
}

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~\w]+$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Names and values that a request can carry; others are reported and left out. `null` when it is no object at all. */
function readHeaders(given: unknown): Record<string, string> | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    report(
      '`headers` must be an object of names and values, or a function that gives one; the last known ones are used.',
    )
    return null
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of given instanceof Headers ? given : Object.entries(given)) {
    if (value === undefined || value === null || /^content-type$/i.test(name)) continue
    if (HEADER_NAME.test(name) && HEADER_VALUE.test(String(value))) headers[name] = String(value)
    else report(`header \`${name}\` is none that a request can carry; it is left out.`)
  }
  return headers
}

/** The results of several requests as one: failed when one failed, with what was lost. `left`: spans that were never sent. */
function together(results: readonly ExportResult[], left: number): ExportResult {
  let failed: Extract<ExportResult, { code: 'failed' }> | null = null
  let lost = 0
  for (const result of results) {
    if (result.code === 'success') continue
    failed ??= result
    lost += result.lost ?? 0
  }
  if (failed) return { ...failed, lost, rejected: left }
  return left > 0 ? { code: 'success', rejected: left } : SUCCESS
}

function readEndpoint(endpoint: unknown): string {
  const own = typeof location === 'object' && location.origin !== 'null' ? location.origin : undefined
  const base = own ?? (typeof document === 'object' ? document.baseURI : undefined) // a frame without an origin has its parent's
  try {
    const url = new URL(String(endpoint ?? DEFAULT_ENDPOINT), base)
    const isGood = typeof endpoint === 'string' ? endpoint !== '' : endpoint === undefined
    if (isGood && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url.href
  } catch {
    // told below
  }
  const fallback = own ? own + DEFAULT_ENDPOINT : DEFAULT_ENDPOINT
  if (endpoint !== undefined || own)
    report(`\`endpoint\` must be an absolute URL or a path, without credentials; spans go to ${fallback}.`, endpoint)
  return fallback
}

function readWord<Word extends string>(name: string, given: unknown, words: readonly [Word, ...Word[]]): Word {
  if (given === undefined) return words[0]
  if (words.includes(given as Word)) return given as Word
  report(`option \`${name}\` must be one of ${words.join(', ')}; ${words[0]} is taken.`, given)
  return words[0]
}

function readTimeout(timeout: unknown): number {
  if (timeout === undefined) return DEFAULT_TIMEOUT_MS
  if (typeof timeout === 'number' && timeout > 0) return timeout
  report(`\`timeout\` is a number of milliseconds above 0; ${DEFAULT_TIMEOUT_MS} is taken.`)
  return DEFAULT_TIMEOUT_MS
}
