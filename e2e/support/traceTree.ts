import type { StoredSpan } from '../../demo/collector/contract'

/**
 * The spans as a tree in lines, children indented under their parent in order of their start:
 * `['shop: click', '  shop: GET', '    shop-backend: GET /api/products']`. A span whose parent is not here is marked `(orphan)`.
 */
export function traceTree(spans: readonly StoredSpan[]): string[] {
  const known = new Set(spans.map(({ spanId }) => spanId))
  const lines: string[] = []
  const add = (parents: readonly StoredSpan[], indent: string) => {
    for (const span of parents) {
      const orphan = span.parentSpanId !== null && indent === '' ? ' (orphan)' : ''
      lines.push(`${indent}${span.service}: ${span.name}${orphan}`)
      add(
        spans.filter(({ parentSpanId }) => parentSpanId === span.spanId),
        `${indent}  `,
      )
    }
  }
  add(
    spans.filter(({ parentSpanId }) => parentSpanId === null || !known.has(parentSpanId)),
    '',
  )
  return lines
}
