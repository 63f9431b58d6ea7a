import type { PointerEvent, RefObject } from 'react'
import { formatDuration } from '../model/formatDuration'
import type { TimeRange } from '../model/spanTree'

/**
 * Keeps `--cursor` (0 to 1 over the visible time) and the text of `.cursor-time` under the mouse. Straight to the
 * elements: a mouse moves too often to draw the rows anew each time.
 */
export function useTimeCursor(frame: RefObject<HTMLElement | null>, view: TimeRange, zero: number) {
  return {
    onPointerMove(event: PointerEvent) {
      const scale = frame.current?.querySelector('.time-scale')
      if (!frame.current || !scale || event.pointerType === 'touch') return
      const box = scale.getBoundingClientRect()
      const at = (event.clientX - box.left) / box.width
      const inside = at >= 0 && at <= 1
      frame.current.toggleAttribute('data-cursor', inside)
      if (!inside) return
      frame.current.style.setProperty('--cursor', String(at))
      const label = frame.current.querySelector('.cursor-time')
      if (label) label.textContent = formatDuration(view.from - zero + at * (view.to - view.from))
    },
    onPointerLeave() {
      frame.current?.removeAttribute('data-cursor')
    },
  }
}
