import type { CSSProperties } from 'react'
import { useMemo } from 'react'
import { goToList } from '../hooks/useRoute'
import { formatDuration } from '../model/formatDuration'
import { formatClock } from '../model/formatTime'
import { listPath } from '../model/route'
import { serviceShares } from '../model/serviceShares'
import type { SpanTree } from '../model/spanTree'
import { mainRoot } from '../model/spanTree'
import { Ago } from '../ui/Ago'
import { CopyButton } from '../ui/CopyButton'
import { Icon } from '../ui/Icon'
import { InnerLink } from '../ui/InnerLink'
import { serviceStyle } from '../ui/serviceStyle'

export function TraceHeader({ traceId, tree }: { traceId: string; tree: SpanTree }) {
  const shares = useMemo(() => serviceShares(tree), [tree])
  const errors = shares.reduce((sum, share) => sum + share.errors, 0)
  const total = shares.reduce((sum, share) => sum + share.selfTime, 0)
  const { from, to } = tree.range
  const root = mainRoot(tree)?.span
  return (
    <header className="trace-header">
      <div className="trace-title">
        <InnerLink className="icon-button" href={listPath()} onFollow={goToList} aria-label="Back to all traces">
          <Icon name="back" />
        </InnerLink>
        <h1>{root?.name || 'no name'}</h1>
        <span className="trace-id">
          <code title={traceId}>{traceId}</code>
          <CopyButton text={traceId} what="trace id" />
        </span>
      </div>
      <dl className="totals">
        <Total name="Duration" value={formatDuration(to > 0 ? to - from : null)} />
        <Total name="Spans" value={String(tree.nodes.size)} />
        <Total name="Errors" value={String(errors)} bad={errors > 0} />
        <div>
          <dt>Started</dt>
          <dd>
            <span className="clock">{formatClock(from || null)}</span> <Ago time={from || null} />
          </dd>
        </div>
      </dl>
      <ul className="legend" aria-label="Services, and the time spent in each">
        {shares.map((share) => (
          <li key={share.service} style={serviceStyle(share.service)}>
            <span className="legend-name">{share.service || 'unknown service'}</span>
            <span className="quiet number">
              {share.spans} {share.spans === 1 ? 'span' : 'spans'} · {formatDuration(share.selfTime)}
            </span>
            <span className="legend-share" aria-hidden="true">
              <span style={{ '--share': total > 0 ? share.selfTime / total : 0 } as CSSProperties} />
            </span>
          </li>
        ))}
      </ul>
    </header>
  )
}

function Total({ name, value, bad = false }: { name: string; value: string; bad?: boolean }) {
  return (
    <div data-bad={bad || undefined}>
      <dt>{name}</dt>
      <dd className="number">{value}</dd>
    </div>
  )
}
