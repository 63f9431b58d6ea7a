import type { CSSProperties } from 'react'
import { memo, useEffect, useState } from 'react'
import { formatDuration } from '../model/formatDuration'
import { tracePath } from '../model/route'
import type { TraceSummary } from '../model/traceSummary'
import { Ago } from '../ui/Ago'
import { Icon } from '../ui/Icon'
import { InnerLink } from '../ui/InnerLink'
import { ServiceChip } from '../ui/ServiceChip'
import { serviceStyle } from '../ui/serviceStyle'

const CHIPS = 4 // more do not fit on a card

interface TraceRowProps {
  readonly id: string
  readonly trace: TraceSummary
  /** The longest duration in the list, in milliseconds: its bar is full. */
  readonly longest: number
  readonly active: boolean
  readonly fresh: boolean
  readonly onOpen: (traceId: string) => void
}

export const TraceRow = memo(function TraceRow({ id, trace, longest, active, fresh, onOpen }: TraceRowProps) {
  const [entering] = useState(fresh)
  const grown = useGrown(trace.spanCount)
  const share = longest > 0 ? Math.max(0, trace.duration ?? 0) / longest : 0
  const rest = trace.services.length - CHIPS
  return (
    <InnerLink
      id={id}
      className="trace-row"
      role="option"
      aria-selected={active}
      tabIndex={-1}
      href={tracePath(trace.traceId)}
      onFollow={() => onOpen(trace.traceId)}
      data-entering={entering || undefined}
      data-grown={grown || undefined}
      data-error={trace.errorCount > 0 || undefined}
      style={serviceStyle(trace.rootService)}
    >
      <span className="trace-name">
        {trace.rootName || <em>no name</em>}
        {trace.rootDetail && <span className="trace-detail"> {trace.rootDetail}</span>}
      </span>
      <span className="chips">
        {trace.services.slice(0, CHIPS).map((service) => (
          <ServiceChip key={service} service={service} />
        ))}
        {rest > 0 && <span className="quiet">+{rest}</span>}
      </span>
      <span className="trace-duration">
        <span className="meter" aria-hidden="true">
          <span style={{ '--share': share } as CSSProperties} />
        </span>
        <span className="number">{formatDuration(trace.duration)}</span>
      </span>
      <span className="trace-spans number">
        {trace.spanCount}
        <span className="unit"> {trace.spanCount === 1 ? 'span' : 'spans'}</span>
      </span>
      <span className="trace-errors number">
        {trace.errorCount > 0 && (
          <>
            <Icon name="error" />
            {trace.errorCount}
            <span className="unit"> {trace.errorCount === 1 ? 'error' : 'errors'}</span>
          </>
        )}
      </span>
      <span className="trace-time number">
        <Ago time={trace.startTime} />
      </span>
    </InnerLink>
  )
})

/** True for a moment after the count went up. */
function useGrown(count: number): boolean {
  const [seen, setSeen] = useState(count)
  useEffect(() => {
    if (seen === count) return
    const timer = setTimeout(() => setSeen(count), 900)
    return () => clearTimeout(timer)
  }, [seen, count])
  return count > seen
}
