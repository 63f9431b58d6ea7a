// @ts-check
/** @typedef {import('./contract').StoredSpan} StoredSpan */

/**
 * @param {string} traceId
 * @param {ReadonlyMap<string, StoredSpan>} spans by span id, at least one
 * @returns {import('./contract').TraceSummary}
 */
export function summarizeTrace(traceId, spans) {
  const all = [...spans.values()]
  const first = all.reduce((a, b) => (startOf(b) < startOf(a) ? b : a))
  const last = all.reduce((a, b) => (endOf(b) > endOf(a) ? b : a))
  const root = earliest(all.filter((span) => !span.parentSpanId))
  const orphan = earliest(all.filter((span) => span.parentSpanId && !spans.has(span.parentSpanId)))
  const shown = root ?? orphan ?? first // the last of these only when spans name each other as parents
  return {
    traceId,
    rootName: shown.name,
    rootService: shown.service,
    rootAttributes: tellingAttributes(shown),
    services: [...new Set([shown.service, ...all.map((span) => span.service)])],
    startTime: first.startTime,
    duration: Number(endOf(last) - startOf(first)) / 1e6,
    spanCount: all.length,
    errorCount: all.filter((span) => span.status.code === 'error').length,
  }
}

const MOST_ATTRIBUTES = 32
const LONGEST_TEXT = 400

/**
 * Of one line of a list, so not all of a large span.
 * @param {StoredSpan} span
 */
function tellingAttributes({ attributes, events }) {
  const exception = events.findLast(({ name }) => name === 'exception')?.attributes ?? {}
  const entries = Object.entries({ ...attributes, 'exception.message': exception['exception.message'] })
  return Object.fromEntries(
    entries
      .filter(([, value]) => typeof value === 'string')
      .slice(-MOST_ATTRIBUTES)
      .map(([key, value]) => [key, String(value).slice(0, LONGEST_TEXT)]),
  )
}

/** @param {StoredSpan[]} spans */
function earliest(spans) {
  return spans.length > 0 ? spans.reduce((a, b) => (startOf(b) < startOf(a) ? b : a)) : null
}

/** @param {StoredSpan} span */
const startOf = (span) => BigInt(span.startTimeUnixNano)

/** @param {StoredSpan} span */
const endOf = (span) => BigInt(span.endTimeUnixNano)
