import type { HostileCollector } from '../support/hostileCollector/contract'

/** What the collector can say about one page view, from what arrived alone. */
export interface PageViewLoss {
  /** Spans that arrived. */
  readonly arrived: number
  /** Spans that were sealed into bodies, up to the last body that arrived. */
  readonly sealed: number
  /** The page's own counts, as the latest body tells them. */
  readonly dropped: Readonly<Record<string, number>>
  /** Numbers between which nothing arrived: `[from, to)`. */
  readonly gaps: readonly (readonly [from: number, to: number])[]
}

/** Reads `codomyrmex.page_view.id`, `codomyrmex.sequence` and `codomyrmex.dropped.*`, as anybody behind a collector can. */
export function lossByPageView(collector: HostileCollector): ReadonlyMap<string, PageViewLoss> {
  const bodies = new Map<string, { sequence: number; count: number; dropped: Record<string, number> }[]>()
  for (const { taken, spans } of collector.exports()) {
    const [first] = taken
    if (!first) continue
    const { resource } = first
    const dropped: Record<string, number> = {}
    for (const [key, value] of Object.entries(resource))
      if (key.startsWith('codomyrmex.dropped.')) dropped[key.slice('codomyrmex.dropped.'.length)] = Number(value)
    const id = String(resource['codomyrmex.page_view.id'])
    const body = { sequence: Number(resource['codomyrmex.sequence']), count: spans.length, dropped }
    bodies.set(id, [...(bodies.get(id) ?? []), body])
  }
  return new Map([...bodies].map(([id, all]) => [id, lossOf(all)]))
}

function lossOf(bodies: readonly { sequence: number; count: number; dropped: Record<string, number> }[]): PageViewLoss {
  const sorted = [...bodies].sort((a, b) => a.sequence - b.sequence)
  const gaps: [number, number][] = []
  let at = 0
  let arrived = 0
  for (const { sequence, count } of sorted) {
    if (sequence > at) gaps.push([at, sequence])
    at = sequence + count
    arrived += count
  }
  return { arrived, sealed: at, dropped: sorted.at(-1)?.dropped ?? {}, gaps }
}
