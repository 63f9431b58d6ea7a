import type { BeaconMode } from './export/lanes'
import { DEFAULT_ENDPOINT, type HeadersInput } from './export/otlpExporter'
import type { HttpOptions } from './instrument/httpSpan'
import type { UrlPattern } from './instrument/urls'
import { report } from './lib/report'
import { type BatchOptions, DEFAULT_BATCH } from './process/batch'
import type { SpanProcessor } from './process/processor'
import type { Attributes } from './trace/attributes'
import { DEFAULT_LIMITS, type SpanLimits } from './trace/limits'
import { alwaysOn, parentBased, type Sampler } from './trace/sampler'

/** Which parts of the page make spans by themselves. */
export interface InstrumentOptions {
  /** @default true */
  readonly fetch?: boolean | HttpOptions | undefined
  /** @default true */
  readonly xhr?: boolean | HttpOptions | undefined
}

/** Everything that can be said to `startTelemetry`. All of it is optional; what is wrong is reported once and its default taken. */
export interface TelemetryOptions {
  /** The resource attribute `service.name`. @default 'unknown_service' */
  readonly serviceName?: string | undefined
  /** Where spans go by OTLP/HTTP: a URL, or a path of the page's origin, used as it is. @default '/v1/traces' */
  readonly endpoint?: string | undefined
  /** Sent with every request, as an object or a function, sync or async. They keep beacons from being used. @default none */
  readonly headers?: HeadersInput | undefined
  /** Milliseconds one request may take. @default 10000 */
  readonly timeout?: number | undefined
  /** @default 'protobuf' */
  readonly encoding?: 'protobuf' | 'json' | undefined
  /** Which way out when the page goes away: `auto` chooses, `always` and `never` force. @default 'auto' */
  readonly beacon?: BeaconMode | undefined
  /** Further resource attributes, such as `deployment.environment.name`. @default none */
  readonly resource?: Attributes | undefined
  /** Set on every span; changed later with `telemetry.setAttributes()`. @default none */
  readonly attributes?: Attributes | undefined
  /** Which traces are kept: a sampler, or the share from 0 to 1 of the traces that begin here. @default parentBased(alwaysOn()) */
  readonly sampler?: Sampler | number | undefined
  /** How much one span may hold. @default OpenTelemetry's */
  readonly spanLimits?: Partial<SpanLimits> | undefined
  /** How spans are collected before they leave. @default OpenTelemetry's */
  readonly batch?: Partial<BatchOptions> | undefined
  /**
   * Milliseconds after the end of a trace's first span on this page: work that still runs in its context then (a poll, a
   * socket) begins a new trace with a link to the old one. `Infinity` keeps one trace for ever. @default 60000
   */
  readonly detachAfter?: number | undefined
  /** What sees spans end, instead of `endpoint`, `headers`, `timeout`, `encoding`, `beacon` and `batch`. */
  readonly processors?: readonly SpanProcessor[] | undefined
  /** What makes spans by itself; `false` for nothing. @default fetch and xhr */
  readonly instrument?: InstrumentOptions | false | undefined
  /** Origins besides the page's own that get `traceparent`: their CORS rules must allow it. @default none */
  readonly propagateTo?: readonly UrlPattern[] | undefined
  /** Requests that are not traced. @default none */
  readonly ignoreUrls?: readonly UrlPattern[] | undefined
}

/** The options, checked and complete. */
export interface ResolvedOptions {
  readonly serviceName: string
  readonly endpoint: string | undefined
  readonly headers: HeadersInput | undefined
  readonly timeout: number | undefined
  readonly encoding: 'protobuf' | 'json' | undefined
  readonly beacon: BeaconMode | undefined
  readonly resource: Attributes
  readonly attributes: Attributes
  readonly sampler: Sampler | number
  readonly spanLimits: SpanLimits
  readonly batch: BatchOptions
  readonly detachAfter: number
  readonly processors: readonly SpanProcessor[] | undefined
  readonly fetch: HttpOptions | null
  readonly xhr: HttpOptions | null
}

const isString = (value: unknown) => typeof value === 'string' && value !== ''
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isWord =
  (...words: string[]) =>
  (value: unknown) =>
    words.includes(value as string)
const isList = Array.isArray
const isCount = (value: unknown) => typeof value === 'number' && value >= 0
const isPositive = (value: unknown) => typeof value === 'number' && value > 0
const isPattern = (value: unknown) => isString(value) || value instanceof RegExp

/** What each option must be: the check, and its words. */
const RULES: Record<keyof TelemetryOptions, readonly [check: (value: unknown) => boolean, words: string]> = {
  serviceName: [isString, 'a string that is not empty'],
  endpoint: [isString, `an absolute URL or a path; spans go to ${DEFAULT_ENDPOINT}`],
  headers: [(value) => isObject(value) || typeof value === 'function', 'an object or a function'],
  timeout: [isPositive, 'a number of milliseconds above 0'],
  encoding: [isWord('protobuf', 'json'), "'protobuf' or 'json'"],
  beacon: [isWord('auto', 'always', 'never'), "'auto', 'always' or 'never'"],
  resource: [isObject, 'an object of attributes'],
  attributes: [isObject, 'an object of attributes'],
  sampler: [
    (value) =>
      typeof (value as Sampler | null)?.shouldSample === 'function' || (isCount(value) && (value as number) <= 1),
    'a sampler or a number from 0 to 1',
  ],
  spanLimits: [isObject, 'an object of limits'],
  batch: [isObject, 'an object'],
  detachAfter: [isPositive, 'a number of milliseconds above 0'],
  processors: [isList, 'a list of span processors'],
  instrument: [(value) => value === false || isObject(value), 'false or an object'],
  propagateTo: [(value) => isList(value) && value.every(isPattern), 'a list of origins, URLs or RegExps'],
  ignoreUrls: [(value) => isList(value) && value.every(isPattern), 'a list of URLs or RegExps'],
}

/** Checks `given` and fills in every default, once. Never throws; what is wrong is reported and left out. */
export function resolveOptions(given: TelemetryOptions | undefined): ResolvedOptions {
  const good = checked(given)
  const http: HttpOptions = { ignoreUrls: good.ignoreUrls, propagateTo: good.propagateTo }
  const instrument: InstrumentOptions =
    good.instrument === false ? { fetch: false, xhr: false } : (good.instrument ?? {})
  nameUnknown('instrument.', instrument, ['fetch', 'xhr'])
  return {
    serviceName: good.serviceName ?? 'unknown_service',
    endpoint: good.endpoint,
    headers: good.headers,
    timeout: good.timeout,
    encoding: good.encoding,
    beacon: good.beacon,
    resource: good.resource ?? {},
    attributes: good.attributes ?? {},
    sampler: good.sampler ?? parentBased(alwaysOn()),
    spanLimits: numbers('spanLimits.', DEFAULT_LIMITS, good.spanLimits, isCount),
    batch: numbers('batch.', DEFAULT_BATCH, good.batch, isPositive),
    detachAfter: good.detachAfter ?? 60_000,
    processors: good.processors,
    fetch: httpOptions(http, instrument.fetch),
    xhr: httpOptions(http, instrument.xhr),
  }
}

function checked(given: TelemetryOptions | undefined): TelemetryOptions {
  if (given === undefined || !isObject(given)) {
    if (given !== undefined) report('startTelemetry(options): options are an object; the defaults are taken.')
    return {}
  }
  nameUnknown('', given, Object.keys(RULES))
  const good: Record<string, unknown> = {}
  for (const [name, [check, words]] of Object.entries(RULES)) {
    const value = given[name as keyof TelemetryOptions]
    if (value === undefined) continue
    if (check(value)) good[name] = value
    else report(`option \`${name}\` must be ${words}; the default is taken.`, value)
  }
  return good as TelemetryOptions
}

function nameUnknown(where: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given))
    if (!known.includes(name)) report(`there is no option \`${where}${name}\`; known are ${known.join(', ')}.`)
}

function numbers<T extends object>(
  where: string,
  defaults: T,
  given: Partial<T> | undefined,
  check: (value: unknown) => boolean,
): T {
  if (!given) return defaults
  nameUnknown(where, given, Object.keys(defaults))
  const result = { ...defaults } as Record<string, unknown>
  for (const name of Object.keys(defaults)) {
    const value = given[name as keyof T]
    if (value === undefined) continue
    if (check(value)) result[name] = value
    else report(`option \`${where}${name}\` must be a number above 0; ${String(result[name])} is taken.`, value)
  }
  return result as T
}

function httpOptions(shared: HttpOptions, own: boolean | HttpOptions | undefined): HttpOptions | null {
  if (own === false) return null
  return typeof own === 'object'
    ? { ...shared, ...own, ignoreUrls: [...(shared.ignoreUrls ?? []), ...(own.ignoreUrls ?? [])] }
    : shared
}
