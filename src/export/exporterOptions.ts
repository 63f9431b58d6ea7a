import { isPage } from '../lib/isPage'
import { isObject } from '../lib/isRecord'
import { baseUrl, ownOrigin } from '../lib/ownPage'
import { guard, report } from '../lib/report'
import {
  BOOLEAN,
  COUNT,
  HOOK,
  isFunction,
  isString,
  MILLISECONDS,
  type Rule,
  readOptions,
  ruleOf,
  STRING,
  switchOf,
  wordOf,
} from '../lib/rules'
import type { HeadersInput } from './headers'
import type { BeaconMode, LaneOptions } from './lanes'
import type { Encoding } from './sealer'

/** How what could not leave is kept on this device. */
export interface OutboxLimits {
  /** Bytes of all bodies together; the oldest go first, counted. @default 4194304 */
  readonly maxBytes?: number | undefined
  /** Milliseconds after which a body is dropped, counted. @default 86400000 */
  readonly maxAge?: number | undefined
  /**
   * Asked before each store. With `false` bodies wait in memory only and die with the page, and what had been stored for this endpoint is
   * removed, counted as `outbox_cleared`. With `undefined`, while nobody has been asked yet, nothing is stored and nothing removed. It must
   * answer at once: anything else, such as a promise, counts as `false`, and is told.
   * @default always true
   */
  readonly consent?: (() => boolean | undefined) | undefined
}

/** What the browser is asked to send when the page is gone without a word. */
export interface DeferredLimits {
  /**
   * Bytes of all requests that wait for that together. Browsers take 64 KiB from a page to one origin, of all its scripts: less leaves
   * a share to others. @default 65536
   */
  readonly maxBytes?: number | undefined
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
   * `false` for a collector that takes protobuf only. A page that is left before its second part has come would send JSON: then what waits is
   * stored, and leaves as protobuf with the next page; without an outbox it is lost. @default true
   */
  readonly acceptsJson?: boolean | undefined
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
  readonly deferred?: boolean | DeferredLimits | undefined
  /** Keeps on this device what could not leave, until it can. It may hold personal data: `false` keeps it in memory only. @default true */
  readonly outbox?: boolean | OutboxLimits | undefined
}

/** The options of an exporter, checked and complete. */
export interface ExporterOptions extends LaneOptions {
  readonly headers: HeadersInput
  readonly encoding: Encoding
  readonly acceptsJson: boolean
  readonly compression: 'auto' | 'gzip' | 'none'
  readonly outbox: { readonly maxBytes: number; readonly maxAge: number; readonly consent: () => boolean | undefined }
}

const DEFAULT_ENDPOINT = '/v1/traces'
const DEFAULT_TIMEOUT_MS = 10_000
const DEFAULT_DEFERRED_BYTES = 64 * 1024
const DEFAULT_OUTBOX_BYTES = 4 * 1024 * 1024
const DEFAULT_OUTBOX_AGE_MS = 24 * 3_600_000

const OUTBOX_RULES: Record<keyof OutboxLimits, Rule> = {
  maxBytes: COUNT,
  maxAge: MILLISECONDS,
  consent: ruleOf(() => true, 'a function'), // what is none has not agreed: see `consentOf`
}

export const EXPORTER_RULES: Record<keyof OTLPExporterOptions, Rule> = {
  endpoint: ruleOf(isString, `an absolute URL or a path, such as ${DEFAULT_ENDPOINT}`),
  headers: ruleOf((value) => isObject(value) || isFunction(value), 'an object or a function'),
  timeout: MILLISECONDS,
  encoding: wordOf('protobuf json'),
  acceptsJson: BOOLEAN,
  compression: wordOf('auto gzip none'),
  beacon: wordOf('auto always never'),
  beaconEndpoint: STRING,
  beaconContentType: STRING,
  credentials: wordOf('same-origin omit include'),
  fetch: HOOK,
  deferred: switchOf({ maxBytes: COUNT } satisfies Record<keyof DeferredLimits, Rule>),
  outbox: switchOf(OUTBOX_RULES),
}

/** Never throws: what is wrong is reported, and its default taken. */
export function readExporterOptions(given?: OTLPExporterOptions): ExporterOptions {
  const good = readOptions('', given, EXPORTER_RULES) as OTLPExporterOptions
  const { beaconEndpoint, deferred, fetch: ownFetch = null, outbox } = good
  const { maxBytes: deferredBytes = DEFAULT_DEFERRED_BYTES } = typeof deferred === 'object' ? deferred : {}
  const {
    maxBytes = DEFAULT_OUTBOX_BYTES,
    maxAge = DEFAULT_OUTBOX_AGE_MS,
    consent,
  } = typeof outbox === 'object' ? outbox : {}
  return {
    endpoint: readEndpoint('endpoint', good.endpoint),
    headers: good.headers ?? {},
    timeout: good.timeout ?? DEFAULT_TIMEOUT_MS,
    encoding: good.encoding ?? 'protobuf',
    acceptsJson: good.acceptsJson !== false || good.encoding === 'json',
    compression: good.compression ?? 'auto',
    beacon: good.beacon ?? 'auto',
    beaconEndpoint: beaconEndpoint ? readEndpoint('beaconEndpoint', beaconEndpoint) : null,
    beaconContentType: good.beaconContentType ?? null,
    credentials: good.credentials ?? null,
    fetch: ownFetch,
    deferredBytes: deferred === false || ownFetch ? 0 : deferredBytes,
    outbox: { maxBytes, maxAge, consent: outbox === false ? () => undefined : consentOf(consent) },
  }
}

/** What cannot be asked has not agreed. */
function consentOf(consent: (() => boolean | undefined) | undefined): () => boolean | undefined {
  if (consent === undefined) return () => true
  if (!isFunction(consent)) {
    report('option `outbox.consent` must be a function; nothing is kept on this device.', consent)
    return () => undefined
  }
  return () => {
    const answer = guard('`outbox.consent`', consent)
    if (answer === undefined || typeof answer === 'boolean') return answer
    report('`outbox.consent` must give true, false or undefined, at once; anything else counts as false.')
    return false
  }
}

function readEndpoint(name: string, endpoint: string | undefined): string {
  const origin = ownOrigin()
  const own = origin === 'null' ? undefined : origin
  const base = own ?? baseUrl() // a frame without an origin has its parent's
  try {
    const url = new URL(endpoint ?? DEFAULT_ENDPOINT, base)
    if (/^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url.href
  } catch {
    // told below
  }
  const fallback = own ? own + DEFAULT_ENDPOINT : DEFAULT_ENDPOINT
  if (isPage() && (endpoint !== undefined || own))
    report(`\`${name}\` must be an absolute URL or a path, without credentials; spans go to ${fallback}.`, endpoint)
  return fallback
}
