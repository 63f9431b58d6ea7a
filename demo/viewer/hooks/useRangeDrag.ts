import type { PointerEvent } from 'react'
import { useState } from 'react'
import type { TimeRange } from '../model/spanTree'
import { clampZoom } from '../model/zoomTo'

const MIN_DRAG = 4 // pixels; less is a click of an unsteady hand

/** Dragging over an element that shows `shown` selects a part of it; a double click takes everything. */
export function useRangeDrag(shown: TimeRange, all: TimeRange, onZoom: (zoom: TimeRange | null) => void) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)

  const share = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
  }
  const timeAt = (part: number) => shown.from + part * (shown.to - shown.from)

  const handlers = {
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0 || (event.target as Element).closest('button')) return
      event.currentTarget.setPointerCapture(event.pointerId)
      setDrag({ from: share(event), to: share(event) })
    },
    onPointerMove(event: PointerEvent) {
      if (drag) setDrag({ from: drag.from, to: share(event) })
    },
    onPointerUp(event: PointerEvent) {
      if (!drag) return
      setDrag(null)
      const pixels = Math.abs(share(event) - drag.from) * event.currentTarget.getBoundingClientRect().width
      const zoom = clampZoom({ from: timeAt(drag.from), to: timeAt(share(event)) }, all)
      if (pixels >= MIN_DRAG && zoom) onZoom(zoom)
    },
    onPointerCancel: () => setDrag(null),
    onDoubleClick: () => onZoom(null),
  }
  const selection = drag && { left: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) }
  return { handlers, selection }
}
