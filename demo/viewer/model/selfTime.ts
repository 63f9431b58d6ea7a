import type { SpanNode } from './spanTree'

/** Milliseconds of a span in which none of its children ran; `null` for a span without usable times. */
export function selfTime(node: SpanNode): number | null {
  const { startTime, endTime } = node.span
  if (startTime === null || endTime === null) return null
  let own = endTime - startTime
  let covered = startTime
  for (const { span } of node.children) {
    // children are sorted by start, so what they cover grows from left to right
    if (span.startTime === null || span.endTime === null) continue
    const from = Math.max(span.startTime, covered)
    const to = Math.min(span.endTime, endTime)
    if (to <= from) continue
    own -= to - from
    covered = to
  }
  return Math.max(0, own)
}
