import type { ContextMode } from './context/carrier'
import { EXPORTER_RULES, type OTLPExporterOptions } from './export/exporterOptions'
import type { HttpOptions } from './instrument/httpSpan'
import type { UrlPattern } from './instrument/urls'
import { bare } from './lib/bare'
import { report } from './lib/report'
import {
  allOf,
  BOOLEAN,
  type Check,
  HOOK,
  isFunction,
  isNumber,
  LIMIT,
  listOf,
  MILLISECONDS,
  NAMES,
  OBJECT,
  PATTERNS,
  type Rule,
  readOptions,
  ruleOf,
  STRING,
  switchOf,
  wordOf,
} from './lib/rules'
import { BATCH_RULES, type BatchOptions, DEFAULT_BATCH } from './process/batch'
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
  /** On every span the address of the page on which it begins, `browser.document.url.full`, redacted as `fetch` says. @default false */
  readonly page?: boolean | undefined
  /**
   * The load of the page: a span from the navigation to the end of `load`, with the document and the page's files below it, and what begins in
   * no span meanwhile, up to the visitor's first action. Its parent is the server's span, where that is written in
   * `<meta name="traceparent">` or in `Server-Timing`. What `fetch` says of addresses (`ignoreUrls`, `redactParams`) holds for these too. @default false
   */
  readonly load?: boolean | undefined
  /**
   * Errors that nobody catches, and rejections that nobody handles: an `exception` event on the span in which it was thrown, while that is open,
   * else on a span of its own. One that left a `withSpan` is there already. @default false
   */
  readonly errors?: boolean | undefined
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
  /**
   * How far contexts reach. `'auto'`: they follow `await`, promises, timers and tasks of the browser, for which the page's
   * promises, timers and listeners are patched. `'sync'`: nothing of the page is patched for them, and zone.js is not run; a
   * context holds in the synchronous call, in what {@link bind} gave, and where the page's own zone.js carries it. Of several
   * telemetries on a page the first decides. @default 'auto'
   */
  readonly context?: ContextMode | undefined
  /** What sees spans end, instead of `batch` and of what an {@link OTLPExporterOptions} says. */
  readonly processors?: readonly SpanProcessor[] | undefined
  /**
   * For development: every ended span is also written to the console, a group for each trace, drawn as a tree. What is exported stays
   * the same. @default false
   */
  readonly debug?: boolean | undefined
  /** What makes spans by itself; `false` for nothing. @default fetch and xhr */
  readonly instrument?: InstrumentOptions | false | undefined
  /** Origins besides the page's own that get `traceparent`: their CORS rules must allow it. @default none */
  readonly propagateTo?: readonly UrlPattern[] | undefined
  /** Requests that are traced and get no `traceparent`: see {@link HttpOptions}. @default none */
  readonly neverPropagateTo?: readonly UrlPattern[] | undefined
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
  readonly context: ContextMode
  readonly processors: readonly SpanProcessor[] | undefined
  readonly debug: boolean
  readonly fetch: HttpOptions | null
  readonly xhr: HttpOptions | null
  readonly page: boolean
  readonly load: boolean
  readonly errors: boolean
  /** What `fetch` says of addresses, also where it is off: the page's own are redacted like them. */
  readonly addresses: HttpOptions
}

const isSampler: Check = (value) =>
  isFunction((value as Sampler | null)?.shouldSample) || (isNumber(value) && (value as number) <= 1)
const isProcessor: Check = (value) => isFunction((value as SpanProcessor | null)?.onEnd)

const HTTP_RULES: Record<keyof HttpOptions, Rule> = {
  ignoreUrls: PATTERNS,
  propagateTo: PATTERNS,
  propagateToSameOrigin: BOOLEAN,
  neverPropagateTo: PATTERNS,
  redactParams: NAMES,
  redactSecrets: BOOLEAN,
  onRequest: HOOK,
  onResponse: HOOK,
}

const LIMIT_RULES: Record<string, Rule> = {}
for (const name of Object.keys(DEFAULT_LIMITS)) LIMIT_RULES[name] = LIMIT

const RULES: Record<keyof TelemetryOptions, Rule> = {
  serviceName: STRING,
  ...EXPORTER_RULES,
  resource: OBJECT,
  attributes: OBJECT,
  sampler: ruleOf(isSampler, 'a sampler or a number from 0 to 1'),
  spanLimits: allOf(LIMIT_RULES),
  batch: allOf(BATCH_RULES),
  detachAfter: MILLISECONDS,
  context: wordOf('auto sync'),
  processors: ruleOf(listOf(isProcessor), 'a list of span processors'),
  debug: BOOLEAN,
  instrument: ruleOf((value) => value === false, 'false or an object', {
    fetch: switchOf(HTTP_RULES),
    xhr: switchOf(HTTP_RULES),
    page: BOOLEAN,
    load: BOOLEAN,
    errors: BOOLEAN,
  }),
  propagateTo: PATTERNS,
  neverPropagateTo: PATTERNS,
  ignoreUrls: PATTERNS,
}

/** Checks `given` and fills in every default, once. Never throws; what is wrong is reported and left out. */
export function resolveOptions(given: TelemetryOptions | undefined): ResolvedOptions {
  const good = readOptions('', given, RULES) as TelemetryOptions
  const { ignoreUrls = [], propagateTo = [], neverPropagateTo = [] } = good
  const instrument: InstrumentOptions = good.instrument || bare({ fetch: good.instrument, xhr: good.instrument })
  const http = (own: boolean | HttpOptions = true): HttpOptions | null =>
    own === false
      ? null
      : typeof own === 'object'
        ? bare({ propagateTo, neverPropagateTo, ...own, ignoreUrls: [...ignoreUrls, ...(own.ignoreUrls ?? [])] })
        : bare({ propagateTo, neverPropagateTo, ignoreUrls })
  const exporter: Record<string, unknown> = {}
  for (const name of Object.keys(EXPORTER_RULES))
    if (name in good) exporter[name] = good[name as keyof TelemetryOptions]
  if (good.processors && (good.batch || Object.keys(exporter).length > 0))
    report('`endpoint`, `batch` and the like are ignored beside `processors`.')
  return {
    serviceName: good.serviceName ?? 'unknown_service',
    exporter,
    resource: good.resource ?? {},
    attributes: good.attributes ?? {},
    sampler: good.sampler ?? parentBased(alwaysOn()),
    spanLimits: { ...DEFAULT_LIMITS, ...good.spanLimits },
    batch: { ...DEFAULT_BATCH, ...good.batch },
    detachAfter: good.detachAfter ?? 60_000,
    context: good.context ?? 'auto',
    processors: good.processors,
    debug: good.debug ?? false,
    fetch: http(instrument.fetch),
    xhr: http(instrument.xhr),
    page: instrument.page ?? false,
    load: instrument.load ?? false,
    errors: instrument.errors ?? false,
    addresses: http(instrument.fetch || true)!,
  }
}
