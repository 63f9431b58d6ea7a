import { formatDuration } from './formatDuration'
import type { SpanNode } from './spanTree'

/** What is odd about a span, in sentences for the reader. */
export function spanNotes(node: SpanNode): string[] {
  const { span, parent, adrift } = node
  const notes: string[] = []
  if (adrift === 'parent missing') {
    notes.push(`Its parent ${span.parentSpanId} is not in this trace: not sampled, not sent, or not yet arrived.`)
  }
  if (adrift === 'circular parents') notes.push('Its parents lead back to itself. The circle is cut here.')
  if (span.startTime === null) notes.push('It has no usable start time, so it has no bar.')
  else if (span.endTime === null) notes.push('It has no end.')
  if (span.duration !== null && span.duration < 0) notes.push('It ends before it starts: a clock was set back.')
  const early = headStart(node)
  if (parent && early > 0) {
    const other = parent.span.service === span.service ? '' : ': the clocks of two machines differ'
    notes.push(`It starts ${formatDuration(early)} before its parent${other}.`)
  }
  return notes
}

function headStart({ span, parent }: SpanNode): number {
  if (!parent || span.startTime === null || parent.span.startTime === null) return 0
  const early = parent.span.startTime - span.startTime
  return early > CLOCK_GRAIN ? early : 0
}

const CLOCK_GRAIN = 0.1 // ms; browsers round their clock to this
