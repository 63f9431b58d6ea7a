import { selfTime } from './selfTime'
import type { SpanTree } from './spanTree'

/** What one service adds to a trace. */
interface ServiceShare {
  readonly service: string
  readonly spans: number
  readonly errors: number
  /** Milliseconds in which its spans ran and no child of theirs did. */
  readonly selfTime: number
}

/** The services of a trace in the order in which they join it. */
export function serviceShares(tree: SpanTree): ServiceShare[] {
  const shares = new Map<string, { service: string; spans: number; errors: number; selfTime: number; first: number }>()
  for (const node of tree.nodes.values()) {
    const { service, status, startTime } = node.span
    const first = startTime ?? Number.MAX_VALUE
    const share = shares.get(service) ?? { service, spans: 0, errors: 0, selfTime: 0, first }
    share.spans += 1
    share.errors += status.code === 'error' ? 1 : 0
    share.selfTime += selfTime(node) ?? 0
    share.first = Math.min(share.first, first)
    shares.set(service, share)
  }
  return [...shares.values()].sort((a, b) => a.first - b.first).map(({ first: _, ...share }) => share)
}
