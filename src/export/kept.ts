import { newSpanId } from '../lib/ids'

/** The database, and the beginning of what else of the outbox has a name on the page's origin. */
export const OUTBOX_NAME = 'codomyrmex-telemetry'

/** A request body that has not left. */
export interface StoredBatch {
  readonly endpoint: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType: string
  /** Set when `bytes` is compressed. */
  readonly contentEncoding: 'gzip' | null
  /** Spans inside. */
  readonly count: number
}

/** What can be known of a batch without reading its body, sorted by age. */
export type BatchKey = [
  storedAt: number,
  order: number,
  page: string,
  isSnapshot: 0 | 1,
  bytes: number,
  spans: number,
  endpoint: string,
]

export interface Kept {
  readonly key: BatchKey
  readonly batch: StoredBatch
}

/** Gives the keys of what one page keeps. */
export class Keeper {
  readonly page = newSpanId()
  private order = 0
  private readonly known = new WeakMap<Uint8Array, Kept>()

  /** A snapshot is as young as this call; what has not left is kept once, though an exit gives it twice. */
  keep(batch: StoredBatch, isSnapshot: 0 | 1): Kept {
    const { bytes, count, endpoint } = batch
    const known = isSnapshot ? undefined : this.known.get(bytes)
    if (known) return known
    const kept: Kept = {
      key: [Date.now(), this.order++, this.page, isSnapshot, bytes.length, count, endpoint],
      batch,
    }
    if (!isSnapshot) this.known.set(bytes, kept)
    return kept
  }
}

export const keyOf = ({ key }: Kept) => key

/** Unique. */
export function nameOf([, order, page]: BatchKey): string {
  return page + order
}

export function bytesOf(keys: readonly BatchKey[]): number {
  return keys.reduce((sum, [, , , , bytes]) => sum + bytes, 0)
}

export function spansOf(keys: readonly BatchKey[]): number {
  return keys.reduce((sum, [, , , , , spans]) => sum + spans, 0)
}
