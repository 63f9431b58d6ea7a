import 'fake-indexeddb/auto'
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb'
import { afterEach, beforeEach, vi } from 'vitest'
import { Keeper, OUTBOX_NAME } from '../../src/export/kept'
import { createStash } from '../../src/export/outboxStash'
import { onPageHide } from '../../src/lib/pageLife'
import {
  createOutbox,
  type Outbox,
  type OutboxOptions,
  type SendStored,
  type StoredBatch,
} from '../../src/outbox/outbox'
import { fakeLocks } from '../export/fakeLocks'

export const ENDPOINT = 'https://collector.test/v1/traces'

/** One page of the site. */
export interface Page extends Outbox {
  /** What was dropped, as `count reason`. */
  readonly lost: string[]
  /** Drains with a send that says `sent` each time; the texts that it was given. */
  sendAll(endpoint?: string): Promise<string[]>
}

let window = new EventTarget()
let document = Object.assign(new EventTarget(), { nodeType: 9, visibilityState: 'visible' })
let undo: (() => void)[] = []

/** A fresh site before each test: its database, locks, and one tab that is looked at. */
export function freshSite(): void {
  beforeEach(() => {
    window = new EventTarget()
    document = Object.assign(new EventTarget(), { nodeType: 9, visibilityState: 'visible' })
    vi.stubGlobal('window', window)
    vi.stubGlobal('document', document)
    vi.stubGlobal('indexedDB', new IDBFactory())
    vi.stubGlobal('navigator', { locks: fakeLocks() })
    changeTab()
    undo = [onPageHide('send', () => {})]
  })
  afterEach(() => {
    for (const off of undo) off()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
}

/** What is created from now on is in another tab. */
export function changeTab(copied: ReadonlyMap<string, string> = new Map()): void {
  const texts = new Map(copied)
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => texts.get(name) ?? null,
    setItem: (name: string, text: string) => void texts.set(name, text),
    removeItem: (name: string) => void texts.delete(name),
  })
}

/** A transaction of another tab, for which all others wait until it is let go. */
export async function holdDatabase(): Promise<() => void> {
  const database = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(OUTBOX_NAME)
    request.onsuccess = () => resolve(request.result)
  })
  const [name] = database.objectStoreNames
  const store = database.transaction(name!, 'readwrite').objectStore(name!)
  let isHeld = true
  const hold = () => {
    if (isHeld) store.count().onsuccess = hold
    else database.close()
  }
  hold()
  return () => {
    isHeld = false
  }
}

export function openPage(options: Partial<OutboxOptions> = {}): Page {
  const lost: string[] = []
  const bounds: OutboxOptions = {
    endpoint: ENDPOINT,
    maxBytes: 1000,
    maxAge: 3_600_000,
    consent: () => true,
    dropped: (count, reason) => void lost.push(`${count} ${reason}`),
    ...options,
  }
  const place = { keeper: new Keeper(), stash: createStash(), kept: [], gone: new Set<string>() }
  const outbox = createOutbox(bounds, place)
  undo.push(outbox.close)
  return {
    ...outbox,
    lost,
    async sendAll(endpoint = ENDPOINT) {
      const texts: string[] = []
      await outbox.drain(endpoint, async (batch) => {
        texts.push(textOf(batch))
        return 'sent'
      })
      return texts
    },
  }
}

/** A page whose database is open. */
export async function openReadyPage(options: Partial<OutboxOptions> = {}): Promise<Page> {
  const page = openPage(options)
  await page.sendAll('https://nowhere.test/')
  return page
}

/** A body of `size` bytes that begins with the text. */
export function batch(text: string, { size = 100, count = 1, endpoint = ENDPOINT } = {}): StoredBatch {
  const bytes = new Uint8Array(size)
  new TextEncoder().encodeInto(text, bytes)
  return { endpoint, bytes, count, contentType: 'application/x-protobuf', contentEncoding: null }
}

export function textOf({ bytes }: StoredBatch): string {
  return new TextDecoder().decode(bytes).replace(/\0+$/, '')
}

/** A send whose answer the test gives. */
export function heldSend(): {
  readonly send: SendStored
  /** Resolves when it is asked to send. */
  readonly asked: Promise<string>
  readonly answer: (outcome: 'sent' | 'later') => void
  readonly survives: () => void
  readonly texts: string[]
} {
  const texts: string[] = []
  let answer: (outcome: 'sent' | 'later') => void = () => {}
  let survives = () => {}
  let ask: (text: string) => void = () => {}
  const asked = new Promise<string>((resolve) => {
    ask = resolve
  })
  return {
    texts,
    asked,
    survives: () => survives(),
    answer: (outcome) => answer(outcome),
    send: (stored, begun) => {
      let isSurvivor = false
      begun({ survives: () => isSurvivor, abort() {} })
      survives = () => {
        isSurvivor = true
      }
      texts.push(textOf(stored))
      ask(textOf(stored))
      return new Promise((resolve) => {
        answer = resolve
      })
    },
  }
}

/** The bodies in the database, read past the outbox: the texts, oldest first. */
export async function stored(): Promise<string[]> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('codomyrmex-telemetry')
    request.onupgradeneeded = () => request.result.createObjectStore('batches')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const bodies = await new Promise<StoredBatch[]>((resolve) => {
    const request = database.transaction('batches').objectStore('batches').getAll(IDBKeyRange.lowerBound([]))
    request.onsuccess = () => resolve(request.result as StoredBatch[])
  })
  database.close()
  return bodies.map(textOf)
}

/** The browser gives no room for the next puts. */
export function refusePuts(times: number): void {
  const put = IDBObjectStore.prototype.put
  let left = times
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
    const request = Reflect.apply(put, this, args)
    if (left-- > 0) {
      const transaction = this.transaction as IDBTransaction & { _abort(name: string): void }
      queueMicrotask(() => transaction._abort('QuotaExceededError'))
    }
    return request
  })
}

/** The window is shown or hidden, as by a change of tabs. */
export function become(state: 'visible' | 'hidden'): void {
  document.visibilityState = state
  document.dispatchEvent(new Event('visibilitychange'))
  window.dispatchEvent(new Event('visibilitychange')) // where it bubbles to
}

/** The page is left: first `pagehide`, then it is hidden. */
export function leave(atPagehide: () => void = () => {}): void {
  window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }))
  atPagehide()
  become('hidden')
}

/** Back from the back/forward cache. */
export function comeBack(): void {
  document.visibilityState = 'visible'
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
}
