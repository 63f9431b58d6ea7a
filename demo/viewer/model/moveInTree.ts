import type { SpanNode } from './spanTree'

export type TreeMove = 'up' | 'down' | 'left' | 'right' | 'first' | 'last' | 'pageUp' | 'pageDown'

/** What a key does in the tree: another row becomes the active one, or the active one opens or closes. */
type TreeStep = { go: string } | { toggle: string } | null

const ROWS_PER_PAGE = 15

/** The moves of the WAI-ARIA tree pattern: left closes and then goes to the parent, right opens and then goes in. */
export function moveInTree(
  rows: readonly SpanNode[],
  activeKey: string | null,
  collapsed: ReadonlySet<string>,
  move: TreeMove,
): TreeStep {
  const at = rows.findIndex((row) => row.span.key === activeKey)
  const node = rows[at]
  if (!node) return goTo(rows, move === 'up' || move === 'last' ? rows.length - 1 : 0)
  switch (move) {
    case 'up':
      return goTo(rows, at - 1)
    case 'down':
      return goTo(rows, at + 1)
    case 'pageUp':
      return goTo(rows, at - ROWS_PER_PAGE)
    case 'pageDown':
      return goTo(rows, at + ROWS_PER_PAGE)
    case 'first':
      return goTo(rows, 0)
    case 'last':
      return goTo(rows, rows.length - 1)
    case 'left':
      if (node.children.length > 0 && !collapsed.has(node.span.key)) return { toggle: node.span.key }
      return node.parent ? { go: node.parent.span.key } : null
    case 'right':
      if (node.children.length === 0) return null
      return collapsed.has(node.span.key) ? { toggle: node.span.key } : goTo(rows, at + 1)
  }
}

function goTo(rows: readonly SpanNode[], index: number): TreeStep {
  const node = rows[Math.min(Math.max(index, 0), rows.length - 1)]
  return node ? { go: node.span.key } : null
}
