import type { TimeInput } from '../lib/clock'
import { isSpanId, isTraceId } from '../lib/ids'
import type { Attributes } from './attributes'
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
  /** True when `clearOutbox()` was called since it began: it is of a user who is gone, and is not to leave the page. */
  readonly isForgotten?: boolean | undefined
}

/** A status as `setStatus` takes it: our word, a {@link SpanStatus}, or OpenTelemetry's object with its number and `message`. */
export type StatusInput =
  | StatusCode
  | {
      readonly code: StatusCode | number
      readonly description?: string | null | undefined
      readonly message?: string | undefined
    }

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
  const text: unknown = typeof traceState === 'object' ? traceState?.serialize() : traceState
  return typeof text === 'string' ? text : null
}
