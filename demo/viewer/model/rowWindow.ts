/** Rows `first` up to, not including, `end`. */
export interface RowWindow {
  readonly first: number
  readonly end: number
}

const MARGIN = 16 // rows beyond each edge, so that scrolling rarely shows a gap
const STEP = 8 // rows; the window moves in steps, not with every pixel

/** Which of `count` rows of equal height are worth drawing when this much of the list can be seen. */
export function rowWindow(scrollTop: number, visibleHeight: number, rowHeight: number, count: number): RowWindow {
  const firstSeen = Math.floor(Math.max(0, scrollTop) / rowHeight)
  const endSeen = Math.ceil((Math.max(0, scrollTop) + visibleHeight) / rowHeight)
  const first = Math.max(0, Math.floor((firstSeen - MARGIN) / STEP) * STEP)
  const end = Math.min(count, Math.ceil((endSeen + MARGIN) / STEP) * STEP)
  return { first: Math.min(first, end), end }
}

/** The scroll position that shows row `index`, nearest to the present one; `covered` pixels at the bottom are hidden. */
export function scrollToRow(
  index: number,
  scrollTop: number,
  visibleHeight: number,
  rowHeight: number,
  covered = 0,
): number {
  const top = index * rowHeight
  const lowest = top + rowHeight - Math.max(rowHeight, visibleHeight - covered)
  return Math.max(0, Math.min(top, Math.max(scrollTop, lowest)))
}
