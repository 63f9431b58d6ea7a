import { startContext } from './context/context'
import { type Context, SPAN_KEY } from './context/frame'
import { outside } from './context/outside'
import { debugSpans } from './debug/debugSpans'
import { OTLPExporter } from './export/otlpExporter'
import { traceErrors } from './instrument/errors'
import { traceFetch } from './instrument/fetch'
import { createHttpSpans } from './instrument/httpSpan'
import { traceLoad } from './instrument/load'
import { pageAttributes } from './instrument/pageAttributes'
import { traceXhr } from './instrument/xhr'
import { createEvents, type Events } from './lib/events'
import { isPage } from './lib/isPage'
import { isRecord } from './lib/isRecord'
import { onPageHide, onPageShown } from './lib/pageLife'
import { guard, ignored, report } from './lib/report'
import { type ResolvedOptions, resolveOptions, type TelemetryOptions } from './options'
import { BatchSpanProcessor } from './process/batch'
import { isSampled, type SpanProcessor } from './process/processor'
import { createApi, type DropReason, running, setRunning, type TelemetryApi, type TelemetryEvents } from './trace/api'
import type { Attributes } from './trace/attributes'
import { OpenSpans } from './trace/openSpans'
import { pageResource, SDK_NAME, VERSION } from './trace/resource'
import { parentBased, ratio } from './trace/sampler'
import { SpanMaker, type Tracer, type TracerHost } from './trace/tracer'

/** What happened to spans so far. */
export interface TelemetryStats {
  /** Recorded spans that started. */
  readonly started: number
  /** Recorded spans that ended. */
  readonly ended: number
  /** Spans that wait in the processors. */
  readonly queued: number
  /** Spans that the exporters accepted. */
  readonly exported: number
  /** Spans that could not leave yet and are kept on this device, also by earlier pages; approximate while other tabs send them. */
  readonly stored: number
  /** Spans that will never arrive, by reason. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
}

/** A running telemetry: the API as methods, and its own controls. */
export interface Telemetry extends TelemetryApi {
  /** Spans with their own scope name, for libraries. */
  getTracer(name: string, version?: string): Tracer
  /** Sends what has ended. Rejects with a clear error after `timeoutMs`. @default 30000 */
  forceFlush(timeoutMs?: number): Promise<void>
  /**
   * Flushes, puts `fetch`, `XMLHttpRequest` and `Promise` back, and stops. The functions of the API do nothing afterwards, and
   * `startTelemetry` may start anew. zone.js, once loaded, stays on the page.
   */
  shutdown(): Promise<void>
  /** Counts since the start. */
  stats(): TelemetryStats
  /**
   * At a logout. From the call on nothing that began before it is sent or stored: what waits, what is under way, what the browser was
   * to send later, and what this device keeps, for all pages of the site, counts as `outbox_cleared`; so do spans that are open, when they
   * end. Spans that begin afterwards are the new user's, also below an open one.
   *
   * What the browser has already taken cannot be recalled: a beacon, or a request that the collector has. Another tab keeps what it has in
   * memory: call it there too. Resolves when nothing is stored any more: wait for it before you leave the page.
   */
  clearOutbox(): Promise<void>
  /** Merged into the attributes that every new span gets; `null` removes one. */
  setAttributes(attributes: Attributes): void
  /** Listens to `span_started`, `span_ended` or `spans_dropped`. Returns its undo. */
  on<Name extends keyof TelemetryEvents>(name: Name, listener: (event: TelemetryEvents[Name]) => void): () => void
}

const EVENTS = ['span_started', 'span_ended', 'spans_dropped'] as const
const pageEvents = createEvents<TelemetryEvents>(EVENTS)

/**
 * Starts tracing on this page and returns its handle. On a server (Node, Deno, edge runtimes) it patches nothing, and everything on
 * the handle is harmless.
 *
 * Never throws: wrong options are reported and their defaults taken. A second call returns the handle that runs.
 */
export function startTelemetry(options?: TelemetryOptions): Telemetry {
  const first = running() as Telemetry | null
  if (first) {
    report('startTelemetry() was called again; the new options are ignored.')
    return first
  }
  const telemetry = create(options, pageEvents, SPAN_KEY, () => setRunning(null))
  if (isPage()) setRunning(telemetry) // a server may start one for each request
  return telemetry
}

/**
 * A telemetry of its own beside the page's, for a micro-frontend: its options, its processors, its current span. It is used
 * through its handle alone.
 */
export function createTelemetry(options?: TelemetryOptions): Telemetry {
  return create(options, createEvents(EVENTS), Symbol('telemetry span'), () => {})
}

/**
 * Listens to the page's telemetry, also before it is started; the same as `on` of its handle. Returns its undo.
 *
 * @param name - `span_started`, `span_ended` or `spans_dropped`
 * @param listener - called synchronously; what it throws is reported
 */
export function on<Name extends keyof TelemetryEvents>(
  name: Name,
  listener: (event: TelemetryEvents[Name]) => void,
): () => void {
  const telemetry = running() as Telemetry | null // perhaps of another copy of the package
  return telemetry ? telemetry.on(name, listener) : pageEvents.on(name, listener)
}

function create(
  given: TelemetryOptions | undefined,
  events: Events<TelemetryEvents>,
  spanKey: symbol,
  ended: () => void,
): Telemetry {
  const onPage = isPage()
  const options = resolveOptions(given)
  const processors = onPage ? (options.processors ?? [defaultProcessor(options)]) : []
  const dropped: Partial<Record<DropReason, number>> = {}
  let started = 0
  let endedCount = 0
  let shared: Attributes | null = Object.keys(options.attributes).length > 0 ? { ...options.attributes } : null

  const open = new OpenSpans()
  const keepOpen = () => {
    const copies = open.snapshot()
    for (const processor of processors) guard('keeping open spans', () => processor.keep?.(copies))
  }

  const drop = (count: number, reason: DropReason) => {
    dropped[reason] = (dropped[reason] ?? 0) + count
    events.emit('spans_dropped', { count, reason })
  }
  for (const processor of processors) guard('a span processor', () => processor.reportDrops?.(drop))

  const startedHeard = events.listenersOf('span_started')
  const endedHeard = events.listenersOf('span_ended')
  const host: TracerHost = {
    resource: pageResource(options.serviceName, options.resource),
    limits: options.spanLimits,
    sampler: onPage ? samplerOf(options) : null,
    spanKey,
    detachAfter: options.detachAfter,
    loose: null,
    early: null,
    page: options.page ? pageAttributes(options.addresses) : null,
    shared: () => shared,
    started(span, parent: Context) {
      started++
      open.add(span)
      for (const processor of processors) {
        try {
          processor.onStart(span, parent)
        } catch (error) {
          report('onStart of a span processor threw.', error)
        }
      }
      if (startedHeard.size > 0 && isSampled(span)) events.emit('span_started', { span })
    },
    ended(span) {
      endedCount++
      const isKept = open.remove(span)
      for (const processor of processors) {
        try {
          processor.onEnd(span)
        } catch (error) {
          report('onEnd of a span processor threw.', error)
        }
      }
      if (isKept) keepOpen() // without this one, which leaves by itself now
      if (endedHeard.size > 0 && isSampled(span)) events.emit('span_ended', { span })
    },
  }

  const maker = new SpanMaker(host, { name: SDK_NAME, version: VERSION })
  const stops = onPage
    ? [
        onPageHide('collect', (final) => {
          if (final) open.endAll()
          keepOpen()
        }),
        onPageShown(() => open.forget()),
        options.debug ? debugSpans(events.on) : () => {},
        ...startPage(options, maker),
      ]
    : []
  let stopping: Promise<void> | null = null

  return {
    ...createApi(maker),
    getTracer(name, version) {
      if (typeof name !== 'string' || name === '') report('the name of a tracer must be a string that is not empty.')
      return new SpanMaker(host, { name: typeof name === 'string' ? name : '', version: version ?? null })
    },
    forceFlush: (timeoutMs) => all(processors, (processor) => processor.forceFlush(timeoutMs)),
    shutdown() {
      if (stopping) return stopping
      for (const stop of stops) guard('stopping', stop)
      open.forget()
      ended()
      stopping = all(processors, (processor) => processor.shutdown())
      return stopping
    },
    stats: () => ({
      started,
      ended: endedCount,
      queued: sum(processors, 'queued'),
      exported: sum(processors, 'exported'),
      stored: sum(processors, 'stored'),
      dropped: { ...dropped },
    }),
    clearOutbox() {
      open.changeUser()
      return all(processors, (processor) => processor.clearOutbox?.())
    },
    setAttributes(attributes) {
      guard('reading attributes', () => {
        if (isRecord(attributes)) shared = { ...shared, ...attributes }
        else ignored('attributes', 'an object of names and values')
      })
    },
    on: events.on,
  }
}

/** Hooks into the page; in this order undone. */
function startPage(options: ResolvedOptions, maker: SpanMaker): (() => void)[] {
  const stops: (() => void)[] = []
  const start = (doing: string, part: () => () => void) => {
    guard(doing, () => stops.unshift(part()))
  }
  start('following asynchronous work', () => startContext(options.context))
  const { fetch, xhr, load, errors, addresses } = options
  if (fetch) start('tracing fetch', () => traceFetch(createHttpSpans(maker, fetch)))
  if (xhr) start('tracing XMLHttpRequest', () => traceXhr(createHttpSpans(maker, xhr)))
  if (load) start('tracing the load of the page', () => traceLoad(maker, addresses))
  if (errors) start('recording uncaught errors', () => traceErrors(maker))
  return stops
}

function defaultProcessor({ exporter, batch }: ResolvedOptions): SpanProcessor {
  return new BatchSpanProcessor(new OTLPExporter(exporter), batch)
}

function samplerOf({ sampler }: ResolvedOptions) {
  return typeof sampler === 'number' ? parentBased(ratio(sampler)) : sampler
}

/** Runs all to their end; rejects with the first error, if any. */
function all(
  processors: readonly SpanProcessor[],
  job: (processor: SpanProcessor) => Promise<void> | undefined,
): Promise<void> {
  return outside(async () => {
    const results = await Promise.allSettled(processors.map(async (processor) => job(processor)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  })
}

function sum(processors: readonly SpanProcessor[], what: 'queued' | 'exported' | 'stored'): number {
  return guard('counting spans', () => processors.reduce((total, processor) => total + (processor[what] ?? 0), 0)) ?? 0
}
