import { useCallback, useEffect, useMemo, useState } from 'react'
import { useKeys } from '../hooks/useKeys'
import { goToList, replaceSpan } from '../hooks/useRoute'
import type { TreeMove } from '../model/moveInTree'
import { moveInTree } from '../model/moveInTree'
import type { SpanNode, SpanTree, TimeRange } from '../model/spanTree'
import { visibleRows } from '../model/spanTree'
import { zoomTo } from '../model/zoomTo'
import { SpanPanel } from '../panel/SpanPanel'
import { TraceHeader } from './TraceHeader'
import { Waterfall } from './Waterfall'

interface TraceViewProps {
  readonly traceId: string
  readonly tree: SpanTree
  /** The span whose details are open. */
  readonly spanId: string | null
}

export function TraceView({ traceId, tree, spanId }: TraceViewProps) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set())
  const [activeKey, setActiveKey] = useState<string | null>(spanId)
  const [zoom, setZoom] = useState<TimeRange | null>(null)
  const rows = useMemo(() => visibleRows(tree, collapsed), [tree, collapsed])
  const open = spanId === null ? undefined : tree.nodes.get(spanId)
  const active = activeKey === null ? undefined : tree.nodes.get(activeKey)

  // The address chose a span (a link, a step back, a first load): it becomes the active row, and can be seen.
  useEffect(() => {
    if (!open) return
    setActiveKey(open.span.key)
    const above = ancestors(open)
    setCollapsed((before) => (above.some((key) => before.has(key)) ? without(before, above) : before))
  }, [open])

  const show = useCallback((key: string) => {
    setActiveKey(key)
    replaceSpan(key)
  }, [])

  const toggle = useCallback((key: string) => {
    setActiveKey(key)
    setCollapsed((before) => (before.has(key) ? without(before, [key]) : new Set(before).add(key)))
  }, [])

  const move = (direction: TreeMove) => {
    const step = moveInTree(rows, activeKey, collapsed, direction)
    if (!step) return
    if ('toggle' in step) return toggle(step.toggle)
    if (spanId === null) setActiveKey(step.go)
    else show(step.go)
  }

  const leave = () => {
    if (spanId !== null) replaceSpan(null)
    else if (zoom) setZoom(null)
    else goToList()
  }

  useKeys([
    ['ArrowUp', () => move('up')],
    ['k', () => move('up')],
    ['ArrowDown', () => move('down')],
    ['j', () => move('down')],
    ['ArrowLeft', () => move('left')],
    ['ArrowRight', () => move('right')],
    ['Home', () => move('first')],
    ['End', () => move('last')],
    ['PageUp', () => move('pageUp')],
    ['PageDown', () => move('pageDown')],
    ['Enter', () => active && show(active.span.key)],
    ['x', () => setCollapsed(collapsed.size > 0 ? new Set() : openable(tree))],
    ['z', () => setZoom(zoom || !active ? null : zoomTo(active.span, tree.range))],
    ['Escape', leave],
  ])

  return (
    <main className="trace-page" data-panel={open ? 'open' : 'closed'}>
      <TraceHeader traceId={traceId} tree={tree} />
      {spanId !== null && !open && (
        <p className="banner" role="status">
          The span <code>{spanId}</code> is not in this trace, or not yet.
        </p>
      )}
      <div className="trace-body">
        <Waterfall
          tree={tree}
          rows={rows}
          collapsed={collapsed}
          activeKey={activeKey}
          openKey={open?.span.key ?? null}
          zoom={zoom}
          onZoom={setZoom}
          onShow={show}
          onToggle={toggle}
        />
        {open && (
          <SpanPanel key={open.span.key} node={open} tree={tree} onShow={show} onClose={() => replaceSpan(null)} />
        )}
      </div>
    </main>
  )
}

function ancestors(node: SpanNode): string[] {
  const keys: string[] = []
  for (let at = node.parent; at; at = at.parent) keys.push(at.span.key)
  return keys
}

function openable(tree: SpanTree): Set<string> {
  return new Set([...tree.nodes.values()].filter((node) => node.children.length > 0).map((node) => node.span.key))
}

function without(set: ReadonlySet<string>, keys: readonly string[]): ReadonlySet<string> {
  const rest = new Set(set)
  for (const key of keys) rest.delete(key)
  return rest
}
