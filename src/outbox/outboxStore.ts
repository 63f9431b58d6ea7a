import {
  type BatchKey,
  bytesOf,
  type Keeper,
  type Kept,
  keyOf,
  nameOf,
  type StoredBatch,
  spansOf,
} from '../export/kept'
import type { Stash } from '../export/outboxStash'
import { detach } from '../lib/native'
import { commit, createOutboxDatabase, type Ended, onResult } from './outboxDatabase'

const LEASE_MS = 30_000 // longer than any request may take
const CRUMB = 'ready'

/** What the outbox is allowed to keep, and whom it tells. */
export interface OutboxBounds {
  /** Of all bodies together; the oldest go first. */
  readonly maxBytes: number
  /** Milliseconds. */
  readonly maxAge: number
  /** Spans that were dropped from here. */
  dropped(count: number, reason: 'outbox_full' | 'outbox_expired' | 'outbox_cleared'): void
}

/** What the outbox of a page begins with. */
export interface PageOutbox {
  readonly keeper: Keeper
  readonly stash: Stash
  /** What the page has put into the stash before. */
  readonly kept: readonly BatchKey[]
  /** The names of what was sent or forgotten, though the database may have it: neither sent nor counted again. */
  readonly gone: Set<string>
}

/** The batches in the database. */
export type OutboxStore = ReturnType<typeof createOutboxStore>

type Loss = Parameters<OutboxBounds['dropped']>
type Lease = { readonly page: string; readonly until: number }

/** The batches in the database, within their bounds. Every method begins its transaction before it returns; none rejects. */
export function createOutboxStore(
  { maxBytes, maxAge, dropped }: OutboxBounds,
  { keeper: { page }, stash, kept: found, gone }: PageOutbox,
  isUnderWay: (key: BatchKey) => boolean,
  opened: () => void,
) {
  const database = createOutboxDatabase(opened)
  let writing: readonly BatchKey[] = [] // a transaction that began before theirs does not list them
  let known = found
  let clears = 0

  /** Not what is being sent, was sent, or still lives: a snapshot of this page. */
  const isLost = (key: BatchKey) => !isUnderWay(key) && !gone.has(nameOf(key)) && !(key[3] && key[2] === page)

  const forget = (keys: readonly BatchKey[]) => {
    const names = new Set(keys.map(nameOf))
    known = known.filter((key) => !names.has(nameOf(key)))
  }

  /** For work that reads as well; `database.write` is for the rest. */
  const change = async (work: (store: IDBObjectStore, lost: Loss[]) => void): Promise<Ended> => {
    const lost: Loss[] = []
    const ended = await database.transact((store) => work(store, lost))
    if (ended === 'done') for (const loss of lost) dropped(...loss)
    return ended
  }

  /** Drops what is too old or, oldest first, too much, so that `room` more bytes fit; tells what stays. */
  const trim = (store: IDBObjectStore, lost: Loss[], then: (keys: readonly BatchKey[]) => void, room = 0) =>
    listKeys(store, (keys) => {
      let bytes = bytesOf(keys)
      const limit = room > 0 ? Math.min(maxBytes, bytes) - room : maxBytes
      const stays = keys.filter((key) => {
        const reason = isOlder(key, maxAge) ? 'outbox_expired' : bytes > limit ? 'outbox_full' : null
        if (isUnderWay(key) || (!reason && !gone.has(nameOf(key)))) return true
        store.delete(key)
        bytes -= bytesOf([key])
        if (reason && isLost(key)) lost.push([spansOf([key]), reason])
        return false
      })
      const names = new Set(stays.map(nameOf))
      known = [...stays, ...writing.filter((key) => !names.has(nameOf(key)))]
      then(stays)
    })

  return {
    isOpen: database.isOpen,
    /** True while what is written survives a page that dies now. */
    isReady: () => database.isOpen() || stash.isNeeded(database.mayDrop()),
    exists: database.exists,
    open: database.open,
    close: database.close,

    /** What waits, as this page saw it last. */
    known: () => known,

    /** Stores in the place of `old`; when the browser gives no more room, in the place of the oldest. */
    async write(kept: readonly Kept[], old: readonly BatchKey[] = []): Promise<Ended> {
      const left = stash.isNeeded(database.mayDrop()) ? stash.add(kept) : kept
      const keys = left.map(keyOf)
      const put = (store: IDBObjectStore) => {
        for (const key of old) store.delete(key)
        putAll(store, left)
      }
      stash.remove(old)
      const before = clears
      forget(old)
      known = [...known, ...kept.map(keyOf)]
      if (left.length < kept.length) {
        if (old.length + left.length > 0) detach(database.write(put))
        return 'done'
      }
      writing = [...writing, ...keys]
      let ended = await database.write(put)
      if (ended === 'full' && before === clears)
        ended = await change((store, lost) => trim(store, lost, () => put(store), bytesOf(keys)))
      writing = writing.filter((key) => !keys.includes(key))
      if (ended !== 'done') forget(keys)
      return ended
    },

    trim: () => change((store, lost) => trim(store, lost, () => {})),

    /**
     * The oldest that `mayTake` allows, and those behind it that it allows as well, up to `limit` bytes together. With a lease: only while
     * no other page has it; then it is this page's for a while.
     */
    async next(mayTake: (key: BatchKey) => boolean, lease: string | null, limit: number): Promise<readonly Kept[]> {
      const found: Kept[] = []
      let stashed: readonly Kept[] = []
      const ended = await change((store, lost) => {
        const take = () => {
          stashed = stash.look()
          putAll(store, stashed)
          trim(store, lost, (keys) => {
            let bytes = 0
            for (const key of keys) {
              if (!mayTake(key)) continue
              const isFirst = bytes === 0
              bytes += bytesOf([key])
              if (!isFirst && bytes > limit) break
              onResult(store.get(key), (body: ReturnType<typeof bodyOf>) => {
                found.push({ key, batch: { ...body, count: spansOf([key]), endpoint: key[6] } })
              })
            }
          })
        }
        if (!lease) return take()
        onResult(store.get(lease), (held: Lease | undefined) => {
          const left = held && held.page !== page ? held.until - Date.now() : 0
          if (left > 0 && left <= LEASE_MS) return
          store.put({ page, until: Date.now() + LEASE_MS } satisfies Lease, lease)
          take()
        })
      })
      if (ended !== 'done') return []
      stash.remove(stashed.map(keyOf))
      return found
    },

    /** A write that leaves nothing behind. */
    touch(): void {
      detach(
        database.write((store) => {
          store.put(0, CRUMB)
          store.delete(CRUMB)
        }),
      )
    },

    /** Gives the lease back, if it is this page's. */
    freeLease: (lease: string) =>
      change((store) =>
        onResult(store.get(lease), (held: Lease | undefined) => {
          if (held?.page === page) store.delete(lease)
        }),
      ),

    async remove(keys: readonly BatchKey[]): Promise<void> {
      forget(keys)
      stash.remove(keys)
      for (const key of keys) gone.add(nameOf(key))
      const ended = await database.write((store) => {
        for (const key of keys) store.delete(key)
      })
      if (ended === 'done') for (const key of keys) gone.delete(nameOf(key))
    },

    /** Everything, or what is for that endpoint: what this page knows of it, and what rests in local storage. */
    forget(endpoint?: string): void {
      clears++
      forget(known.filter(meantBy(endpoint)))
      const stashed = stash.list().map(keyOf).filter(meantBy(endpoint))
      stash.remove(stashed)
      const spans = spansOf(stashed.filter(isLost))
      for (const key of stashed) gone.add(nameOf(key)) // the database may have them too
      if (spans > 0) dropped(spans, 'outbox_cleared')
    },

    /** The same in the database. */
    clear: (endpoint?: string) =>
      change((store, lost) => {
        listKeys(store, (all) => {
          const keys = all.filter(meantBy(endpoint))
          const spans = spansOf(keys.filter(isLost))
          if (spans > 0) lost.push([spans, 'outbox_cleared'])
          forget(keys) // what was asked for before this may have told of them since
          if (endpoint) for (const key of keys) store.delete(key)
        })
        if (endpoint) return
        store.clear()
        commit(store) // also where the page is left before they are listed
      }),
  }
}

function listKeys(store: IDBObjectStore, then: (keys: BatchKey[]) => void): void {
  // Arrays sort behind the names of leases.
  onResult(store.getAllKeys(IDBKeyRange.lowerBound([])), (keys) => then(keys as BatchKey[]))
}

function putAll(store: IDBObjectStore, kept: readonly Kept[]): void {
  for (const { key, batch } of kept) store.put(bodyOf(batch), key)
}

const meantBy =
  (endpoint?: string) =>
  (key: BatchKey): boolean =>
    !endpoint || key[6] === endpoint

/** A clock that was set back makes batches from the future: these are old as well. */
export function isOlder([storedAt]: BatchKey, ms: number): boolean {
  return Math.abs(Date.now() - storedAt) > ms
}

/** What is not in the key. Of a part of a larger buffer, IndexedDB would store the whole. */
function bodyOf({ bytes, contentType, contentEncoding }: StoredBatch) {
  return { bytes: bytes.length < bytes.buffer.byteLength ? bytes.slice() : bytes, contentType, contentEncoding }
}
