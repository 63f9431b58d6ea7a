import type { CSSProperties } from 'react'
import { useLayoutEffect, useRef } from 'react'
import { NARROW, useMedia } from '../hooks/useMedia'
import { useRowWindow } from '../hooks/useRowWindow'
import { useTimeCursor } from '../hooks/useTimeCursor'
import { scrollToRow } from '../model/rowWindow'
import type { SpanNode, SpanTree, TimeRange } from '../model/spanTree'
import { timeTicks } from '../model/timeTicks'
import { Minimap } from './Minimap'
import { TimeAxis } from './TimeAxis'
import { WaterfallRow } from './WaterfallRow'

const ROW_HEIGHT = 30 // pixels
const NARROW_ROW_HEIGHT = 50 // pixels; the bar stands below the name
const SHEET_SHARE = 0.58 // of the window: what the open panel covers on a narrow one
const MINIMAP_FROM = 30 // spans; fewer are seen at one glance anyway

interface WaterfallProps {
  readonly tree: SpanTree
  readonly rows: readonly SpanNode[]
  readonly collapsed: ReadonlySet<string>
  readonly activeKey: string | null
  readonly openKey: string | null
  readonly zoom: TimeRange | null
  readonly onZoom: (zoom: TimeRange | null) => void
  readonly onShow: (key: string) => void
  readonly onToggle: (key: string) => void
}

export function Waterfall(props: WaterfallProps) {
  const { tree, rows, collapsed, activeKey, openKey, zoom, onZoom, onShow, onToggle } = props
  const narrow = useMedia(NARROW)
  const frame = useRef<HTMLElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const cursor = useTimeCursor(frame, zoom ?? tree.range, tree.range.from)
  const view = zoom ?? tree.range
  const ticks = timeTicks(view.from - tree.range.from, view.to - tree.range.from, narrow ? 4 : 8)
  const activeIndex = rows.findIndex((row) => row.span.key === activeKey)

  const rowHeight = narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT
  // Only rows that can be seen are drawn: ten thousand of them took seconds to draw, and three quarters to zoom.
  const { first, end } = useRowWindow(list, rows.length, rowHeight)
  const covered = narrow && openKey !== null ? window.innerHeight * SHEET_SHARE : 0

  useLayoutEffect(() => {
    const element = list.current
    if (!element || activeIndex < 0) return
    element.scrollTop = scrollToRow(activeIndex, element.scrollTop, element.clientHeight, rowHeight, covered)
  }, [activeIndex, rowHeight, covered])

  return (
    <section ref={frame} className="waterfall" aria-label="Waterfall" {...cursor}>
      {tree.nodes.size >= MINIMAP_FROM && <Minimap tree={tree} view={view} onZoom={onZoom} />}
      <TimeAxis tree={tree} view={view} ticks={ticks} zoomed={zoom !== null} onZoom={onZoom} />
      <div
        ref={list}
        className="span-rows"
        role="tree"
        aria-label="Spans"
        tabIndex={0}
        aria-activedescendant={activeIndex >= first && activeIndex < end ? rowId(activeIndex) : undefined}
        style={{ '--row': `${rowHeight}px` } as CSSProperties}
      >
        <div role="presentation" style={{ paddingTop: first * rowHeight, height: rows.length * rowHeight }}>
          {rows.slice(first, end).map((node, offset) => (
            <WaterfallRow
              key={node.span.key}
              id={rowId(first + offset)}
              node={node}
              view={view}
              traceFrom={tree.range.from}
              traceTo={tree.range.to}
              maxDepth={tree.maxDepth}
              active={first + offset === activeIndex}
              open={node.span.key === openKey}
              collapsed={collapsed.has(node.span.key)}
              onShow={onShow}
              onToggle={onToggle}
            />
          ))}
        </div>
      </div>
    </section>
  )
}

function rowId(index: number): string {
  return `span-row-${index}`
}
