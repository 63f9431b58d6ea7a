import { type BatchKey, bytesOf, type Kept, keyOf, spansOf } from '../export/kept'
import { isOlder, type OutboxBounds } from './outboxStore'

/** The batches that wait in memory, oldest first, within the outbox' bounds: where nothing may be stored, or cannot. */
export interface OutboxMemory {
  keys(): readonly BatchKey[]
  /** One that comes back from a failed send has its place again. */
  add(kept: Kept): void
  remove(kept: readonly Kept[]): void
  /** Those for that endpoint, without what has become too old. */
  listFor(endpoint: string): readonly Kept[]
  /** The same, out of here, whatever their age. */
  takeFor(endpoint: string): readonly Kept[]
  takeAll(): readonly Kept[]
}

export function createOutboxMemory({ maxBytes, maxAge, dropped }: OutboxBounds): OutboxMemory {
  let batches: readonly Kept[] = []
  const keys = () => batches.map(keyOf)
  const remove = (kept: readonly Kept[]) => {
    batches = batches.filter((one) => !kept.includes(one))
  }
  const taken = (kept: readonly Kept[]) => {
    remove(kept)
    return kept
  }
  const of = (endpoint: string) => batches.filter(({ batch }) => batch.endpoint === endpoint)

  return {
    keys,
    add(kept) {
      batches = [...batches, kept].sort((a, b) => a.key[1] - b.key[1])
      while (bytesOf(keys()) > maxBytes) dropped(spansOf(taken(batches.slice(0, 1)).map(keyOf)), 'outbox_full')
    },
    remove,
    listFor(endpoint) {
      const old = batches.filter(({ key }) => isOlder(key, maxAge))
      if (old.length > 0) dropped(spansOf(taken(old).map(keyOf)), 'outbox_expired')
      return of(endpoint)
    },
    takeFor: (endpoint) => taken(of(endpoint)),
    takeAll: () => taken(batches),
  }
}
