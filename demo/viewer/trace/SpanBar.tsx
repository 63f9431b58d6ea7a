import { formatDuration } from '../model/formatDuration'
import { percentAt, placeBar } from '../model/placeBar'
import type { TimeRange } from '../model/spanTree'
import type { ViewedSpan } from '../model/viewedSpan'

const MAX_MARKS = 60 // more on one bar are a smear anyway

interface SpanBarProps {
  readonly span: ViewedSpan
  readonly view: TimeRange
  readonly traceTo: number
}

export function SpanBar({ span, view, traceTo }: SpanBarProps) {
  const place = placeBar(span, view, traceTo)
  if (!place) {
    return (
      <div className="lane">{span.startTime === null && <span className="bar-label lost">no start time</span>}</div>
    )
  }
  return (
    <div className="lane">
      <span
        className="bar"
        data-unfinished={place.unfinished || undefined}
        style={{ left: `${place.left}%`, width: `${place.width}%` }}
      />
      {span.events.slice(0, MAX_MARKS).map((event, index) => {
        const at = event.time === null ? -1 : percentAt(event.time, view)
        if (at < 0 || at > 100) return null
        return (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: events have no id, and never change places
            key={index}
            className="mark"
            data-exception={event.name === 'exception' || undefined}
            style={{ left: `${at}%` }}
            title={event.name}
          />
        )
      })}
      <span className="bar-label number" style={{ left: `${place.left + place.width}%` }}>
        {place.unfinished ? 'no end' : formatDuration(span.duration)}
      </span>
    </div>
  )
}
