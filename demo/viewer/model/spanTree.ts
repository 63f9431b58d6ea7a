import type { ViewedSpan } from './viewedSpan'

/** A span with its place in the tree. */
export interface SpanNode {
  readonly span: ViewedSpan
  parent: SpanNode | null
  readonly children: SpanNode[]
  depth: number
  /** Which of its siblings it is, from 1. */
  position: number
  /** How many siblings there are, with itself. */
  siblings: number
  /** Why a span that names a parent stands at the root all the same. */
  adrift: 'parent missing' | 'circular parents' | null
  /** Spans below this one. */
  descendants: number
  /** Spans with an error below this one. */
  errorsBelow: number
}

export interface SpanTree {
  readonly roots: readonly SpanNode[]
  readonly nodes: ReadonlyMap<string, SpanNode>
  readonly maxDepth: number
  /** First start and last end, milliseconds since the epoch; equal where no span has usable times. */
  readonly range: TimeRange
}

export interface TimeRange {
  readonly from: number
  readonly to: number
}

// Nothing here recurses: a trace may nest deeper than the stack, by mistake or on purpose.

export function buildSpanTree(spans: readonly ViewedSpan[]): SpanTree {
  const nodes = new Map<string, SpanNode>()
  for (const span of spans) nodes.set(span.key, newNode(span))
  for (const node of nodes.values()) attach(node, nodes)
  const rooted = new Set<SpanNode>()
  for (const node of nodes.values()) cutCycle(node, rooted)

  const roots: SpanNode[] = []
  for (const node of nodes.values()) (node.parent ? node.parent.children : roots).push(node)
  sortSiblings(roots)
  for (const node of nodes.values()) sortSiblings(node.children)

  const order = inOrder(roots, () => true)
  let maxDepth = 0
  for (const node of order) {
    node.depth = node.parent ? node.parent.depth + 1 : 0
    maxDepth = Math.max(maxDepth, node.depth)
  }
  for (const node of order.reverse()) {
    if (!node.parent) continue
    node.parent.descendants += 1 + node.descendants
    node.parent.errorsBelow += (node.span.status.code === 'error' ? 1 : 0) + node.errorsBelow
  }
  return { roots, nodes, maxDepth, range: timeRange(spans) }
}

/** The rows of the waterfall, top to bottom: everything that is not below a collapsed span. */
export function visibleRows(tree: SpanTree, collapsed: ReadonlySet<string>): SpanNode[] {
  return inOrder(tree.roots, (node) => !collapsed.has(node.span.key))
}

/** The root that names the trace: the first one that is a root by its own will. */
export function mainRoot(tree: SpanTree): SpanNode | undefined {
  return tree.roots.find((node) => !node.adrift) ?? tree.roots[0]
}

function newNode(span: ViewedSpan): SpanNode {
  return {
    span,
    parent: null,
    children: [],
    depth: 0,
    position: 1,
    siblings: 1,
    adrift: null,
    descendants: 0,
    errorsBelow: 0,
  }
}

function attach(node: SpanNode, nodes: ReadonlyMap<string, SpanNode>): void {
  const parentId = node.span.parentSpanId
  if (!parentId) return
  node.parent = nodes.get(parentId) ?? null
  if (!node.parent) node.adrift = 'parent missing'
}

/**
 * Climbs from `node`; when the climb comes back to itself, the earliest span of the circle becomes a root.
 * `rooted` holds what is known to reach a root, so that each climb stops where an earlier one has been.
 */
function cutCycle(node: SpanNode, rooted: Set<SpanNode>): void {
  const path: SpanNode[] = []
  const climbed = new Set<SpanNode>()
  for (let at: SpanNode | null = node; at && !rooted.has(at); at = at.parent) {
    if (climbed.has(at)) {
      const first = path.slice(path.indexOf(at)).sort(byStart)[0] ?? at
      first.parent = null
      first.adrift = 'circular parents'
      break
    }
    path.push(at)
    climbed.add(at)
  }
  for (const span of path) rooted.add(span)
}

function inOrder(roots: readonly SpanNode[], opens: (node: SpanNode) => boolean): SpanNode[] {
  const order: SpanNode[] = []
  const waiting = [...roots].reverse()
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    order.push(node)
    if (!opens(node)) continue
    for (let i = node.children.length - 1; i >= 0; i--) waiting.push(node.children[i]!)
  }
  return order
}

function sortSiblings(siblings: SpanNode[]): void {
  siblings.sort(byStart).forEach((node, index) => {
    node.position = index + 1
    node.siblings = siblings.length
  })
}

function byStart(a: SpanNode, b: SpanNode): number {
  return (a.span.startTime ?? Number.MAX_VALUE) - (b.span.startTime ?? Number.MAX_VALUE)
}

function timeRange(spans: readonly ViewedSpan[]): TimeRange {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const { startTime, endTime } of spans) {
    if (startTime === null) continue
    from = Math.min(from, startTime)
    to = Math.max(to, endTime ?? startTime)
  }
  return from <= to ? { from, to } : { from: 0, to: 0 }
}
