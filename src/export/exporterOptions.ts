import { report } from '../lib/report'
import type { HeadersInput } from './headers'
import type { BeaconMode, LaneOptions } from './lanes'
import type { Encoding } from './sealer'

/** How what could not leave is kept on this device. */
export interface OutboxLimits {
  /** Bytes of all bodies together; the oldest go first, counted. @default 4194304 */
  readonly maxBytes?: number | undefined
  /** Milliseconds after which a body is dropped, counted. @default 86400000 */
  readonly maxAge?: number | undefined
  /** Asked before each store: while it says `false`, bodies wait in memory only and die with the page. @default always true */
  readonly consent?: (() => boolean) | undefined
}

/** How OTLP leaves. */
export interface OTLPExporterOptions {
  /** URL, or path on the page's origin, used as it is. @default '/v1/traces' */
  readonly endpoint?: string | undefined
  /** Own headers keep beacons from being used (they cannot carry any) and make requests to other origins ask first (preflight). @default none */
  readonly headers?: HeadersInput | undefined
  /** Milliseconds one request may take. @default 10000 */
  readonly timeout?: number | undefined
  /** Protobuf is a third of the bytes of JSON. A collector that answers 415 to it gets JSON from then on. @default 'protobuf' */
  readonly encoding?: 'protobuf' | 'json' | undefined
  /**
   * Bodies of 1 KiB and more as gzip, while the page lives. `auto`: to the page's own origin. `gzip`: always; a collector of
   * another origin must then allow the header `content-encoding`. @default 'auto'
   */
  readonly compression?: 'auto' | 'gzip' | 'none' | undefined
  /** Which way out at an exit. `always` uses beacons also while the page lives: no answers are read then. @default 'auto' */
  readonly beacon?: BeaconMode | undefined
  /** Where beacons go: the endpoint with a token in its path or query, for a collector that asks for a header otherwise. @default endpoint */
  readonly beaconEndpoint?: string | undefined
  /** The content type of beacons: `text/plain` needs no preflight, and a collector or proxy that takes it so. @default that of the encoding */
  readonly beaconContentType?: string | undefined
  /** Of requests; a collector that allows every origin may not get any. @default 'same-origin', 'omit' to other origins */
  readonly credentials?: RequestCredentials | undefined
  /** Sends requests in the place of the platform's. Beacons and deferred requests do not pass through it and are not used then. @default fetch */
  readonly fetch?: typeof fetch | undefined
  /** Has the browser send what waits when the page is gone without a word, as after a crash (`fetchLater`, Chromium). @default true */
  readonly deferred?: boolean | undefined
  /** Keeps on this device what could not leave, until it can. It may hold personal data: `false` keeps it in memory only. @default true */
  readonly outbox?: boolean | OutboxLimits | undefined
}

/** The options of an exporter, checked and complete. */
export interface ExporterOptions extends LaneOptions {
  readonly headers: HeadersInput
  readonly encoding: Encoding
  readonly compression: 'auto' | 'gzip' | 'none'
  readonly deferred: boolean
  readonly outbox: { readonly maxBytes: number; readonly maxAge: number; readonly consent: () => boolean }
}

export const DEFAULT_ENDPOINT = '/v1/traces'
const DEFAULT_TIMEOUT_MS = 10_000
const DEFAULT_OUTBOX_BYTES = 4 * 1024 * 1024
const DEFAULT_OUTBOX_AGE_MS = 24 * 3_600_000

/** Never throws: what is wrong is reported, and its default taken. */
export function readExporterOptions(given: OTLPExporterOptions): ExporterOptions {
  const ownFetch = typeof given.fetch === 'function' ? given.fetch : null
  if (given.fetch !== undefined && !ownFetch) report('`fetch` must be a function; the platform’s own is taken.')
  const beacon = readWord('beacon', given.beacon, ['auto', 'always', 'never'])
  const limits = typeof given.outbox === 'object' && given.outbox !== null ? given.outbox : {}
  return {
    endpoint: readEndpoint(given.endpoint),
    headers: given.headers ?? {},
    timeout: readNumber('timeout', given.timeout, DEFAULT_TIMEOUT_MS),
    encoding: readWord('encoding', given.encoding, ['protobuf', 'json']),
    compression: readWord('compression', given.compression, ['auto', 'gzip', 'none']),
    beacon,
    beaconEndpoint: given.beaconEndpoint === undefined ? null : readEndpoint(given.beaconEndpoint),
    beaconContentType: given.beaconContentType ?? null,
    credentials:
      given.credentials === undefined
        ? null
        : readWord<RequestCredentials>('credentials', given.credentials, ['same-origin', 'omit', 'include']),
    fetch: ownFetch,
    deferred: given.deferred !== false && !ownFetch,
    outbox: {
      maxBytes: readNumber('outbox.maxBytes', limits.maxBytes, DEFAULT_OUTBOX_BYTES),
      maxAge: readNumber('outbox.maxAge', limits.maxAge, DEFAULT_OUTBOX_AGE_MS),
      consent: given.outbox === false ? () => false : consentOf(limits.consent),
    },
  }
}

/** What cannot be asked has not agreed. */
function consentOf(consent: unknown): () => boolean {
  if (consent === undefined) return () => true
  return () => {
    try {
      return (consent as () => boolean)() === true
    } catch (error) {
      report('`outbox.consent` failed; nothing is kept on this device.', error)
      return false
    }
  }
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

function readNumber(name: string, given: unknown, otherwise: number): number {
  if (given === undefined) return otherwise
  if (typeof given === 'number' && given > 0) return given
  report(`\`${name}\` is a number above 0; ${otherwise} is taken.`)
  return otherwise
}
