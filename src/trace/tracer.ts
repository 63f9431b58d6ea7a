import { active } from '../context/context'
import { type Context, ROOT_CONTEXT, SPAN_KEY, SpanContextMap } from '../context/frame'
import { anchorAt, monotonic, sinceAnchor, type TimeInput } from '../lib/clock'
import { isSpanId, isTraceId, NO_SPAN_ID, NO_TRACE_ID, newSpanId, newTraceId } from '../lib/ids'
import { guard, report } from '../lib/report'
import { AttributeList, type Attributes } from './attributes'
import type { SpanLimits } from './limits'
import type { InstrumentationScope, Resource } from './resource'
import type { Sampler } from './sampler'
import {
  RecordingSpan,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanOwner,
  spanName,
  TraceContext,
} from './span'

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
  readonly sampler: Sampler
  /** Attributes that every new span gets. */
  shared(): Attributes | null
  started(span: RecordingSpan, parent: Context): void
  ended(span: Span): void
  /** Under which key of a context this telemetry keeps its current span. */
  readonly spanKey: symbol
}

const KINDS: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer'] // OpenTelemetry's numbers
const NO_OPTIONS: SpanOptions = {}
const NO_ATTRIBUTES: Attributes = {}
const NO_LINKS: readonly never[] = []
const SAMPLED = 1
const RANDOM_ID = 2

/** The span that is nobody's: what starts when no telemetry runs. */
export const NO_SPAN_AT_ALL: TraceContext = new TraceContext(NO_TRACE_ID, NO_SPAN_ID, 0, null)

/** Makes the spans of one scope of one telemetry. */
export class SpanMaker implements Tracer, SpanOwner {
  readonly resource: Resource
  readonly limits: SpanLimits

  constructor(
    private readonly host: TracerHost,
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
    const { spanKey } = this.host
    if (spanKey === SPAN_KEY) return context.withSpan(span)
    return span ? context.setValue(spanKey, span) : context.deleteValue(spanKey)
  }

  startSpan(name: string, options: SpanOptions = NO_OPTIONS): TraceContext {
    const context = options.parent instanceof SpanContextMap ? options.parent : active()
    const parent = options.root ? null : this.parentOf(options.parent, context)
    const kind = kindOf(options.kind)
    const traceId = parent?.traceId ?? newTraceId()
    const attributes = options.attributes ?? NO_ATTRIBUTES
    const own = typeof name === 'string' ? name : spanName(name)

    const {
      decision,
      attributes: added,
      traceState,
    } = this.host.sampler.shouldSample(context, traceId, own, kind, attributes, options.links ?? NO_LINKS, parent)
    const spanId = newSpanId()
    const flags = (parent ? parent.traceFlags & RANDOM_ID : RANDOM_ID) | (decision === 'recordAndSample' ? SAMPLED : 0)
    const state = traceState === undefined ? (parent ? stateOf(parent) : null) : traceState
    if (decision === 'drop') return new TraceContext(traceId, spanId, flags, state)

    const now = monotonic()
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
      startOffset(options.startTime, anchor, now),
    )
    this.fill(span, attributes, added, options.links)
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
    const shared = this.host.shared()
    if (attributes !== NO_ATTRIBUTES || shared || added) {
      const list = new AttributeList(this.limits.attributeCountLimit, this.limits.attributeValueLengthLimit)
      if (shared) list.setAll(shared)
      if (attributes) list.setAll(attributes)
      if (added) list.setAll(added)
      span.list = list
    }
    if (links) guard('reading the links of a span', () => span.addLinks(links))
  }

  private parentOf(parent: ParentInput | undefined, context: SpanContextMap): TraceContext | SpanContext | null {
    if (parent === null) return null
    if (parent === undefined || parent instanceof SpanContextMap) return valid(this.currentSpan(context))
    if (parent instanceof TraceContext) return valid(parent)
    return readParent(parent)
  }
}

function readParent(parent: SpanContext | Context | { spanContext(): SpanContext }): SpanContext | null {
  if ('getValue' in parent) {
    const span = parent.getValue(SPAN_KEY) as { spanContext(): SpanContext } | undefined
    return span ? readSpanContext(span) : null
  }
  const context = readSpanContext(parent)
  if (!context) report('a parent is a span, a span context with valid ids, a context or null; a new trace is started.')
  return context
}

/** The ids in whatever refers to a span, or `null` when they are not valid. */
export function readSpanContext(from: unknown): SpanContext | null {
  if (typeof from !== 'object' || from === null) return null
  const { spanContext } = from as { spanContext?: () => SpanContext }
  const context = typeof spanContext === 'function' ? spanContext.call(from) : (from as SpanContext)
  if (!isTraceId(context.traceId) || !isSpanId(context.spanId)) return null
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    traceFlags: Number(context.traceFlags) & 0xff,
    traceState: stateOf(context),
    isRemote: context.isRemote,
  }
}

function stateOf(context: { readonly traceState?: SpanContext['traceState'] }): string | null {
  const { traceState } = context
  return typeof traceState === 'object' && traceState !== null ? traceState.serialize() : (traceState ?? null)
}

function valid(span: TraceContext | null): TraceContext | null {
  return span === null || span.traceId === NO_TRACE_ID ? null : span
}

function kindOf(kind: SpanKind | number | undefined): SpanKind {
  if (kind === undefined) return 'internal'
  const word = typeof kind === 'number' ? KINDS[kind] : kind
  if (word !== undefined && KINDS.includes(word)) return word
  report(`a span kind is one of ${KINDS.join(', ')}; 'internal' is taken.`)
  return 'internal'
}

function startOffset(startTime: TimeInput | undefined, anchor: number, now: number): number {
  if (startTime === undefined) return now
  const offset = sinceAnchor(startTime, anchor)
  if (offset !== null) return offset
  report(
    'a startTime is epoch milliseconds, a Date, [seconds, nanoseconds] or performance.now(); now is taken instead.',
  )
  return now
}

/** The context for `what`: itself, or the current one with that span in it. */
export function contextFor(maker: SpanMaker | null, what: TraceContext | Context | null): SpanContextMap {
  if (what instanceof SpanContextMap) return what
  if (what === null) return maker ? maker.contextWith(null) : ROOT_CONTEXT
  if (what instanceof TraceContext) return maker ? maker.contextWith(what) : active().withSpan(what)
  report('withContext(span, fn) takes a span, a context or null; the current context stays.')
  return active()
}
