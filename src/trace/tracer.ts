import { active } from '../context/context'
import { type Context, SPAN_KEY, SpanContextMap } from '../context/frame'
import { anchorAt, monotonic, sinceAnchor, TIMES, type TimeInput } from '../lib/clock'
import { NO_SPAN_ID, NO_TRACE_ID, newSpanId, newTraceId, rootSpanId } from '../lib/ids'
import { readField } from '../lib/readField'
import { guard, ignored, report } from '../lib/report'
import type { Attributes } from './attributes'
import type { SpanLimits } from './limits'
import { RecordingSpan, type SpanOwner, spanName } from './recordingSpan'
import type { InstrumentationScope, Resource } from './resource'
import type { Sampler, SamplingDecision, SamplingResult } from './sampler'
import { readSpanContext, type SpanContext, type SpanKind, stateOf, TraceContext } from './span'

/** Whose child a new span is: a span, ids from elsewhere, a context, or `null` for nobody's. */
export type ParentInput = TraceContext | SpanContext | Context | null

/** How a span starts. */
export interface SpanOptions {
  /** Set from the beginning, so that samplers see them. */
  readonly attributes?: Attributes | undefined
  /** @default the current span; `null` starts a new trace */
  readonly parent?: ParentInput | undefined
  /** A word, or OpenTelemetry's number. @default 'internal' */
  readonly kind?: SpanKind | number | undefined
  /** Spans that this one refers to. @default none */
  readonly links?:
    | readonly { readonly context: SpanContext; readonly attributes?: Attributes | undefined }[]
    | undefined
  /** Epoch milliseconds, a `Date`, an `HrTime` or a `performance.now()` value. @default now */
  readonly startTime?: TimeInput | undefined
  /** `true` starts a new trace, whatever is current. @default false */
  readonly root?: boolean | undefined
}

/** Makes spans of one scope. */
export interface Tracer {
  /** Starts a span. It is not made current: `withSpan` does that. */
  startSpan(name: string, options?: SpanOptions): TraceContext
}

/** What a tracer needs from the telemetry that it belongs to. */
export interface TracerHost {
  readonly resource: Resource
  readonly limits: SpanLimits
  /** `null` on a server, which has no spans at all. */
  readonly sampler: Sampler | null
  /** Attributes that every new span gets. */
  shared(): Attributes | null
  started(span: RecordingSpan, parent: Context): void
  ended(span: RecordingSpan): void
  /** Milliseconds after the end of a trace's first span, from which work in its context begins a new trace. */
  readonly detachAfter: number
  /** Under which key of a context this telemetry keeps its current span. */
  readonly spanKey: symbol
  /** The span that `startSpan` gave last, while it was neither made current nor anybody's parent. */
  loose: TraceContext | null
  /** Of the page; set on every span before all others. */
  page: (() => Attributes | null) | null
  /** While the page loads: the span of what begins in none. */
  early: TraceContext | null
}

const KINDS: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer'] // OpenTelemetry's numbers
const NO_ATTRIBUTES: Attributes = {}
const NO_LINKS: readonly never[] = []
const DECISIONS: readonly SamplingDecision[] = ['drop', 'record', 'recordAndSample']
const KEEP: SamplingResult = { decision: 'recordAndSample' }
const SAMPLED = 1
const RANDOM_ID = 2

/** The span that is nobody's: what starts when no telemetry runs. */
export const NO_SPAN_AT_ALL: TraceContext = new TraceContext(NO_TRACE_ID, NO_SPAN_ID, 0, null)

/** Makes the spans of one scope of one telemetry. */
export class SpanMaker implements Tracer, SpanOwner {
  readonly resource: Resource
  readonly limits: SpanLimits

  constructor(
    readonly host: TracerHost,
    readonly scope: InstrumentationScope,
  ) {
    this.resource = host.resource
    this.limits = host.limits
  }

  /** The span that is current here, of this telemetry. */
  currentSpan(context: SpanContextMap = active()): TraceContext | null {
    const { spanKey } = this.host
    return spanKey === SPAN_KEY ? context.span : ((context.getValue(spanKey) as TraceContext | undefined) ?? null)
  }

  /** `context` with `span` as the current one of this telemetry. */
  contextWith(span: TraceContext | null, context: SpanContextMap = active()): SpanContextMap {
    const { spanKey, loose } = this.host
    if (span?.spanId === loose?.spanId) this.host.loose = null // also its ids, given as a parent
    if (spanKey === SPAN_KEY) return context.withSpan(span)
    return span ? context.setValue(spanKey, span) : context.deleteValue(spanKey)
  }

  /** Never throws: whatever becomes of the span, the page goes on. */
  startSpan(name: string, options?: SpanOptions | null, parent?: ParentInput): TraceContext {
    if (!this.host.sampler) return NO_SPAN_AT_ALL
    return guard('starting a span', () => this.start(name, options, parent)) ?? NO_SPAN_AT_ALL
  }

  private start(name: string, options?: SpanOptions | null, givenParent?: ParentInput): TraceContext {
    const now = monotonic()
    const given = (option: keyof SpanOptions) => (options ? readSpanOption(options, option) : undefined)
    const asked = given('root') === true ? null : givenParent === undefined ? given('parent') : givenParent
    const { early } = this.host
    const placed = asked !== undefined ? this.place(asked) : early && !this.currentSpan() ? this.place(early) : null
    const found = placed ? placed.parent : valid(this.currentSpan())
    const left = placed ? null : this.leftBehind(found, now)
    const parent = left ? null : found
    const context = placed ? placed.context : left ? this.contextWith(null) : active()
    const kind = kindOf(given('kind'))
    const traceId = parent?.traceId ?? newTraceId()
    const attributes = (given('attributes') as Attributes | undefined) ?? NO_ATTRIBUTES
    const links = given('links') as SpanOptions['links']
    const own = spanName(name)

    const sampled = this.sample(context, traceId, own, kind, attributes, links, parent)
    const { decision } = sampled
    const added = readField(sampled, 'attributes') as Attributes | undefined
    const traceState = readField(sampled, 'traceState') as string | null | undefined
    const spanId = parent ? newSpanId() : rootSpanId(traceId)
    const flags = (parent ? parent.traceFlags & RANDOM_ID : RANDOM_ID) | (decision === 'recordAndSample' ? SAMPLED : 0)
    const state = traceState === undefined ? (parent ? stateOf(parent) : null) : traceState
    if (decision === 'drop') return new TraceContext(traceId, spanId, flags, state)

    const isLocalChild = parent instanceof RecordingSpan
    const anchor = isLocalChild ? parent.anchor : anchorAt(now)
    const span = new RecordingSpan(
      this,
      traceId,
      spanId,
      flags,
      state,
      parent?.spanId ?? null,
      parent !== null && !isLocalChild && (parent as SpanContext).isRemote === true,
      own,
      kind,
      anchor,
      startOffset(given('startTime') as TimeInput | undefined, anchor, now),
      isLocalChild ? parent.localRoot : null,
    )
    if (left) span.addLink({ context: left })
    this.fill(span, attributes, added, links)
    this.host.started(span, context)
    return span
  }

  ended(span: RecordingSpan): void {
    this.host.ended(span)
  }

  private fill(
    span: RecordingSpan,
    attributes: Attributes,
    added: Attributes | undefined,
    links: SpanOptions['links'],
  ): void {
    const page = this.host.page?.()
    if (page) span.setAttributes(page)
    const shared = this.host.shared()
    if (shared) span.setAttributes(shared)
    if (attributes !== NO_ATTRIBUTES) span.setAttributes(attributes)
    if (added) span.setAttributes(added)
    if (links) span.addLinks(links)
  }

  /**
   * The span whose trace ended long ago here, though work goes on in its context (a poll, a socket): what starts now begins a
   * new trace that refers to it, so that no trace grows for hours.
   */
  private leftBehind(parent: TraceContext | SpanContext | null, now: number): RecordingSpan | null {
    if (!(parent instanceof RecordingSpan) || parent.endOffset === null) return null
    const rootEnd = parent.localRoot.endOffset
    // Both offsets are milliseconds since the page's origin, by the anchor of their trace.
    return rootEnd !== null && now - rootEnd > this.host.detachAfter ? parent : null
  }

  /** What the sampler says; one that fails keeps the span, so that nothing is lost. */
  private sample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: SpanOptions['links'],
    parent: SpanContext | null,
  ): SamplingResult {
    try {
      const result = this.host.sampler!.shouldSample(
        context,
        traceId,
        name,
        kind,
        attributes,
        links ?? NO_LINKS,
        parent,
      )
      const { decision } = result
      if (decision === 'recordAndSample' || decision === 'drop' || DECISIONS.includes(decision)) return result
      report(`the decision of a sampler must be one of ${DECISIONS.join(', ')}; the span is kept.`)
    } catch (error) {
      report('the sampler failed; the span is kept.', error)
    }
    return KEEP
  }

  /** Where a span starts whose parent was given: below that one, in a context that holds it. */
  private place(given: unknown): {
    readonly parent: TraceContext | SpanContext | null
    readonly context: SpanContextMap
  } {
    const read = guard('reading a parent', () => {
      if (given === null) return { parent: null, context: this.contextWith(null) }
      if (given instanceof SpanContextMap) return { parent: valid(this.currentSpan(given)), context: given }
      if (given instanceof TraceContext) return { parent: valid(given), context: this.contextWith(valid(given)) }
      const parent = readSpanContext(isContext(given) ? given.getValue(SPAN_KEY) : given)
      if (!parent) return null
      const span = new TraceContext(
        parent.traceId,
        parent.spanId,
        parent.traceFlags,
        parent.traceState as string | null,
      )
      return { parent, context: this.contextWith(span) }
    })
    if (read) return read
    ignored('a parent', 'a span, a span context with valid ids, a context or null')
    return { parent: null, context: this.contextWith(null) }
  }
}

function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && 'getValue' in value
}

function readSpanOption(options: SpanOptions, name: keyof SpanOptions): unknown {
  try {
    return readField(options, name)
  } catch (error) {
    report(`option \`${name}\` of a span could not be read; it is left out.`, error)
    return undefined
  }
}

function valid(span: TraceContext | null): TraceContext | null {
  return span === null || span.traceId === NO_TRACE_ID ? null : span
}

function kindOf(kind: unknown): SpanKind {
  if (kind === undefined) return 'internal'
  const word = (typeof kind === 'number' ? KINDS[kind] : kind) as SpanKind
  if (KINDS.includes(word)) return word
  ignored('a span kind', KINDS.join(', '))
  return 'internal'
}

function startOffset(startTime: TimeInput | undefined, anchor: number, now: number): number {
  if (startTime === undefined) return now
  const offset = sinceAnchor(startTime, anchor)
  if (offset !== null) return offset
  ignored('a startTime', TIMES)
  return now
}

/** The context for `what`: itself, or the current one with that span in it. */
export function contextFor(maker: SpanMaker, what: TraceContext | Context | null): SpanContextMap {
  const context = guard('reading a context', () => {
    if (what instanceof SpanContextMap) return what
    return what === null || what instanceof TraceContext ? maker.contextWith(what) : undefined
  })
  if (context) return context
  ignored('what withContext() is given', 'a span, a context or null')
  return active()
}
