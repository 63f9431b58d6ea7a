import type { CSSProperties } from 'react'
import { memo } from 'react'
import { describeRow } from '../model/describeRow'
import { spanDetail } from '../model/spanDetail'
import type { SpanNode, TimeRange } from '../model/spanTree'
import { Icon } from '../ui/Icon'
import { serviceStyle } from '../ui/serviceStyle'
import { SpanBar } from './SpanBar'

const MAX_INDENT = 16 // pixels a level
const INDENT_ROOM = 200 // pixels for all levels together: deep traces indent less

interface WaterfallRowProps {
  readonly id: string
  readonly node: SpanNode
  readonly view: TimeRange
  readonly traceFrom: number
  readonly traceTo: number
  readonly maxDepth: number
  readonly active: boolean
  readonly open: boolean
  readonly collapsed: boolean
  readonly onShow: (key: string) => void
  readonly onToggle: (key: string) => void
}

export const WaterfallRow = memo(function WaterfallRow(props: WaterfallRowProps) {
  const { id, node, view, traceFrom, traceTo, maxDepth, active, open, collapsed, onShow, onToggle } = props
  const { span, depth } = node
  const detail = spanDetail(span)
  const indent = Math.min(MAX_INDENT, INDENT_ROOM / Math.max(1, maxDepth))
  // The service is told where it changes: on every row it would only be noise.
  const newService = node.parent?.span.service !== span.service
  const openable = node.children.length > 0
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the tree's, see useKeys
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names its active row
    <div
      id={id}
      className="span-row"
      role="treeitem"
      aria-level={depth + 1}
      aria-posinset={node.position}
      aria-setsize={node.siblings}
      aria-expanded={openable ? !collapsed : undefined}
      aria-selected={open}
      aria-label={describeRow(node, traceFrom)}
      data-active={active || undefined}
      data-error={span.status.code === 'error' || undefined}
      style={
        { ...serviceStyle(span.service), '--indent': `${depth * indent}px`, '--step': `${indent}px` } as CSSProperties
      }
      onClick={() => onShow(span.key)}
    >
      <div className="span-name">
        <span className="guides" data-fine={indent < 5 || undefined} />
        {openable ? (
          <button
            type="button"
            className="twist"
            tabIndex={-1}
            aria-hidden="true"
            data-collapsed={collapsed || undefined}
            onClick={(event) => {
              event.stopPropagation()
              onToggle(span.key)
            }}
          >
            <Icon name="chevron" />
          </button>
        ) : (
          <span className="leaf" />
        )}
        {span.status.code === 'error' && <Icon name="error" />}
        {node.adrift && (
          <span className="adrift" title={ADRIFT[node.adrift]}>
            <Icon name="unlinked" />
          </span>
        )}
        {newService && <span className="span-service">{span.service || 'unknown service'}</span>}
        <span className="span-text">
          <span className="span-title">{span.name || <em>no name</em>}</span>
          {detail && ` ${detail}`}
        </span>
        {collapsed && (
          <span className="below" data-error={node.errorsBelow > 0 || undefined}>
            +{node.descendants}
          </span>
        )}
      </div>
      <SpanBar span={span} view={view} traceTo={traceTo} />
    </div>
  )
})

const ADRIFT = {
  'parent missing': 'Its parent is not here: not sampled, not sent, or not yet arrived',
  'circular parents': 'Its parents lead back to itself; the circle is cut here',
} as const
