import type { RefObject } from 'react'
import { useLayoutEffect, useState } from 'react'
import type { RowWindow } from '../model/rowWindow'
import { rowWindow } from '../model/rowWindow'

/** The rows of a scrolling list that can be seen, with some on either side, kept up to date. */
export function useRowWindow(list: RefObject<HTMLElement | null>, count: number, rowHeight: number): RowWindow {
  const [seen, setSeen] = useState<RowWindow>({ first: 0, end: 0 })

  useLayoutEffect(() => {
    const element = list.current
    if (!element) return
    const look = () => {
      const next = rowWindow(element.scrollTop, element.clientHeight, rowHeight, count)
      setSeen((before) => (before.first === next.first && before.end === next.end ? before : next))
    }
    look()
    element.addEventListener('scroll', look, { passive: true })
    const observer = new ResizeObserver(look)
    observer.observe(element)
    return () => {
      element.removeEventListener('scroll', look)
      observer.disconnect()
    }
  }, [list, count, rowHeight])

  return seen
}
