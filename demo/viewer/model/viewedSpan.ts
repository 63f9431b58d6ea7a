import { readAttributes, readCount, readId, readNumber, readText, readUnixNano } from './readField'

interface ViewedEvent {
  readonly name: string
  /** Milliseconds since the epoch; `null` where unknown. */
  readonly time: number | null
  readonly attributes: ReadonlyMap<string, unknown>
}

interface ViewedLink {
  readonly traceId: string
  readonly spanId: string
  readonly attributes: ReadonlyMap<string, unknown>
}

/** A span as the viewer draws it: every field is there, and what could not be read is `null` or empty. */
export interface ViewedSpan {
  /** Unique in its trace: the span id, with a number behind it where a trace has one id twice. */
  readonly key: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly name: string
  readonly kind: string
  readonly service: string
  readonly scope: { readonly name: string; readonly version: string }
  readonly resource: ReadonlyMap<string, unknown>
  readonly startTime: number | null
  /** `null` where the span has no end; never before `startTime`. */
  readonly endTime: number | null
  /** As the span tells it: negative where a clock was set back while it ran. */
  readonly duration: number | null
  readonly attributes: ReadonlyMap<string, unknown>
  readonly events: readonly ViewedEvent[]
  readonly links: readonly ViewedLink[]
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string }
  readonly traceState: string
  readonly dropped: { readonly attributes: number; readonly events: number; readonly links: number }
  /** The span as the collector sent it, for copying. */
  readonly raw: unknown
}

/** Reads the spans of one trace from JSON of unknown shape; what is not a span at all is left out. */
export function readSpans(json: unknown): ViewedSpan[] {
  const list = (json as { spans?: unknown } | null)?.spans
  if (!Array.isArray(list)) return []
  const taken = new Set<string>()
  const spans: ViewedSpan[] = []
  for (const item of list) {
    if (typeof item !== 'object' || item === null) continue
    const from = item as Record<string, unknown>
    const spanId = readId(from['spanId']) ?? '(no id)'
    const key = freeKey(spanId, taken)
    taken.add(key)
    spans.push(readSpan(from, spanId, key))
  }
  return spans
}

function freeKey(spanId: string, taken: ReadonlySet<string>): string {
  let key = spanId
  for (let i = 2; taken.has(key); i++) key = `${spanId}~${i}`
  return key
}

function readSpan(from: Record<string, unknown>, spanId: string, key: string): ViewedSpan {
  const scope = readAttributes(from['scope'])
  return {
    key,
    traceId: readText(from['traceId']),
    spanId,
    parentSpanId: readId(from['parentSpanId']),
    name: readText(from['name']),
    kind: readText(from['kind']) || 'unspecified',
    service: readText(from['service']),
    scope: { name: readText(scope.get('name')), version: readText(scope.get('version')) },
    resource: readAttributes(from['resource']),
    ...readTimes(from),
    attributes: readAttributes(from['attributes']),
    events: readList(from['events'], readEvent),
    links: readList(from['links'], readLink),
    status: readStatus(from['status']),
    traceState: readText(from['traceState']),
    dropped: {
      attributes: readCount(from['droppedAttributesCount']),
      events: readCount(from['droppedEventsCount']),
      links: readCount(from['droppedLinksCount']),
    },
    raw: from,
  }
}

function readTimes(from: Record<string, unknown>): Pick<ViewedSpan, 'startTime' | 'endTime' | 'duration'> {
  const startTime = positive(readNumber(from['startTime'])) ?? readUnixNano(from['startTimeUnixNano'])
  const endNano = from['endTimeUnixNano']
  // Zero is how OTLP says "not set": a duration beside it would be counted from the year 1970.
  const noEnd = endNano === '0' || endNano === 0 || endNano === null
  const duration = noEnd ? null : (readNumber(from['duration']) ?? durationOf(startTime, readUnixNano(endNano)))
  const endTime = startTime === null || duration === null ? null : startTime + Math.max(0, duration)
  return { startTime, endTime, duration }
}

function durationOf(start: number | null, end: number | null): number | null {
  return start === null || end === null ? null : end - start
}

function positive(time: number | null): number | null {
  return time !== null && time > 0 ? time : null
}

function readEvent(from: Record<string, unknown>): ViewedEvent {
  return {
    name: readText(from['name']),
    time: positive(readNumber(from['time'])),
    attributes: readAttributes(from['attributes']),
  }
}

function readLink(from: Record<string, unknown>): ViewedLink {
  return {
    traceId: readText(from['traceId']),
    spanId: readText(from['spanId']),
    attributes: readAttributes(from['attributes']),
  }
}

function readStatus(value: unknown): ViewedSpan['status'] {
  const from = readAttributes(value)
  const code = from.get('code')
  return { code: code === 'ok' || code === 'error' ? code : 'unset', message: readText(from.get('message')) }
}

function readList<T>(value: unknown, read: (from: Record<string, unknown>) => T): T[] {
  if (!Array.isArray(value)) return []
  return value.filter((item) => typeof item === 'object' && item !== null).map((item) => read(item))
}
