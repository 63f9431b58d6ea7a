import { outside } from '../context/outside'
import { type BatchKey, type Keeper, keyOf, type StoredBatch } from '../export/kept'
import { detach, later } from '../lib/native'
import type { OutboxStore } from './outboxStore'

/** Milliseconds after which a page that has not come back is taken for dead. */
export const SNAPSHOT_RIPE_MS = 600_000

/** Copies in the database of what a page would lose if it died now. */
export interface OutboxSnapshot {
  /** True while the database has, or is to have, one. */
  exists(): boolean
  /** These are what would be lost now. Stored only if `store` follows. */
  set(batches: readonly StoredBatch[]): void
  /** False where the database has the same already, or is on its way to it. */
  isNews(batches: readonly StoredBatch[]): boolean
  /** In the place of the one before. */
  store(): Promise<void>
  /** What was stored is not ours any more. */
  forget(): void
}

export function createOutboxSnapshot(database: OutboxStore, keeper: Keeper, consent: () => boolean): OutboxSnapshot {
  let latest: readonly StoredBatch[] = []
  let keys: readonly BatchKey[] = []
  let cancelRefresh: (() => void) | null = null

  const store = async () => {
    cancelRefresh?.()
    cancelRefresh = latest.length > 0 ? later(SNAPSHOT_RIPE_MS / 2, refresh) : null
    const old = keys
    const kept = latest.map((batch) => keeper.keep(batch, 1))
    keys = kept.map(keyOf) // the old ones are deleted once: a slow database is not given each of them again and again
    if ((await database.write(kept, old)) !== 'done') keys = [...old, ...keys]
  }

  /** This page lives: its snapshot stays young. */
  const refresh = () => {
    if (latest.length > 0 && consent()) detach(outside(store))
  }

  return {
    exists: () => latest.length + keys.length > 0,
    set(batches) {
      latest = batches
    },
    isNews: (batches) => keys.length !== batches.length || !batches.every(({ bytes }, i) => bytes === latest[i]?.bytes),
    store,
    forget() {
      latest = keys = []
    },
  }
}
