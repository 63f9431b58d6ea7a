import { placeBar } from './placeBar'
import type { SpanTree } from './spanTree'
import { visibleRows } from './spanTree'

export interface MinimapPicture {
  /** Of the drawing, whose width is 100. */
  readonly height: number
  /** SVG path data of all bars of a service in one, so that thousands of spans stay a handful of elements. */
  readonly byService: ReadonlyMap<string, string>
  readonly errors: string
}

const MAX_BANDS = 28 // of two pixels each; thinner ones could not be seen, so many rows share a band
const MIN_WIDTH = 0.4 // percent; a bar of less could not be seen
const NONE: ReadonlySet<string> = new Set()

export function minimapPaths(tree: SpanTree): MinimapPicture {
  const rows = visibleRows(tree, NONE)
  const bars = new Map<string, string[]>()
  const errors: string[] = []
  const height = Math.max(1, Math.min(rows.length, MAX_BANDS))
  rows.forEach(({ span }, row) => {
    const place = placeBar(span, tree.range, tree.range.to)
    if (!place) return
    const width = Math.max(MIN_WIDTH, place.width)
    const left = Math.min(place.left, 100 - width)
    const bar = `M${left.toFixed(2)} ${Math.floor((row / rows.length) * height) + 0.1}h${width.toFixed(2)}v.8h-${width.toFixed(2)}z`
    const same = bars.get(span.service)
    if (span.status.code === 'error') errors.push(bar)
    else if (same) same.push(bar)
    else bars.set(span.service, [bar])
  })
  const byService = new Map([...bars].map(([service, parts]) => [service, parts.join('')]))
  return { height, byService, errors: errors.join('') }
}
