import { monotonic } from '../lib/clock'
import { later } from '../lib/native'
import { onPageHide } from '../lib/pageLife'
import { guard } from '../lib/report'
import type { Span } from '../trace/span'
import { readableSpan } from './readableSpan'

/** A trace is written when none of its spans has ended for so long … */
const QUIET_MS = 300
/** … but not later than this after the first: what ends then makes a group of its own. */
const WRITE_AFTER_MS = 2000
const MAX_TRACES = 100 // that wait at once

interface Waiting {
  readonly spans: Span[]
  readonly since: number
  cancel: () => void
}

/** Where ended spans go when `debug` is on. */
export interface TraceConsole {
  add(span: Span): void
  /** Writes what waits, and is called by nobody any more. */
  stop(): void
}

/**
 * Writes spans to the console, a group for each trace, as a tree:
 *
 * ```
 * ▸ [telemetry] add to cart  532.1 ms, 3 spans, trace 0af7651916cd43dd8448eb211c80319c
 *     add to cart                              532.1 ms   at 0.0
 *       POST 201 https://shop.example/cart     210.4 ms   at 1.2
 *       GET 503 https://shop.example/price ✗    84.0 ms   at 212.9
 * ```
 *
 * Each line opens into the whole span.
 */
export function createTraceConsole(): TraceConsole {
  const traces = new Map<string, Waiting>()

  const write = (traceId: string) => {
    const trace = traces.get(traceId)
    traces.delete(traceId)
    trace?.cancel()
    if (trace) guard('writing spans to the console', () => writeTrace(trace.spans))
  }
  const writeAll = () => {
    for (const traceId of [...traces.keys()]) write(traceId)
  }
  const stopWatching = onPageHide('collect', writeAll)

  return {
    add(span) {
      const { traceId } = span
      const now = monotonic()
      const trace = traces.get(traceId) ?? { spans: [], since: now, cancel: () => {} }
      traces.set(traceId, trace)
      trace.spans.push(span)
      trace.cancel()
      trace.cancel = later(Math.min(QUIET_MS, trace.since + WRITE_AFTER_MS - now), () => write(traceId))
      if (traces.size > MAX_TRACES) write([...traces.keys()][0] as string)
    },
    stop() {
      stopWatching()
      writeAll()
    },
  }
}

type Line = readonly [depth: number, span: Span]

function writeTrace(spans: readonly Span[]): void {
  const lines = asTree(spans)
  const first = lines[0] as Line
  const start = Math.min(...spans.map(({ startTime }) => startTime))
  const end = Math.max(...spans.map(({ startTime, endTime }) => endTime ?? startTime))
  const title = `[telemetry] ${labelOf(first[1])}  ${milliseconds(end - start)}, `
  const trace = `trace ${first[1].traceId}`
  if (spans.length === 1) {
    console.log(title + trace, readableSpan(first[1]))
    return
  }
  const labels = lines.map(([depth, span]) => '  '.repeat(depth) + labelOf(span))
  const width = Math.max(...labels.map(({ length }) => length))
  console.groupCollapsed(`${title}${spans.length} spans, ${trace}`)
  try {
    lines.forEach(([, span], index) => {
      const duration = milliseconds((span.endTime ?? span.startTime) - span.startTime).padStart(12)
      const at = (span.startTime - start).toFixed(1)
      console.log(`${labels[index]?.padEnd(width)} ${duration}   at ${at}`, readableSpan(span))
    })
  } finally {
    console.groupEnd()
  }
}

/** Children below their parents, brothers by their beginning. */
function asTree(spans: readonly Span[]): Line[] {
  const latestFirst = [...spans].sort((one, other) => other.startTime - one.startTime)
  const children = new Map<string, Span[]>(spans.map(({ spanId }) => [spanId, []]))
  const isBelow = ({ parentSpanId }: Span) => parentSpanId !== null && children.has(parentSpanId)
  for (const span of latestFirst) if (isBelow(span)) children.get(span.parentSpanId as string)?.push(span)
  const lines: Line[] = []
  const rest: Line[] = latestFirst.filter((span) => !isBelow(span)).map((span) => [0, span])
  for (let line = rest.pop(); line; line = rest.pop()) {
    lines.push(line)
    const [depth, { spanId }] = line
    for (const child of children.get(spanId) ?? []) rest.push([depth + 1, child])
  }
  return lines
}

/** Its name, what a request asked for and was answered, and whether it failed. */
function labelOf({ name, attributes, status }: Span): string {
  const request = [attributes['http.response.status_code'], attributes['url.full']].filter(Boolean)
  const failed = status.code === 'error' ? ['✗', status.description].filter(Boolean) : []
  return [name, ...request, ...failed].join(' ')
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`
}
