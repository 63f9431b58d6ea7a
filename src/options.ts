import { DEFAULT_ENDPOINT, type OTLPExporterOptions, type OutboxLimits } from './export/exporterOptions'
import type { HttpOptions } from './instrument/httpSpan'
import type { UrlPattern } from './instrument/urls'
import { guard, report } from './lib/report'
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
export interface TelemetryOptions extends OTLPExporterOptions {
  /** The resource attribute `service.name`. @default 'unknown_service' */
  readonly serviceName?: string | undefined
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
  /** What sees spans end, instead of `batch` and of what an {@link OTLPExporterOptions} says. */
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
  readonly exporter: OTLPExporterOptions
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

type Check = (value: unknown) => boolean
/** What an option must be: the check, its words, and for an object what stands in it. */
type Rule = readonly [check: Check, words: string, inside?: Rules]
interface Rules {
  readonly [name: string]: Rule
}

const isString: Check = (value) => typeof value === 'string' && value !== ''
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isFunction: Check = (value) => typeof value === 'function'
const isBoolean: Check = (value) => typeof value === 'boolean'
const isNumber: Check = (value) => typeof value === 'number' && value >= 0
const isPositive: Check = (value) => isNumber(value) && value !== 0
const isWhole: Check = (value) => Number.isInteger(value) && isPositive(value)
const isPattern: Check = (value) => isString(value) || value instanceof RegExp
const isSampler: Check = (value) =>
  isFunction((value as Sampler | null)?.shouldSample) || (isNumber(value) && (value as number) <= 1)
const isProcessor: Check = (value) => isFunction((value as SpanProcessor | null)?.onEnd)
const never: Check = () => false
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

const STRING: Rule = [isString, 'a string that is not empty']
const OBJECT: Rule = [isObject, 'an object']
const MILLISECONDS: Rule = [isPositive, 'milliseconds, above 0']
const COUNT: Rule = [isWhole, 'a whole number above 0']
const LIMIT: Rule = [isNumber, 'a number, 0 or above']
const PATTERNS: Rule = [listOf(isPattern), 'a list of URLs or RegExps']
const HOOK: Rule = [isFunction, 'a function']
const BOOLEAN: Rule = [isBoolean, 'true or false']

const HTTP_RULES: Record<keyof HttpOptions, Rule> = {
  ignoreUrls: PATTERNS,
  propagateTo: PATTERNS,
  propagateToSameOrigin: BOOLEAN,
  redactParams: [listOf(isString), 'a list of names'],
  onRequest: HOOK,
  onResponse: HOOK,
}
const HTTP: Rule = [isBoolean, 'true, false or an object', HTTP_RULES]

const BATCH_RULES: Record<keyof BatchOptions, Rule> = {
  maxQueueSize: COUNT,
  maxExportBatchSize: COUNT,
  scheduledDelay: [isNumber, 'milliseconds, 0 or above'],
  exportTimeout: MILLISECONDS,
  maxExportBatchBytes: COUNT,
  maxSpansPerMinute: [isPositive, 'a number above 0'],
  maxBytesPerMinute: [isPositive, 'a number above 0'],
}

const OUTBOX_RULES: Record<keyof OutboxLimits, Rule> = {
  maxBytes: COUNT,
  maxAge: MILLISECONDS,
  consent: HOOK,
}

const wordOf = (...words: readonly string[]): Rule => [
  (value) => words.includes(value as string),
  words
    .map((word) => `'${word}'`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1'),
]

const EXPORTER_RULES: Record<keyof OTLPExporterOptions, Rule> = {
  endpoint: [isString, `an absolute URL or a path, such as ${DEFAULT_ENDPOINT}`],
  headers: [(value) => isObject(value) || isFunction(value), 'an object or a function'],
  timeout: MILLISECONDS,
  encoding: wordOf('protobuf', 'json'),
  compression: wordOf('auto', 'gzip', 'none'),
  beacon: wordOf('auto', 'always', 'never'),
  beaconEndpoint: STRING,
  beaconContentType: STRING,
  credentials: wordOf('same-origin', 'omit', 'include'),
  fetch: HOOK,
  deferred: BOOLEAN,
  outbox: [isBoolean, 'true, false or an object', OUTBOX_RULES],
}

const RULES: Record<keyof TelemetryOptions, Rule> = {
  serviceName: STRING,
  ...EXPORTER_RULES,
  resource: OBJECT,
  attributes: OBJECT,
  sampler: [isSampler, 'a sampler or a number from 0 to 1'],
  spanLimits: [never, 'an object', Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, LIMIT]))],
  batch: [never, 'an object', BATCH_RULES],
  detachAfter: MILLISECONDS,
  processors: [listOf(isProcessor), 'a list of span processors'],
  instrument: [(value) => value === false, 'false or an object', { fetch: HTTP, xhr: HTTP }],
  propagateTo: PATTERNS,
  ignoreUrls: PATTERNS,
}

/** Checks `given` and fills in every default, once. Never throws; what is wrong is reported and left out. */
export function resolveOptions(given: TelemetryOptions | undefined): ResolvedOptions {
  if (given !== undefined && !isObject(given))
    report('startTelemetry(options): options are an object; the defaults are taken.')
  const good = isObject(given) ? (readOptions('', given as object, RULES) as TelemetryOptions) : {}
  const { ignoreUrls = [], propagateTo = [] } = good
  const instrument = good.instrument === false ? { fetch: false, xhr: false } : (good.instrument ?? {})
  const http = (own: boolean | HttpOptions = {}): HttpOptions | null =>
    own === false
      ? null
      : typeof own === 'object'
        ? { propagateTo, ...own, ignoreUrls: [...ignoreUrls, ...(own.ignoreUrls ?? [])] }
        : { propagateTo, ignoreUrls }
  return {
    serviceName: good.serviceName ?? 'unknown_service',
    exporter: good,
    resource: good.resource ?? {},
    attributes: good.attributes ?? {},
    sampler: good.sampler ?? parentBased(alwaysOn()),
    spanLimits: { ...DEFAULT_LIMITS, ...good.spanLimits },
    batch: { ...DEFAULT_BATCH, ...good.batch },
    detachAfter: good.detachAfter ?? 60_000,
    processors: good.processors,
    fetch: http(instrument.fetch),
    xhr: http(instrument.xhr),
  }
}

/** What is right in `given`; what is wrong or unknown is told with its place. */
function readOptions(where: string, given: object, rules: Rules): Record<string, unknown> {
  const known = Object.keys(rules)
  for (const name of Object.keys(given))
    if (!known.includes(name)) report(`there is no option \`${where}${name}\`; known are ${known.join(', ')}.`)
  const good: Record<string, unknown> = {}
  for (const name of known) {
    const value = guard(`reading option \`${where}${name}\``, () => (given as Record<string, unknown>)[name])
    if (value === undefined) continue
    const [check, words, inside] = rules[name] as Rule
    if (inside && isObject(value)) good[name] = readOptions(`${where}${name}.`, value as object, inside)
    else if (check(value)) good[name] = value
    else report(`option \`${where}${name}\` must be ${words}; the default is taken.`, value)
  }
  return good
}
