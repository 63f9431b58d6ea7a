import { monotonic, sinceAnchor, TIMES, type TimeInput } from '../lib/clock'
import { guard, ignored, report } from '../lib/report'
import { AttributeList, type Attributes } from './attributes'
import { exceptionAttributes, noteRecorded } from './exception'
import type { SpanLimits } from './limits'
import type { InstrumentationScope, Resource } from './resource'
import {
  type Link,
  readSpanContext,
  type Span,
  type SpanContext,
  type SpanEvent,
  type SpanKind,
  type SpanStatus,
  type StatusCode,
  type StatusInput,
  TraceContext,
} from './span'

/** What all spans of one scope share. */
export interface SpanOwner {
  readonly resource: Resource
  readonly scope: InstrumentationScope
  readonly limits: SpanLimits
  ended(span: RecordingSpan): void
}

/** Who uses the page; what is theirs may not leave once they are gone. */
export interface SpanUser {
  isGone: boolean
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
  /** Whose it is. */
  user: SpanUser | null = null
  /** Neighbours in the list of open spans. */
  older: RecordingSpan | null = null
  newer: RecordingSpan | null = null

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

  get isForgotten(): boolean {
    return this.user?.isGone === true
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
    return this.change(() => this.attributeList().set(key, value))
  }

  override setAttributes(attributes: Attributes): this {
    return this.change(() => attributes && this.attributeList().setAll(attributes))
  }

  override addEvent(name: string, attributes?: Attributes | TimeInput, time?: TimeInput): this {
    return this.change(() => this.record(name, null, attributes, time))
  }

  override addLink(link: { readonly context: SpanContext; readonly attributes?: Attributes | undefined }): this {
    return this.change(() => {
      const context = readSpanContext(link?.context) // a copy: the caller's may change
      if (!context) return ignored('a link', 'to a span context with valid ids')
      const { limits } = this.owner
      const list = new AttributeList(limits.attributePerLinkCountLimit, limits.attributeValueLengthLimit)
      if (link.attributes) list.setAll(link.attributes)
      this.linkRecords ??= []
      const record = { context, attributes: list.toObject(), droppedAttributesCount: list.dropped }
      if (!pushLimited(this.linkRecords, record, limits.linkCountLimit)) this.droppedLinksCount++
    })
  }

  override addLinks(
    links: readonly { readonly context: SpanContext; readonly attributes?: Attributes | undefined }[],
  ): this {
    return this.change(() => {
      if (Array.isArray(links)) for (const link of links) this.addLink(link)
      else ignored('links', 'a list')
    })
  }

  override setStatus(status: StatusInput, description?: string): this {
    return this.change(() => {
      const given = typeof status === 'object' && status !== null ? status : { code: status, description }
      const code = typeof given.code === 'number' ? CODES[given.code] : given.code
      if (code === undefined || !CODES.includes(code)) return ignored('a status', "'unset', 'ok' or 'error'")
      if (code === 'unset' || this.status.code === 'ok') return
      const why = given.description ?? ('message' in given ? given.message : null) // OpenTelemetry's
      this.status = { code, description: code === 'error' && typeof why === 'string' ? why : null }
    })
  }

  override updateName(name: string): this {
    return this.change(() => {
      this.name = spanName(name)
    })
  }

  override recordException(error: unknown, attributes?: Attributes | TimeInput, time?: TimeInput): void {
    this.change(() => {
      this.record('exception', exceptionAttributes(error), attributes, time)
      noteRecorded(error)
    })
  }

  override end(endTime?: TimeInput): void {
    if (this.endOffset !== null) {
      report('a span was ended twice; the first end counts.', this.name)
      return
    }
    let end = endTime === undefined ? monotonic() : (this.offset(endTime) ?? monotonic())
    if (end < this.startOffset) {
      if (endTime !== undefined) report('a span was ended before its start; its duration is 0.', this.name)
      end = this.startOffset
    }
    this.endOffset = end
    this.owner.ended(this)
  }

  /** How it would look if it ended now, with this attribute more; it itself goes on. */
  snapshot(key: string, value: string): Span {
    const copy = Object.create(this) as RecordingSpan
    copy.endOffset = Math.max(this.startOffset, monotonic())
    copy.list = new AttributeList(Infinity, Infinity)
    copy.list.setAll(this.attributes)
    copy.list.mark(key, value)
    copy.list.dropped = this.droppedAttributesCount
    return copy
  }

  /** Ends with this attribute more. */
  endMarked(key: string, value: string): void {
    this.attributeList().mark(key, value)
    this.end()
  }

  /** Adds an event: a time may stand where the caller's attributes do. */
  private record(
    name: string,
    own: Attributes | null,
    given: Attributes | TimeInput | undefined,
    givenTime: TimeInput | undefined,
  ): void {
    const { limits } = this.owner
    const list = new AttributeList(limits.attributePerEventCountLimit, limits.attributeValueLengthLimit)
    const [attributes, time] = isTime(given) ? [null, given] : [given, givenTime]
    if (own) list.setAll(own)
    if (attributes) list.setAll(attributes)
    this.eventRecords ??= []
    const event = new EventRecord(spanName(name), this.anchor, this.offset(time) ?? monotonic(), list)
    if (!pushLimited(this.eventRecords, event, limits.eventCountLimit)) this.droppedEventsCount++
  }

  /** Runs `work`, which reads what the page gave, while the span is open. */
  private change(work: () => unknown): this {
    if (this.endOffset === null) guard('changing a span', work)
    else report('a span was changed after its end; the change is ignored.', this.name)
    return this
  }

  private attributeList(): AttributeList {
    const { attributeCountLimit, attributeValueLengthLimit } = this.owner.limits
    this.list ??= new AttributeList(attributeCountLimit, attributeValueLengthLimit)
    return this.list
  }

  private offset(time: TimeInput | undefined): number | null {
    if (time === undefined) return null
    const offset = sinceAnchor(time, this.anchor)
    if (offset === null) ignored('a time', TIMES)
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
  report('a name must be a string; anything else is turned into one.')
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
