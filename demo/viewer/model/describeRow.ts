import { formatDuration } from './formatDuration'
import { spanDetail } from './spanDetail'
import type { SpanNode } from './spanTree'

/** A row of the waterfall in one sentence, for a screen reader. */
export function describeRow(node: SpanNode, traceStart: number): string {
  const { span } = node
  const parts = [
    [span.name || 'no name', spanDetail(span)].filter(Boolean).join(' '),
    span.service || 'unknown service',
    span.endTime === null ? 'no end' : `took ${formatDuration(span.duration)}`,
  ]
  if (span.startTime !== null) parts.push(`started at ${formatDuration(span.startTime - traceStart)}`)
  if (span.status.code === 'error') parts.push('error')
  if (span.events.length > 0) parts.push(`${span.events.length} ${span.events.length === 1 ? 'event' : 'events'}`)
  if (node.adrift) parts.push(node.adrift)
  return parts.join(', ')
}
