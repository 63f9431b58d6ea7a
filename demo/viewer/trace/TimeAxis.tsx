import { useRangeDrag } from '../hooks/useRangeDrag'
import { percentAt } from '../model/placeBar'
import type { SpanTree, TimeRange } from '../model/spanTree'
import type { TimeTick } from '../model/timeTicks'

interface TimeAxisProps {
  readonly tree: SpanTree
  readonly view: TimeRange
  readonly ticks: readonly TimeTick[]
  readonly zoomed: boolean
  readonly onZoom: (zoom: TimeRange | null) => void
}

/** The scale over the rows, and the lines that run down from its ticks. */
export function TimeAxis({ tree, view, ticks, zoomed, onZoom }: TimeAxisProps) {
  const { handlers, selection } = useRangeDrag(view, tree.range, onZoom)
  return (
    <div className="time-axis">
      <div className="time-corner">
        {zoomed ? (
          <button
            type="button"
            className="button small"
            onClick={() => onZoom(null)}
            title="Show all of the time (Esc)"
          >
            Whole trace
          </button>
        ) : (
          <span className="quiet">Span</span>
        )}
      </div>
      <div className="time-scale" aria-hidden="true" title="Drag to zoom" {...handlers}>
        {ticks.map((tick) => (
          <span key={tick.time} className="tick" style={{ left: `${percentAt(tick.time + tree.range.from, view)}%` }}>
            {tick.label}
          </span>
        ))}
        <span className="cursor-time" />
        {selection && (
          <span
            className="selection"
            style={{ left: `${selection.left * 100}%`, width: `${selection.width * 100}%` }}
          />
        )}
      </div>
      <div className="grid-lines" aria-hidden="true">
        <div>
          {ticks.map((tick) => (
            <span key={tick.time} style={{ left: `${percentAt(tick.time + tree.range.from, view)}%` }} />
          ))}
          <span className="cursor" />
        </div>
      </div>
    </div>
  )
}
