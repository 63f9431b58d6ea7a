import { monotonic, sinceAnchor, type TimeInput } from '../lib/clock'
import { isSpanId, isTraceId } from '../lib/ids'
import { guard, report } from '../lib/report'
import { AttributeList, type Attributes } from './attributes'
import { exceptionAttributes } from './exception'
import type { SpanLimits } from './limits'
import type { InstrumentationScope, Resource } from './resource'

/** What a span is in its trace ([SpanKind](https://opentelemetry.io/docs/specs/otel/trace/api/#spankind)). */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'

/** How the work ended. `ok` is final, `error` beats `unset`. */
export type StatusCode = 'unset' | 'ok' | 'error'

/** How a span's work ended, and why it failed. */
export interface SpanStatus {
  /** `unset` until somebody says. */
  readonly code: StatusCode
  /** Kept for `error` only. */
  readonly description: string | null
}

/** What other processes and other libraries know of a span (OpenTelemetry's SpanContext). */
export interface SpanContext {
  /** 32 lowercase hex digits. */
  readonly traceId: string
  /** 16 lowercase hex digits. */
  readonly spanId: string
  /** Bit 0: sampled; bit 1: the trace id is random (Trace Context, level 2). */
  readonly traceFlags: number
  /** The `tracestate` header, or an object that can serialise itself. */
  readonly traceState?: string | { serialize(): string } | null | undefined
  /** True when it came from another process. */
  readonly isRemote?: boolean | undefined
}

/** Something that happened at a moment of a span. */
export interface SpanEvent {
  /** What happened. */
  readonly name: string
  /** Milliseconds since the Unix epoch, with fraction. */
  readonly time: number
  /** What is known of it. */
  readonly attributes: Attributes
  /** Attributes past the limit. */
  readonly droppedAttributesCount: number
}

/** A reference to another span, of this trace or of another one. */
export interface Link {
  /** The other span. */
  readonly context: SpanContext
  /** What is known of the relation. */
  readonly attributes: Attributes
  /** Attributes past the limit. */
  readonly droppedAttributesCount: number
}

/** An ended span, as processors and exporters read it. */
export interface Span {
  /** 32 lowercase hex digits. */
  readonly traceId: string
  /** 16 lowercase hex digits. */
  readonly spanId: string
  /** `null` for the root of a trace. */
  readonly parentSpanId: string | null
  /** What was done. */
  readonly name: string
  /** What the span is in its trace. */
  readonly kind: SpanKind
  /** Milliseconds since the Unix epoch, with fraction. */
  readonly startTime: number
  /** Milliseconds since the Unix epoch, with fraction; `null` while the span is open. */
  readonly endTime: number | null
  /** A copy, made at each reading. */
  readonly attributes: Attributes
  /** Oldest first. */
  readonly events: readonly SpanEvent[]
  /** Oldest first. */
  readonly links: readonly Link[]
  /** How the work ended. */
  readonly status: SpanStatus
  /** Attributes past the limit. */
  readonly droppedAttributesCount: number
  /** Events that later ones pushed out. */
  readonly droppedEventsCount: number
  /** Links that later ones pushed out. */
  readonly droppedLinksCount: number
  /** Who sends. */
  readonly resource: Resource
  /** Which library made the span. */
  readonly scope: InstrumentationScope
  /** Bit 0: sampled; bit 1: the trace id is random. */
  readonly traceFlags: number
  /** The `tracestate` header of the trace, or `null`. */
  readonly traceState: string | null
  /** True when the parent is a span of another process. */
  readonly hasRemoteParent: boolean
}

/** A status as `setStatus` takes it: our word, or OpenTelemetry's object with its number. */
export type StatusInput = StatusCode | { readonly code: StatusCode | number; readonly message?: string | undefined }

/**
 * A span in the hand of who made it. It is by shape an `@opentelemetry/api` `Span` too.
 *
 * This class itself records nothing: it is the span that one gets when no telemetry runs or the trace is not sampled, so
 * that callers need no `if`. It still carries valid ids, which travel on to servers.
 */
export class TraceContext {
  constructor(
    /** 32 lowercase hex digits. */
    readonly traceId: string,
    /** 16 lowercase hex digits. */
    readonly spanId: string,
    /** Bit 0: sampled; bit 1: the trace id is random. */
    readonly traceFlags: number,
    /** The `tracestate` header of the trace, or `null`. */
    readonly traceState: string | null,
  ) {}

  /** The trace's id: 32 lowercase hex digits. */
  getTraceId(): string {
    return this.traceId
  }

  /** This span's id: 16 lowercase hex digits. */
  getSpanId(): string {
    return this.spanId
  }

  /** The ids and flags, as OpenTelemetry's `SpanContext`. */
  spanContext(): SpanContext {
    return { traceId: this.traceId, spanId: this.spanId, traceFlags: this.traceFlags, traceState: this.traceState }
  }

  /** True while what is set is kept: sampled, and not ended. */
  isRecording(): boolean {
    return false
  }

  /**
   * Sets one attribute; a second call for the same key overwrites. `null` and `undefined` are ignored, a value that cannot
   * be sent is reported once and left out ([Set Attributes](https://opentelemetry.io/docs/specs/otel/trace/api/#set-attributes)).
   */
  setAttribute(_key: string, _value: unknown): this {
    return this
  }

  /** Sets several attributes. */
  setAttributes(_attributes: Attributes): this {
    return this
  }

  /**
   * Records that something happened ([Add Events](https://opentelemetry.io/docs/specs/otel/trace/api/#add-events)).
   *
   * @param attributes - what is known of it; a time may stand here instead
   * @param time - when; default now
   */
  addEvent(_name: string, _attributes?: Attributes | TimeInput, _time?: TimeInput): this {
    return this
  }

  /** Refers to another span ([Add Link](https://opentelemetry.io/docs/specs/otel/trace/api/#add-link)). */
  addLink(_link: { readonly context: SpanContext; readonly attributes?: Attributes | undefined }): this {
    return this
  }

  /** Refers to several other spans. */
  addLinks(_links: readonly { readonly context: SpanContext; readonly attributes?: Attributes | undefined }[]): this {
    return this
  }

  /**
   * Says how the work ended. `ok` is final; `unset` is ignored; a description is kept for `error` only
   * ([Set Status](https://opentelemetry.io/docs/specs/otel/trace/api/#set-status)).
   */
  setStatus(_status: StatusInput, _description?: string): this {
    return this
  }

  /** Renames the span. A sampler has already seen the first name. */
  updateName(_name: string): this {
    return this
  }

  /**
   * Adds an `exception` event with type, message and stack, causes included
   * ([Record Exception](https://opentelemetry.io/docs/specs/otel/trace/exceptions/)). It does not set the status.
   */
  recordException(_error: unknown, _attributes?: Attributes | TimeInput, _time?: TimeInput): void {}

  /**
   * Ends the span and hands it to the processors. What comes after changes nothing; a second `end()` is reported once.
   *
   * @param endTime - epoch milliseconds, a `Date`, an `HrTime` or a `performance.now()` value; default now
   */
  end(_endTime?: TimeInput): void {}
}

/** What all spans of one scope share. */
export interface SpanOwner {
  readonly resource: Resource
  readonly scope: InstrumentationScope
  readonly limits: SpanLimits
  ended(span: RecordingSpan): void
}

const UNSET: SpanStatus = { code: 'unset', description: null }
const CODES: readonly StatusCode[] = ['unset', 'ok', 'error'] // OpenTelemetry's numbers
const NO_EVENTS: readonly SpanEvent[] = []
const NO_LINKS: readonly Link[] = []

/** The span that keeps what is set. One object from start to exporter: `Span` is its reading side. */
export class RecordingSpan extends TraceContext implements Span {
  kind: SpanKind
  status: SpanStatus = UNSET
  readonly localRoot: RecordingSpan
  /** Milliseconds from `anchor` to the start and to the end. */
  readonly startOffset: number
  endOffset: number | null = null
  /** The attributes as the encoders read them; `null` for none. */
  list: AttributeList | null = null
  private eventRecords: EventRecord[] | null = null
  private linkRecords: Link[] | null = null
  droppedEventsCount = 0
  droppedLinksCount = 0

  constructor(
    private readonly owner: SpanOwner,
    traceId: string,
    spanId: string,
    traceFlags: number,
    traceState: string | null,
    readonly parentSpanId: string | null,
    readonly hasRemoteParent: boolean,
    public name: string,
    kind: SpanKind,
    /** Epoch milliseconds (whole) that all times of this span count from. */
    readonly anchor: number,
    startOffset: number,
    /** The first span of this trace on this page; itself for a root. */
    localRoot: RecordingSpan | null,
  ) {
    super(traceId, spanId, traceFlags, traceState)
    this.kind = kind
    this.startOffset = startOffset
    this.localRoot = localRoot ?? this
  }

  get startTime(): number {
    return this.anchor + this.startOffset
  }

  get endTime(): number | null {
    return this.endOffset === null ? null : this.anchor + this.endOffset
  }

  get attributes(): Attributes {
    return this.list?.toObject() ?? {}
  }

  get events(): readonly EventRecord[] {
    return this.eventRecords ?? (NO_EVENTS as readonly EventRecord[])
  }

  get links(): readonly Link[] {
    return this.linkRecords ?? NO_LINKS
  }

  get droppedAttributesCount(): number {
    return this.list?.dropped ?? 0
  }

  get resource(): Resource {
    return this.owner.resource
  }

  get scope(): InstrumentationScope {
    return this.owner.scope
  }

  override isRecording(): boolean {
    return this.endOffset === null
  }

  override setAttribute(key: string, value: unknown): this {
    if (this.isOpen()) this.attributeList().set(key, value)
    return this
  }

  override setAttributes(attributes: Attributes): this {
    if (this.isOpen() && attributes) this.attributeList().setAll(attributes)
    return this
  }

  override addEvent(name: string, attributes?: Attributes | TimeInput, time?: TimeInput): this {
    if (isTime(attributes)) this.record(name, undefined, undefined, attributes)
    else this.record(name, attributes, undefined, time)
    return this
  }

  override addLink(link: { readonly context: SpanContext; readonly attributes?: Attributes | undefined }): this {
    if (!this.isOpen()) return this
    const context = guard('reading a link', () => readSpanContext(link.context)) // a copy: the caller's may change
    if (!context) {
      report('a link needs a span context with valid ids; it is left out.')
      return this
    }
    const { limits } = this.owner
    const list = new AttributeList(limits.attributePerLinkCountLimit, limits.attributeValueLengthLimit)
    if (link.attributes) list.setAll(link.attributes)
    this.linkRecords ??= []
    const record = { context, attributes: list.toObject(), droppedAttributesCount: list.dropped }
    if (!pushLimited(this.linkRecords, record, limits.linkCountLimit)) this.droppedLinksCount++
    return this
  }

  override addLinks(
    links: readonly { readonly context: SpanContext; readonly attributes?: Attributes | undefined }[],
  ): this {
    if (Array.isArray(links)) for (const link of links) this.addLink(link)
    else report('addLinks() takes a list of links; anything else is ignored.')
    return this
  }

  override setStatus(status: StatusInput, description?: string): this {
    if (!this.isOpen()) return this
    const { code: given, message } =
      typeof status === 'object' && status !== null ? status : { code: status, message: description }
    const code = typeof given === 'number' ? CODES[given] : given
    if (code === undefined || !CODES.includes(code)) {
      report("a status is 'unset', 'ok' or 'error'; another one is ignored.")
      return this
    }
    if (code === 'unset' || this.status.code === 'ok') return this
    this.status = { code, description: code === 'error' && typeof message === 'string' ? message : null }
    return this
  }

  override updateName(name: string): this {
    if (this.isOpen()) this.name = spanName(name)
    return this
  }

  override recordException(error: unknown, attributes?: Attributes | TimeInput, time?: TimeInput): void {
    const own = exceptionAttributes(error)
    if (isTime(attributes)) this.record('exception', own, undefined, attributes)
    else this.record('exception', own, attributes, time)
  }

  override end(endTime?: TimeInput): void {
    if (this.endOffset !== null) {
      report('a span was ended twice; the first end counts.', this.name)
      return
    }
    let end = endTime === undefined ? monotonic() : (this.offset(endTime) ?? monotonic())
    if (end < this.startOffset) {
      if (endTime !== undefined) report('a span was given an end before its start; it gets a duration of 0.', this.name)
      end = this.startOffset
    }
    this.endOffset = end
    this.owner.ended(this)
  }

  private record(
    name: string,
    attributes: Attributes | undefined,
    more: Attributes | undefined,
    time?: TimeInput,
  ): void {
    if (!this.isOpen()) return
    const { limits } = this.owner
    const list = new AttributeList(limits.attributePerEventCountLimit, limits.attributeValueLengthLimit)
    if (attributes) list.setAll(attributes)
    if (more) list.setAll(more)
    this.eventRecords ??= []
    const event = new EventRecord(spanName(name), this.anchor, this.offset(time) ?? monotonic(), list)
    if (!pushLimited(this.eventRecords, event, limits.eventCountLimit)) this.droppedEventsCount++
  }

  private isOpen(): boolean {
    if (this.endOffset === null) return true
    report('a span was changed after its end; the change is ignored.', this.name)
    return false
  }

  private attributeList(): AttributeList {
    const { attributeCountLimit, attributeValueLengthLimit } = this.owner.limits
    this.list ??= new AttributeList(attributeCountLimit, attributeValueLengthLimit)
    return this.list
  }

  private offset(time: TimeInput | undefined): number | null {
    if (time === undefined) return null
    const offset = sinceAnchor(time, this.anchor)
    if (offset === null)
      report('a time is epoch milliseconds, a Date, [seconds, nanoseconds] or performance.now(); now is taken instead.')
    return offset
  }
}

/** An event with its exact place on the span's clock. */
export class EventRecord implements SpanEvent {
  constructor(
    readonly name: string,
    readonly anchor: number,
    readonly offset: number,
    readonly list: AttributeList,
  ) {}

  get time(): number {
    return this.anchor + this.offset
  }

  get attributes(): Attributes {
    return this.list.toObject()
  }

  get droppedAttributesCount(): number {
    return this.list.dropped
  }
}

/** A name as a string, whatever was given. */
export function spanName(name: unknown): string {
  if (typeof name === 'string') return name
  report('a name is a string; another value is turned into one.')
  try {
    return String(name)
  } catch {
    return 'unnamed'
  }
}

function isTime(value: unknown): value is TimeInput {
  return typeof value === 'number' || Array.isArray(value) || value instanceof Date
}

/** Adds at the end; past the limit the oldest goes. False when something was dropped. */
function pushLimited<T>(items: T[], item: T, limit: number): boolean {
  if (limit > 0) items.push(item)
  if (items.length <= limit && limit > 0) return true
  items.splice(0, items.length - Math.max(0, limit))
  return false
}

/** The ids in whatever refers to a span, copied, or `null` when they are not valid. */
export function readSpanContext(from: unknown): SpanContext | null {
  if (typeof from !== 'object' || from === null) return null
  const { spanContext } = from as { spanContext?: () => SpanContext }
  const context = typeof spanContext === 'function' ? spanContext.call(from) : (from as SpanContext)
  if (!isTraceId(context?.traceId) || !isSpanId(context.spanId)) return null
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    traceFlags: Number(context.traceFlags) & 0xff,
    traceState: stateOf(context),
    isRemote: context.isRemote,
  }
}

/** The `tracestate` of a context as its header. */
export function stateOf(context: Pick<SpanContext, 'traceState'>): string | null {
  const { traceState } = context
  return typeof traceState === 'object' && traceState !== null ? traceState.serialize() : (traceState ?? null)
}
