import { goTo } from '../hooks/useRoute'
import { tracePath } from '../model/route'
import type { SpanTree } from '../model/spanTree'
import type { ViewedSpan } from '../model/viewedSpan'
import { Icon } from '../ui/Icon'
import { InnerLink } from '../ui/InnerLink'
import { AttributeList } from './AttributeList'

interface LinkListProps {
  readonly span: ViewedSpan
  readonly tree: SpanTree
  readonly onShow: (key: string) => void
}

export function LinkList({ span, tree, onShow }: LinkListProps) {
  return (
    <ul className="links">
      {span.links.map((link, index) => {
        const here = link.traceId === span.traceId
        const path = tracePath(link.traceId, link.spanId)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: links have no id, and never change places
          <li key={index}>
            <InnerLink href={path} onFollow={() => (here ? onShow(link.spanId) : goTo(path))}>
              <Icon name="link" />
              {here ? (tree.nodes.get(link.spanId)?.span.name ?? 'a span of this trace') : 'another trace'}
            </InnerLink>
            <code>
              {here ? '' : `${link.traceId} `}
              {link.spanId}
            </code>
            {link.attributes.size > 0 && <AttributeList attributes={link.attributes} />}
          </li>
        )
      })}
    </ul>
  )
}
