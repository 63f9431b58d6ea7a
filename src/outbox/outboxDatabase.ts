import { OUTBOX_NAME } from '../export/kept'
import { bare } from '../lib/bare'
import { detach, later, listen, NativePromise } from '../lib/native'

const STORE = 'batches'
const OPENING_MS = 3000 // some Safaris never answer
const MAX_FAILED_OPENINGS = 3 // storage that is denied three times stays denied while the page lives

/** How a transaction ended; `full`: the browser gives no more room; `failed`: also where the database is not open. */
export type Ended = 'done' | 'full' | 'failed'

export interface OutboxDatabase {
  isOpen(): boolean
  /**
   * True while it may drop what is put as the page goes: while it is being opened; until it has taken a first write, for which Chromium has to
   * ask how much room there is; and behind a transaction that goes on.
   */
  mayDrop(): boolean
  /** False where it is known that nobody has made it yet. */
  exists(): Promise<boolean>
  /** Opens it, or waits for the opening that is under way. False where it cannot be had, or not soon. */
  open(): Promise<boolean>
  /** Calls `work` at once with the store of a new readwrite transaction. Never throws or rejects. */
  transact(work: (store: IDBObjectStore) => void): Promise<Ended>
  /**
   * The same, for work that only writes: all of one task is in one transaction, committed when the task ends. Of several, a
   * browser drops those that have not begun when their page goes.
   */
  write(work: (store: IDBObjectStore) => void): Promise<Ended>
  /** After the transactions under way. `open` opens it again. */
  close(): void
}

interface Joint {
  /** `null` where there can be no transaction. */
  readonly store: IDBObjectStore | null
  readonly ended: Promise<Ended>
  /** Another one had not ended when it began. */
  readonly isBehind: boolean
}

/**
 * One store in IndexedDB. Nothing is opened yet; `opened` is called each time it is, before `open` resolves.
 *
 * By hand and not by a library: a library's promises and listeners are the page's, which carry the page's spans, and at an exit all
 * puts must stand in one transaction, committed before the task ends.
 */
export function createOutboxDatabase(opened: () => void): OutboxDatabase {
  let database: IDBDatabase | null = null
  let opening: Promise<boolean> | null = null
  let isUntried = false
  let failedOpenings = 0
  let joint: Joint | null = null // of the task that runs
  const running = new Set<IDBTransaction>()

  const close = () => {
    joint = null
    isUntried = false
    database?.close()
    database = null
    opening = null // what it opens after this is closed again
  }

  const open = (): Promise<boolean> => {
    if (database || failedOpenings >= MAX_FAILED_OPENINGS) return NativePromise.resolve(!!database)
    opening ??= new NativePromise<boolean>((resolve) => {
      const fail = () => {
        failedOpenings++
        opening = null
        giveUp()
      }
      const giveUp = () => {
        isUntried &&= database !== null
        resolve(false)
      }
      isUntried = true
      later(OPENING_MS, giveUp)
      try {
        const request = indexedDB.open(OUTBOX_NAME, 1)
        listen(request, 'upgradeneeded', () => request.result.createObjectStore(STORE))
        listen(request, 'error', fail)
        listen(request, 'success', () => {
          if (opening !== mine) {
            request.result.close()
            return resolve(false)
          }
          failedOpenings = 0
          running.clear()
          database = request.result
          listen(database, 'versionchange', close) // somebody wants to delete it, such as the browser's developer tools
          listen(database, 'close', close) // the browser has closed it
          opened()
          resolve(true)
        })
      } catch {
        fail() // denied, or there is no IndexedDB here
      }
    })
    const mine = opening
    return mine
  }

  const transact = (work: (store: IDBObjectStore) => void): Promise<Ended> => {
    joint = null // what is written after this comes after it
    let transaction: IDBTransaction
    try {
      if (!database) return NativePromise.resolve('failed')
      transaction = database.transaction(STORE, 'readwrite', bare<IDBTransactionOptions>({ durability: 'relaxed' }))
    } catch {
      close() // closed underneath us
      return NativePromise.resolve('failed')
    }
    let isBegun = false
    running.add(transaction)
    const ended = new NativePromise<Ended>((resolve) => {
      listen(transaction, 'complete', () => resolve(isBegun ? 'done' : 'failed'))
      listen(transaction, 'abort', () => {
        const isFull = transaction.error?.name === 'QuotaExceededError'
        if (!isFull) close() // Safari loses its database process while a tab sleeps: only a new connection works again
        resolve(isFull ? 'full' : 'failed')
      })
    })
    detach(ended, () => running.delete(transaction))
    try {
      work(transaction.objectStore(STORE))
      isBegun = true
    } catch {
      // it ended underneath us
    }
    return ended
  }

  const begin = (): Joint => {
    let store: IDBObjectStore | null = null
    const isBehind = running.size > 0
    const ended = transact((one) => {
      store = one
    })
    detach(ended, (how) => {
      if (how === 'done') isUntried = false
    })
    detach(NativePromise.resolve(), () => {
      if (joint?.store === store) joint = null
      if (store) commit(store)
    })
    return { store, ended, isBehind }
  }

  return {
    isOpen: () => database !== null,
    mayDrop: () => isUntried || (joint ? joint.isBehind : running.size > 0),
    async exists() {
      try {
        return (await indexedDB.databases()).some(({ name }) => name === OUTBOX_NAME)
      } catch {
        return true // Firefox before 126 cannot say
      }
    },
    open,
    transact,
    write(work) {
      joint ??= begin()
      const { store, ended } = joint
      try {
        if (store) work(store)
      } catch {
        return NativePromise.resolve('failed') // bytes that cannot be copied, since somebody gave their buffer away
      }
      return ended
    },
    close,
  }
}

/** Calls back with the result, inside the transaction, where more can be asked. What `then` throws aborts it. */
export function onResult<T>(request: IDBRequest<T>, then: (result: T) => void): void {
  listen(request, 'success', () => {
    try {
      then(request.result)
    } catch (error) {
      request.transaction?.abort()
      throw error
    }
  })
}

/** Says that no more is asked: the transaction then survives a page that dies now. */
export function commit(store: IDBObjectStore): void {
  try {
    store.transaction.commit?.()
  } catch {
    // It has ended already.
  }
}
