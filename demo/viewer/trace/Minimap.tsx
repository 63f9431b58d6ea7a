import { memo, useMemo } from 'react'
import { useRangeDrag } from '../hooks/useRangeDrag'
import { minimapPaths } from '../model/minimapPaths'
import { percentAt } from '../model/placeBar'
import type { SpanTree, TimeRange } from '../model/spanTree'
import { serviceStyle } from '../ui/serviceStyle'

interface MinimapProps {
  readonly tree: SpanTree
  readonly view: TimeRange
  readonly onZoom: (zoom: TimeRange | null) => void
}

/** All spans at one glance; dragging over it zooms. The keyboard zooms with `z`. */
export function Minimap({ tree, view, onZoom }: MinimapProps) {
  const { handlers, selection } = useRangeDrag(tree.range, tree.range, onZoom)
  const from = percentAt(view.from, tree.range)
  const to = percentAt(view.to, tree.range)
  return (
    <div className="minimap" aria-hidden="true" title="Drag to zoom" {...handlers}>
      <MinimapPicture tree={tree} />
      {to - from < 100 && (
        <>
          <span className="shade" style={{ left: 0, width: `${from}%` }} />
          <span className="shade" style={{ left: `${to}%`, right: 0 }} />
        </>
      )}
      {selection && (
        <span className="selection" style={{ left: `${selection.left * 100}%`, width: `${selection.width * 100}%` }} />
      )}
    </div>
  )
}

const MinimapPicture = memo(function MinimapPicture({ tree }: { tree: SpanTree }) {
  const picture = useMemo(() => minimapPaths(tree), [tree])
  return (
    <svg viewBox={`0 0 100 ${picture.height}`} preserveAspectRatio="none" aria-hidden="true">
      {[...picture.byService].map(([service, path]) => (
        <path key={service} d={path} style={serviceStyle(service)} />
      ))}
      <path d={picture.errors} className="minimap-errors" />
    </svg>
  )
})
