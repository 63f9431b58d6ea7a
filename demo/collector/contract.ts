// What the collector, its store and those who read them agree on. Types only: Node never loads this file.
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface CollectorOptions {
  /** Traces kept; the one that came first goes first. @default 500 */
  maxTraces?: number
  /** Spans kept over all traces. @default 20_000 */
  maxSpans?: number
  /** Largest body in bytes, as sent and as inflated. @default 16 MiB */
  maxBodyBytes?: number
  /**
   * Bytes of all bodies that are being read, over all connections, as sent and as inflated; what does not fit is answered 503, and may be
   * sent again. @default four times `maxBodyBytes`
   */
  maxUnfinishedBytes?: number
  /** Milliseconds that a body may take to arrive; then it is answered 408. @default 30_000 */
  bodyTimeout?: number
  /** Entries kept in `requests`. @default 1_000 */
  maxRequests?: number
  /** What browsers of other origins are told: their own origin, `*` (which beacons cannot use), or nothing. @default 'reflect' */
  cors?: 'reflect' | 'any' | 'none'
}

/** One request as it came. `status` 0 means that the sender went away before it was whole. */
export interface CollectorRequest {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly method: string
  readonly contentType: string | null
  /** The Content-Encoding header. */
  readonly encoding: string | null
  /** Size of the body as it was sent. */
  readonly bytes: number
  readonly status: number
  /** Spans in the body, those rejected included. */
  readonly spans: number
  readonly rejected: number
  /** The message of the answer, when it has one. */
  readonly message: string | null
  /** What the browser says about the transport: fetch metadata. Node clients send none. */
  readonly transportHint: { readonly mode: string | null; readonly site: string | null; readonly dest: string | null }
  readonly headers: IncomingMessage['headers']
}

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>

export interface Collector {
  /** Answers one request to `/v1/traces`. Never rejects. */
  handler(req: IncomingMessage, res: ServerResponse): Promise<void>
  readonly store: TraceStore
  /** The newest requests, oldest first, preflights (`method: 'OPTIONS'`) included. */
  readonly requests: readonly CollectorRequest[]
  /** The next `times` POST requests get this answer and their spans are not stored: a collector in trouble, for tests. */
  answerNext(answer: { status: number; headers?: Record<string, string>; message?: string }, times?: number): void
  /** Waits until `condition` gives something truthy; looked at now and after each request. Rejects after `timeoutMs` (5,000). */
  waitFor<T>(condition: () => T, timeoutMs?: number): Promise<Truthy<T>>
}

/** What a span holds after decoding: plain JSON, the same whether it came as JSON or as protobuf. */
export interface StoredSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly name: string
  readonly kind: 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  /** `service.name` of the resource, `unknown_service` without one. */
  readonly service: string
  readonly resource: PlainAttributes
  readonly scope: { readonly name: string; readonly version: string }
  /** Milliseconds since the epoch with fraction; exact in `startTimeUnixNano`. */
  readonly startTime: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  /** Milliseconds with fraction. */
  readonly duration: number
  readonly attributes: PlainAttributes
  readonly events: readonly StoredEvent[]
  readonly links: readonly StoredLink[]
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string }
  readonly flags: number
  readonly traceState: string
  readonly droppedAttributesCount: number
  readonly droppedEventsCount: number
  readonly droppedLinksCount: number
}

/** Integers beyond 2^53, `NaN` and infinities are strings, bytes are base64. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue }
type PlainAttributes = { readonly [key: string]: PlainValue }

interface StoredEvent {
  readonly name: string
  /** Milliseconds since the epoch with fraction. */
  readonly time: number
  readonly attributes: PlainAttributes
}

interface StoredLink {
  readonly traceId: string
  readonly spanId: string
  readonly attributes: PlainAttributes
}

export interface TraceSummary {
  readonly traceId: string
  /** The span without parent, else the earliest one whose parent is not here. */
  readonly rootName: string
  readonly rootService: string
  /** Its attributes, with those of its last exception: what tells it from others of its name. Texts are cut. */
  readonly rootAttributes: Readonly<Record<string, unknown>>
  readonly services: readonly string[]
  /** Milliseconds since the epoch with fraction. */
  readonly startTime: number
  /** From the first start to the last end, in milliseconds. */
  readonly duration: number
  readonly spanCount: number
  readonly errorCount: number
}

export type StoreChange = { readonly type: 'trace'; readonly traceId: string } | { readonly type: 'cleared' }

export interface TraceStore {
  /** `bytes` is the size of the body they came in: what is kept is bounded by it too. */
  add(spans: readonly StoredSpan[], bytes?: number): void
  /** Newest first. */
  list(limit?: number): TraceSummary[]
  summary(traceId: string): TraceSummary | null
  /** The spans of one trace by start time, or null. */
  trace(traceId: string): StoredSpan[] | null
  /** Every span, in order of arrival within its trace. */
  spans(): StoredSpan[]
  clear(): void
  /** Called after each `add` once for every trace that gained spans, and after `clear`. Returns its undo. */
  subscribe(listener: (change: StoreChange) => void): () => void
  /**
   * `duplicates`: spans that came a second time and were left out. `evictedTraces`: gone for newer ones.
   * `refusedSpans`: did not fit beside the rest of their own trace.
   */
  stats(): { traces: number; spans: number; duplicates: number; evictedTraces: number; refusedSpans: number }
}
