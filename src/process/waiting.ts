import type { Span } from '../trace/span'

/** Ended spans that have not been exported, with their sizes, oldest first; cut into batches always in the same places. */
export interface Waiting {
  readonly length: number
  /** The sum of their sizes. */
  readonly bytes: number
  /** `since`: gives the time from which it waits. */
  add(span: Span, size: number, since: () => number): void
  /** True when the span would not fit the last batch any more. */
  overflows(size: number): boolean
  /** Takes the oldest batch out, and complete ones behind it while they hold no more than `atMost` spans together. `taken` must follow. */
  take(atMost?: number): readonly Span[]
  /** They are somewhere else now. */
  taken(spans: readonly Span[]): void
  /** What was taken without that, once: a script was ended in the middle. */
  leftBehind(): readonly (readonly Span[])[]
  /** The batches that are complete and were not given before, without taking them out. */
  completed(): Span[][]
  /** The time from which the oldest one waits. */
  since(): number
  /** The oldest batch as it is now. */
  first(): readonly Span[]
  /** The newest batch as it is now. */
  newest(): readonly Span[]
  all(): readonly Span[]
  last(): Span | undefined
  includes(span: Span): boolean
  clear(): number
}

interface Batch {
  readonly spans: Span[]
  readonly since: number
  bytes: number
  isGiven: boolean
}

export function createWaiting(maxCount: number, maxBytes: number): Waiting {
  let batches: Batch[] = []
  let length = 0
  let bytes = 0
  const taking = new Set<readonly Span[]>()
  const newest = () => batches[batches.length - 1]
  const isFull = (batch: Batch | undefined, size: number) =>
    batch !== undefined && (batch.spans.length >= maxCount || (batch.bytes > 0 && batch.bytes + size > maxBytes))

  return {
    get length() {
      return length
    },
    get bytes() {
      return bytes
    },
    overflows: (size) => isFull(newest(), size),
    add(span, size, since) {
      let batch = newest()
      if (batch === undefined || isFull(batch, size)) {
        batch = { spans: [], since: since(), bytes: 0, isGiven: false }
        batches.push(batch)
      }
      batch.spans.push(span)
      batch.bytes += size
      bytes += size
      length++
    },
    take(atMost = 0) {
      let end = 1
      let count = batches[0]?.spans.length ?? 0
      while (end + 1 < batches.length && count + batches[end]!.spans.length <= atMost)
        count += batches[end++]!.spans.length
      const oldest = batches.slice(0, end)
      const left = batches.slice(end)
      const size = oldest.reduce((sum, batch) => sum + batch.bytes, 0)
      const spans = oldest.length === 1 ? oldest[0]!.spans : oldest.flatMap((batch) => batch.spans)
      // An engine that ends a script does so at a call or a loop: all of this, or nothing.
      taking.add(spans)
      batches = left
      length -= count
      bytes -= size
      return spans
    },
    taken: (spans) => void taking.delete(spans),
    leftBehind() {
      const left = [...taking]
      taking.clear()
      return left
    },
    completed() {
      const found: Span[][] = []
      for (const batch of batches) {
        if (batch === newest()) break
        if (!batch.isGiven) found.push(batch.spans)
        batch.isGiven = true
      }
      return found
    },
    since: () => batches[0]?.since ?? Infinity,
    first: () => batches[0]?.spans ?? [],
    newest: () => newest()?.spans ?? [],
    all: () => batches.flatMap(({ spans }) => spans),
    last: () => newest()?.spans.slice(-1)[0],
    includes: (span) => batches.some(({ spans }) => spans.includes(span)),
    clear() {
      const left = length
      batches = []
      length = bytes = 0
      return left
    },
  }
}
