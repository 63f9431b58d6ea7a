import { formatDuration } from '../model/formatDuration'
import { formatClock } from '../model/formatTime'
import { selfTime } from '../model/selfTime'
import type { SpanNode, SpanTree } from '../model/spanTree'

/** When, how long, and how much of it was the span's own. */
export function SpanFacts({ node, tree }: { node: SpanNode; tree: SpanTree }) {
  const { span } = node
  const own = selfTime(node)
  const whole = tree.range.to - tree.range.from
  return (
    <dl className="facts">
      <div>
        <dt>Duration</dt>
        <dd className="number">
          {formatDuration(span.duration)}
          {whole > 0 && span.duration !== null && <small>{percent(span.duration / whole)} of the trace</small>}
        </dd>
      </div>
      <div>
        <dt>Own time</dt>
        <dd className="number">
          {formatDuration(own)}
          <small>{node.children.length === 0 ? 'no children' : 'not in children'}</small>
        </dd>
      </div>
      <div>
        <dt>Start</dt>
        <dd className="number">
          {span.startTime === null ? '–' : after(span.startTime - tree.range.from)}
          <small>{formatClock(span.startTime)}</small>
        </dd>
      </div>
      <div>
        <dt>End</dt>
        <dd className="number">
          {span.endTime === null ? '–' : after(span.endTime - tree.range.from)}
          <small>{formatClock(span.endTime)}</small>
        </dd>
      </div>
    </dl>
  )
}

function after(ms: number): string {
  return ms > 0 ? `+${formatDuration(ms)}` : formatDuration(ms)
}

function percent(share: number): string {
  if (share > 0 && share < 0.001) return '< 0.1 %'
  return `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`
}
