import { outside } from '../context/outside'
import {
  type BatchKey,
  bytesOf,
  type Kept,
  keyOf,
  nameOf,
  OUTBOX_NAME,
  type StoredBatch,
  spansOf,
} from '../export/kept'
import { detach, listen, NativePromise } from '../lib/native'
import { isExiting, isHidden, isPutAside } from '../lib/pageLife'
import { countJoinable, joinBatches } from '../wire/joinBatches'
import { createOutboxFlights, type StoredRequest } from './outboxFlights'
import { createOutboxMemory } from './outboxMemory'
import { alone } from './outboxPass'
import { createReadiness } from './outboxReady'
import { createOutboxSnapshot, SNAPSHOT_RIPE_MS } from './outboxSnapshot'
import { createOutboxStore, isOlder, type OutboxBounds, type PageOutbox } from './outboxStore'
import { pageBefore, tellNextPage } from './outboxTab'

export type { StoredBatch }

/**
 * `sent`: gone for good, delivered or refused for ever (the sender counts that). `later`: stop this pass. `again`: what was joined goes
 * on in smaller pieces, as `limit` says now. A list: these are to be sent in its place.
 */
export type SendOutcome = 'sent' | 'later' | 'again' | readonly StoredBatch[]

/**
 * Sends one batch, which may be joined of several `parts`. Tells of the request as soon as there is one. What throws or rejects means
 * `later`.
 */
export type SendStored = (
  batch: StoredBatch,
  begun: (request: StoredRequest) => void,
  parts: readonly StoredBatch[],
) => Promise<SendOutcome>

export interface OutboxOptions extends OutboxBounds {
  /** Of the batches that the consent is for. */
  readonly endpoint: string
  /**
   * Asked before each store; `false` keeps the batch in memory only, and removes what had been stored. No database is made for that.
   * `undefined`: nobody has been asked yet; nothing is stored, and nothing removed.
   */
  readonly consent: () => boolean | undefined
}

/** Where batches wait that could not leave: in IndexedDB, or in memory where the browser or the user denies that. */
export interface Outbox {
  /**
   * Stores. If the database is open, the request is with it when this returns, and committed at the end of the task, so that it
   * survives a page that dies then. Resolves when the batch is stored, or kept in memory. Never rejects or throws.
   */
  put(batch: StoredBatch): Promise<void>
  /**
   * What this page would lose if it died now, in the place of what it said before; one with what is put in the same task: both
   * are stored, or neither. Sent by the next page of this tab, or by any
   * page of the site after ten minutes.
   */
  snapshot(batches: readonly StoredBatch[]): void
  /** Something waits that an exit may have to put: opens the database, and keeps the browser ready to take that at once, for five minutes. */
  stayReady(): void
  /** This page is back: what `snapshot` stored is forgotten, and a closed database opened again. */
  dropSnapshot(): void
  /**
   * Sends what waits for `endpoint`, oldest first. One page of the site at a time: does nothing while another is at it.
   * Resolves when all is gone, a send said `later`, or `close()` was called. A batch is removed only after it was sent. Never
   * rejects. `limit`: the bytes up to which batches are joined into one; asked before each. @default none are
   */
  drain(endpoint: string, send: SendStored, limit?: () => number): Promise<void>
  /**
   * At `pagehide`, or for good; twice does no harm. Passes end and free their lock; what is under way and survives the page is removed.
   * At a `pagehide` the database closes after the `visibilitychange` that follows it, so that the last handlers can still put.
   */
  close(): void
  /** Logout: forgets everything of this site, and what this page has in memory. Never rejects. */
  clear(): Promise<void>
  /** True while what is put survives the page. */
  isDurable(): boolean
  /**
   * Hands over what waits in memory, at once, for a last chance to leave with a page that dies; also what is being sent from there by a
   * request that would die with it, which is aborted.
   */
  takeMemory(endpoint: string): readonly StoredBatch[]
  /** What waits for that endpoint, as far as this page knows: other tabs work on the same. Snapshots are not counted. */
  stats(endpoint: string): { readonly spans: number; readonly bytes: number }
}

interface Pass {
  readonly send: SendStored
  readonly limit: () => number
  /** False once it is to end. */
  readonly isOn: () => boolean
}

/** `place`: what this page has stored before its outbox was made. */
export function createOutbox(options: OutboxOptions, place: PageOutbox): Outbox {
  const { endpoint, maxBytes, dropped } = options
  const { keeper } = place
  const { page } = keeper
  let dead: string | null | undefined // the page before this one in this tab, read when it is needed: storage may be slow
  const readDead = () => {
    if (dead === undefined) dead = pageBefore()
    return dead
  }
  const flights = createOutboxFlights()
  const { isUnderWay } = flights
  const opened = () => {
    if (clearing === null) clearing = store.clear()
    if (!consent()) return isForbidden && detach(store.clear(endpoint))
    store.touch()
    for (const kept of memory.takeAll()) detach(write(kept))
    if (snapshot.exists()) detach(snapshot.store())
  }
  const store = createOutboxStore(options, place, isUnderWay, opened)
  const readiness = createReadiness(() => {
    if (!consent()) return
    if (store.isOpen()) store.touch()
    else detach(store.open())
  })
  const passes = new Map<string, Promise<void>>()
  const loners = new Set<string>() // of several that could not be joined: each goes as it is
  const memory = createOutboxMemory(options)
  const snapshot = createOutboxSnapshot(store, keeper, () => consent())
  let clears = 0
  let isLeft = false
  let isForbidden = false
  let clearing: Promise<unknown> | null = NativePromise.resolve() // null: as soon as the database is open
  let stop = newStop()

  /** All, or what was stored for that endpoint: it is not sent or kept again, also by those who are at it. */
  const forget = (of?: string) => {
    clears++
    snapshot.forget()
    flights.clear(of !== undefined, (name) => place.gone.add(name))
    store.forget(of)
  }

  /** Nor may anything stay stored, from the first `false` on. */
  const consent = (): boolean => {
    const given = options.consent()
    if (given !== false) isForbidden = false
    else if (!isForbidden) {
      isForbidden = true
      forget(endpoint)
      const clear = async () => {
        const isDone = (await store.clear(endpoint)) === 'done' || !(await store.exists()) || (await store.open())
        if (!isDone) isForbidden = false // it was closed in the meantime: the next question begins anew
      }
      detach(outside(clear))
    }
    return given === true
  }

  /** With the database when this returns; in memory when it is not taken. */
  const write = async (kept: Kept) => {
    const before = clears
    const ended = await store.write([kept])
    if (ended === 'done') return ended
    if (before === clears) memory.add(kept)
    else dropped(kept.batch.count, 'outbox_cleared')
    return ended
  }

  const put = async (kept: Kept): Promise<void> => {
    if (bytesOf([kept.key]) > maxBytes) return dropped(kept.batch.count, 'outbox_full')
    if (!consent()) return memory.add(kept)
    if (!store.isReady()) {
      memory.add(kept)
      await store.open()
      return
    }
    const ended = await write(kept)
    if (ended === 'failed') await store.open()
    // At an exit not without need: a transaction under way can keep the page out of the back/forward cache.
    else if (!isExiting() || bytesOf(store.known()) > maxBytes) await store.trim()
  }

  const joinableOf = (found: readonly Kept[], limit: number) => {
    const end = found.findIndex(({ key }) => loners.has(nameOf(key)))
    const group = end < 0 ? found : found.slice(0, Math.max(1, end))
    const batches = group.map(({ batch }) => batch)
    return group.slice(0, countJoinable(batches, limit))
  }

  /** Sends as many from the front as can be joined. False for `later`. */
  const deliver = async (found: readonly Kept[], { send, limit, isOn }: Pass, isStored: boolean): Promise<boolean> => {
    const kept = joinableOf(found, limit())
    const keys = kept.map(keyOf)
    const parts = kept.map(({ batch }) => batch)
    const flight = flights.begin(kept, isStored)
    if (!isStored) memory.remove(kept)
    let outcome: SendOutcome = 'later'
    try {
      const begun = (request: StoredRequest) => {
        flight.request = request
      }
      const whole = await joinBatches(parts)
      if (!whole) for (const key of keys) loners.add(nameOf(key))
      // In the meantime the page may have gone, or its user: what was kept is another page's now, or nobody's.
      if (isOn() && !flight.isTaken && !flight.isCleared) outcome = whole ? await send(whole, begun, parts) : 'again'
    } catch {
      // as `later`
    }
    flights.end(flight)
    if (flight.isTaken) return outcome === 'sent'
    const isHere = isStored && !flight.isRemoved
    if (typeof outcome === 'object' && !flight.isCleared && (await replace(keys, outcome, isHere))) return true
    if (outcome === 'sent' && isHere) await store.remove(keys)
    if (outcome === 'sent') return true
    if (flight.isCleared) dropped(spansOf(keys), 'outbox_cleared')
    else if (!isStored) kept.forEach(memory.add)
    else if (flight.isRemoved) await Promise.all(parts.map((part) => put(keeper.keep(part, 0)))) // at a close that was not the end
    return outcome === 'again'
  }

  /** False where the database did not take it. */
  const replace = async (
    old: readonly BatchKey[],
    batches: readonly StoredBatch[],
    isStored: boolean,
  ): Promise<boolean> => {
    const kept = batches.map((batch) => keeper.keep(batch, 0))
    if (isStored) return (await store.write(kept, old)) === 'done'
    for (const one of kept) memory.add(one)
    return true
  }

  const drainStored = async (endpoint: string, pass: Pass, lease: string | null) => {
    const { limit, isOn } = pass
    const mayTake = (key: BatchKey) => {
      const [, , from, isSnapshot, , , to] = key
      if (to !== endpoint || isUnderWay(key)) return false
      return !isSnapshot || (from !== page && (from === readDead() || isOlder(key, SNAPSHOT_RIPE_MS)))
    }
    let isGoing = true
    while (isGoing && isOn()) {
      const before = clears
      const found = await store.next(mayTake, lease, limit())
      if (found.length === 0) break
      if (isOn() && before === clears) isGoing = await deliver(found, pass, true) // else they are counted as cleared
    }
    if (lease && isOn()) await store.freeLease(lease) // else this page may have a newer pass; a lease ends by itself
    return isGoing
  }

  const drain = async (endpoint: string, pass: Pass): Promise<void> => {
    let isGoing = true
    if (consent() && (await store.open()))
      await alone(`${OUTBOX_NAME} ${endpoint}`, stop.stopped, async (lease) => {
        isGoing = await drainStored(endpoint, pass, lease)
      })
    if (isGoing) await drainMemory(endpoint, pass)
  }

  const drainMemory = async (endpoint: string, pass: Pass) => {
    let isGoing = true
    while (isGoing && pass.isOn()) {
      const found = memory.listFor(endpoint)
      if (found.length === 0) return
      isGoing = await deliver(found, pass, false)
    }
  }

  return {
    put: (batch) => outside(() => put(keeper.keep(batch, 0))),

    snapshot(batches) {
      const allowed = consent() ? batches : []
      const isNews = snapshot.isNews(allowed)
      snapshot.set(allowed)
      if (!snapshot.exists()) return
      readDead()
      if (isExiting()) tellNextPage(isPutAside() ? null : page) // a page in the back/forward cache may come back
      if (isNews) detach(outside(snapshot.store))
    },

    stayReady: () => outside(readiness.stay),

    dropSnapshot() {
      snapshot.set([]) // what is stored stays known until it is deleted: the database may be closing
      readDead()
      tellNextPage(null)
      const wasLeft = isLeft
      isLeft = false
      if ((wasLeft || snapshot.exists()) && consent())
        detach(
          outside(async () => {
            if ((await store.open()) && snapshot.exists()) await snapshot.store()
          }),
        )
    },

    drain(endpoint, send, limit = () => 0) {
      const running = passes.get(endpoint)
      if (running) return running
      const { stopped } = stop
      const isOn = () => stopped === stop.stopped
      const pass = outside(() =>
        NativePromise.race([drain(endpoint, { send, limit, isOn }), stopped]).finally(() => passes.delete(endpoint)),
      )
      passes.set(endpoint, pass)
      return pass
    },

    close() {
      isLeft = true
      readiness.stop()
      const { now } = stop
      stop = newStop()
      outside(() => {
        now()
        flights.leaveBehind((keys) => detach(store.remove(keys)))
      })
      if (isExiting() && !isHidden()) listen(window, 'visibilitychange', store.close, { once: true })
      else store.close()
    },

    clear: () =>
      outside(async () => {
        forget()
        const waiting = memory.takeAll()
        if (waiting.length > 0) dropped(spansOf(waiting.map(keyOf)), 'outbox_cleared')
        if ((await store.clear()) === 'done') return
        clearing = null
        if (await store.open()) clearing ??= store.clear() // somebody had opened it in the meantime
        await clearing
      }),

    isDurable: () => store.isReady() && consent(),

    takeMemory(endpoint) {
      const waiting = memory.takeFor(endpoint)
      return [...flights.takeFor(endpoint), ...waiting].map(({ batch }) => batch)
    },

    stats(endpoint) {
      const isMeant = ([, , , isSnapshot, , , to]: BatchKey) => to === endpoint && !isSnapshot
      const keys = [...store.known(), ...memory.keys()].filter(isMeant)
      return { spans: spansOf(keys), bytes: bytesOf(keys) }
    },
  }
}

function newStop(): { stopped: Promise<void>; now: () => void } {
  let now = () => {}
  const stopped = new NativePromise<void>((resolve) => {
    now = resolve
  })
  return { stopped, now }
}
