import type { TimeRange } from './spanTree'
import type { ViewedSpan } from './viewedSpan'

const MIN_ZOOM = 0.001 // ms; below a microsecond the clocks of browsers say nothing

/** The time of one span with a little air on both sides; `null` where that is everything, or nothing. */
export function zoomTo(span: ViewedSpan, all: TimeRange): TimeRange | null {
  if (span.startTime === null) return null
  const end = span.endTime ?? all.to
  const air = Math.max((end - span.startTime) * 0.08, MIN_ZOOM)
  return clampZoom({ from: span.startTime - air, to: end + air }, all)
}

/** A dragged range, in either direction, cut to the trace; `null` where it is too short to mean anything, or everything. */
export function clampZoom(range: TimeRange, all: TimeRange): TimeRange | null {
  const from = Math.max(all.from, Math.min(range.from, range.to))
  const to = Math.min(all.to, Math.max(range.from, range.to))
  if (!(to - from >= MIN_ZOOM)) return null
  return from === all.from && to === all.to ? null : { from, to }
}
