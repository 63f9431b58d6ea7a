// @ts-check
import { summarizeTrace } from './summarizeTrace.mjs'

/** @typedef {import('./contract').StoredSpan} StoredSpan */
/** @typedef {{ traceId: string, spans: Map<string, StoredSpan>, bytes: number, summary: import('./contract').TraceSummary | null }} Trace */

/**
 * The newest traces in bounded memory. Spans of one trace may come in many requests and in any order.
 * @param {{ maxTraces?: number, maxSpans?: number, maxBytes?: number }} [limits]
 * @returns {import('./contract').TraceStore}
 */
export function createTraceStore({ maxTraces = 500, maxSpans = 20_000, maxBytes = 128 * 1024 * 1024 } = {}) {
  /** @type {Map<string, Trace>} in order of arrival */
  const traces = new Map()
  /** @type {Set<(change: import('./contract').StoreChange) => void>} */
  const listeners = new Set()
  const total = { spans: 0, bytes: 0, duplicates: 0, evictedTraces: 0, refusedSpans: 0 }

  return {
    add(spans, bytes = 0) {
      /** @type {Set<string>} */
      const changed = new Set()
      for (const span of spans) if (addSpan(span, bytes / spans.length)) changed.add(span.traceId)
      for (const traceId of changed) if (traces.has(traceId)) emit({ type: 'trace', traceId })
    },
    list(limit = maxTraces) {
      const summaries = [...traces.values()].map(summarized)
      return summaries.sort((a, b) => b.startTime - a.startTime).slice(0, limit)
    },
    summary(traceId) {
      const trace = traces.get(traceId)
      return trace ? summarized(trace) : null
    },
    trace(traceId) {
      const trace = traces.get(traceId)
      return trace ? [...trace.spans.values()].sort(byStart) : null
    },
    spans: () => [...traces.values()].flatMap(({ spans }) => [...spans.values()]),
    clear() {
      traces.clear()
      total.spans = 0
      total.bytes = 0
      emit({ type: 'cleared' })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    stats() {
      const { spans, duplicates, evictedTraces, refusedSpans } = total
      return { traces: traces.size, spans, duplicates, evictedTraces, refusedSpans }
    },
  }

  /** @param {StoredSpan} span @param {number} bytes @returns {boolean} whether it is new */
  function addSpan(span, bytes) {
    const known = traces.get(span.traceId)
    if (known?.spans.has(span.spanId)) {
      total.duplicates++
      return false
    }
    if (!known && traces.size >= maxTraces) evictOldest(span.traceId)
    while (isFull(bytes) && evictOldest(span.traceId));
    if (isFull(bytes)) {
      total.refusedSpans++
      return false
    }
    const trace = known ?? { traceId: span.traceId, spans: new Map(), bytes: 0, summary: null }
    traces.set(span.traceId, trace)
    trace.spans.set(span.spanId, span)
    trace.bytes += bytes
    trace.summary = null
    total.spans++
    total.bytes += bytes
    return true
  }

  /** @param {number} bytes about to be added */
  function isFull(bytes) {
    return total.spans >= maxSpans || total.bytes + bytes > maxBytes
  }

  /** @param {string} keep the trace that must stay @returns {boolean} whether there was one to let go */
  function evictOldest(keep) {
    for (const { traceId, spans, bytes } of traces.values()) {
      if (traceId === keep) continue
      traces.delete(traceId)
      total.spans -= spans.size
      total.bytes -= bytes
      total.evictedTraces++
      return true
    }
    return false
  }

  /** @param {import('./contract').StoreChange} change */
  function emit(change) {
    for (const listener of listeners) listener(change)
  }
}

/** @param {Trace} trace */
function summarized(trace) {
  trace.summary ??= summarizeTrace(trace.traceId, trace.spans)
  return trace.summary
}

/** @param {StoredSpan} a @param {StoredSpan} b */
function byStart(a, b) {
  const [startA, startB] = [BigInt(a.startTimeUnixNano), BigInt(b.startTimeUnixNano)]
  return startA < startB ? -1 : startA > startB ? 1 : 0
}
