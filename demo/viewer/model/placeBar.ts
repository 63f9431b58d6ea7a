import type { TimeRange } from './spanTree'
import type { ViewedSpan } from './viewedSpan'

/** Where a span's bar stands, in percent of the visible time. */
interface BarPlace {
  readonly left: number
  readonly width: number
  /** The span has no end: its bar runs to the end of the trace and fades. */
  readonly unfinished: boolean
}

/** `null` for a span without a start, or one that lies outside of the visible time. */
export function placeBar(span: ViewedSpan, view: TimeRange, traceEnd: number): BarPlace | null {
  if (span.startTime === null) return null
  const unfinished = span.endTime === null
  const start = percentAt(span.startTime, view)
  const end = percentAt(span.endTime ?? Math.max(traceEnd, span.startTime), view)
  if (end < 0 || start > 100) return null
  const left = Math.max(0, start)
  const right = Math.min(100, end)
  return { left, width: right - left, unfinished }
}

/** The place of a moment, in percent of the visible time; 0 where no time is visible at all. */
export function percentAt(time: number, view: TimeRange): number {
  const length = view.to - view.from
  return length > 0 ? ((time - view.from) / length) * 100 : 0
}
