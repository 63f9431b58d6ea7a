import { useState } from 'react'
import { formatDuration } from '../model/formatDuration'
import { formatClock } from '../model/formatTime'
import type { ViewedSpan } from '../model/viewedSpan'
import { AttributeList } from './AttributeList'

const FIRST = 100 // events; the rest on demand

export function EventList({ span }: { span: ViewedSpan }) {
  const [whole, setWhole] = useState(false)
  const sorted = [...span.events].sort((a, b) => (a.time ?? 0) - (b.time ?? 0))
  const shown = whole ? sorted : sorted.slice(0, FIRST)
  return (
    <ol className="events">
      {shown.map((event, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events have no id, and never change places
        <li key={index} data-exception={event.name === 'exception' || undefined}>
          <p>
            <strong>{event.name || 'no name'}</strong>
            <span className="quiet number" title={formatClock(event.time)}>
              {event.time === null || span.startTime === null ? '–' : `+${formatDuration(event.time - span.startTime)}`}
            </span>
          </p>
          {event.attributes.size > 0 && <AttributeList attributes={event.attributes} />}
        </li>
      ))}
      {shown.length < sorted.length && (
        <li>
          <button type="button" className="button small" onClick={() => setWhole(true)}>
            All {sorted.length} events
          </button>
        </li>
      )}
    </ol>
  )
}
