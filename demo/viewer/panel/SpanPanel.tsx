import type { ReactNode } from 'react'
import { useEffect, useRef } from 'react'
import { tracePath } from '../model/route'
import type { SpanNode, SpanTree } from '../model/spanTree'
import { CopyButton } from '../ui/CopyButton'
import { Icon } from '../ui/Icon'
import { InnerLink } from '../ui/InnerLink'
import { ServiceChip } from '../ui/ServiceChip'
import { AttributeList } from './AttributeList'
import { EventList } from './EventList'
import { LinkList } from './LinkList'
import { Section } from './Section'
import { SpanFacts } from './SpanFacts'
import { SpanNotes } from './SpanNotes'

interface SpanPanelProps {
  readonly node: SpanNode
  readonly tree: SpanTree
  readonly onShow: (key: string) => void
  readonly onClose: () => void
}

export function SpanPanel({ node, tree, onShow, onClose }: SpanPanelProps) {
  const { span } = node
  const scroller = useRef<HTMLDivElement>(null)
  const { attributes, events, links } = span.dropped

  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 })
  }, [])

  return (
    <aside className="panel" aria-label={`Details of ${span.name || 'the span'}`} data-own-keys>
      <header className="panel-head">
        <h2>{span.name || <em>no name</em>}</h2>
        <CopyButton text={() => JSON.stringify(span.raw, null, 2)} what="the span as JSON" label="JSON" />
        <button type="button" className="icon-button" aria-label="Close details" title="Close (Esc)" onClick={onClose}>
          <Icon name="close" />
        </button>
        <p className="badges">
          <ServiceChip service={span.service} />
          <span className="badge">{span.kind}</span>
          {span.status.code !== 'unset' && (
            <span className="badge" data-status={span.status.code}>
              {span.status.code}
            </span>
          )}
        </p>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div ref={scroller} className="panel-body" tabIndex={0}>
        {span.status.message && <pre className="status-message">{span.status.message}</pre>}
        <SpanNotes node={node} />
        <SpanFacts node={node} tree={tree} />
        <Section title="Attributes" count={span.attributes.size} dropped={attributes}>
          <AttributeList attributes={span.attributes} />
        </Section>
        <Section title="Events" count={span.events.length} dropped={events}>
          <EventList span={span} />
        </Section>
        <Section title="Links" count={span.links.length} dropped={links}>
          <LinkList span={span} tree={tree} onShow={onShow} />
        </Section>
        <Section title="Resource" count={span.resource.size} closed>
          <AttributeList attributes={span.resource} />
        </Section>
        <dl className="ids">
          <Id name="Span id" value={span.spanId} />
          {span.parentSpanId && (
            <Id name="Parent id" value={span.parentSpanId}>
              {node.parent && (
                <InnerLink
                  href={tracePath(span.traceId, node.parent.span.key)}
                  onFollow={() => node.parent && onShow(node.parent.span.key)}
                >
                  {node.parent.span.name || 'no name'}
                </InnerLink>
              )}
            </Id>
          )}
          <Id name="Trace id" value={span.traceId} />
          {span.traceState && <Id name="Trace state" value={span.traceState} />}
          {span.scope.name && (
            <Id name="Scope" value={[span.scope.name, span.scope.version].filter(Boolean).join(' ')} />
          )}
        </dl>
      </div>
    </aside>
  )
}

function Id({ name, value, children }: { name: string; value: string; children?: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        <code>{value}</code>
        <CopyButton text={value} what={name.toLowerCase()} />
      </dd>
    </div>
  )
}
