import { type BatchKey, type Kept, keyOf, nameOf } from '../export/kept'

/** What an outbox asks of a request that sends one of its batches. */
export interface StoredRequest {
  /** True while it goes on without its page: a `close()` before the answer then takes the batch for sent. */
  survives(): boolean
  abort(): void
}

/** Batches that are being sent as one. */
interface Flight {
  readonly kept: readonly Kept[]
  readonly isStored: boolean
  request: StoredRequest | null
  /** From the database, for good as far as this page knows. */
  isRemoved: boolean
  /** By who takes what is in memory. */
  isTaken: boolean
  /** Nothing is kept of it: it arrives, or counts as cleared. */
  isCleared: boolean
}

/** What of an outbox is on its way to the collector. */
export interface OutboxFlights {
  isUnderWay(key: BatchKey): boolean
  begin(kept: readonly Kept[], isStored: boolean): Flight
  end(flight: Flight): void
  /** All, or what was stored: it is not sent or kept again, also by those who are at it. `cleared`: is told the name of each batch. */
  clear(onlyStored: boolean, cleared: (name: string) => void): void
  /** What was begun from memory for that endpoint, and would die with the page; it is aborted. */
  takeFor(endpoint: string): readonly Kept[]
  /** From the database, and goes on without the page. `remove`: is called with the batches of each, once. */
  leaveBehind(remove: (keys: readonly BatchKey[]) => void): void
}

export function createOutboxFlights(): OutboxFlights {
  const flights = new Map<string, Flight>() // by the names of their batches
  const all = () => [...new Set(flights.values())]

  return {
    isUnderWay: (key) => flights.has(nameOf(key)),
    begin(kept, isStored) {
      const flight: Flight = { kept, isStored, request: null, isRemoved: false, isTaken: false, isCleared: false }
      for (const { key } of kept) flights.set(nameOf(key), flight)
      return flight
    },
    end({ kept }) {
      for (const { key } of kept) flights.delete(nameOf(key))
    },
    clear(onlyStored, cleared) {
      for (const [name, flight] of flights) {
        if (onlyStored && !flight.isStored) continue
        flight.isCleared = true
        flights.delete(name)
        cleared(name)
      }
    },
    takeFor(endpoint) {
      const taken: Kept[] = []
      for (const flight of all()) {
        const isMeant = flight.kept.every(({ batch }) => batch.endpoint === endpoint)
        if (flight.isStored || flight.isTaken || !isMeant || flight.request?.survives()) continue
        flight.isTaken = true
        flight.request?.abort()
        taken.unshift(...flight.kept)
      }
      return taken
    },
    leaveBehind(remove) {
      for (const flight of all()) {
        if (!flight.isStored || flight.isRemoved || !flight.request?.survives()) continue
        remove(flight.kept.map(keyOf))
        flight.isRemoved = true // now only: a browser may end this handler before its removal has begun
      }
    },
  }
}
