import 'fake-indexeddb/auto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, vi } from 'vitest'
import { fakeLocalStorage } from '../support/fakeLocalStorage'
import { catchReports } from '../support/reports'
import { FakeCollector, type Incoming, type Lane } from './fakeCollector'
import { fakeLocks } from './fakeLocks'

const BUDGET = 64 * 1024 // of a browser: keepalive requests and beacons under way together
const PACKING_MS = 3
const MINUTE_MS = 60_000
const REFUSAL: Fate = { there: null, status: 0, after: 0 }

/** What becomes of one request. */
export interface Fate {
  /** Milliseconds until the collector has the body, `null` for never. @default 1 */
  readonly there?: number | null
  /** Milliseconds until the page hears of it, `null` for never. @default 2 */
  readonly after?: number | null
  /** 0: the page hears of a failed network. @default 200 */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Of the answer. */
  readonly body?: BodyInit | null
  /** Spans of it that the collector refuses. */
  readonly rejected?: number
}

interface Open {
  die(): void
}

export interface Site {
  readonly indexedDB: IDBFactory | undefined
  readonly session: Map<string, string>
  /** Local storage, with its texts as properties of its own. */
  readonly local?: object
}

export const newSite = (hasStorage = true): Site => ({
  indexedDB: hasStorage ? new IDBFactory() : undefined,
  session: new Map(),
})

/** A site with local storage as well. */
export function newWholeSite(): Site {
  return { ...newSite(), local: fakeLocalStorage() }
}

/** A window with its document, its network and its storage; timers are fake. Load the sources with `load()`. */
export class FakePage {
  readonly window = new EventTarget()
  readonly document = Object.assign(new EventTarget(), { nodeType: 9, visibilityState: 'visible', prerendering: false })
  readonly navigator = {
    onLine: true,
    locks: fakeLocks(),
    sendBeacon: (url: string, body: Blob): boolean => this.beacon(url, body),
  }
  /** Every request that was made, whatever became of it. */
  readonly asked: Incoming[] = []
  /** Deferred requests that were armed, with what became of them. */
  readonly deferred: { readonly incoming: Incoming; isCancelled: boolean }[] = []
  fate: (incoming: Incoming) => Fate = () => ({})
  /** Bytes that other scripts have under way. */
  othersSpend = 0
  /** While it is hidden its timers fire at full minutes only, as those of a tab that has been in the background for five. */
  isThrottled = false
  private readonly open = new Set<Open>()
  private spent = 0
  private isDead = false
  private setTimer = setTimeout
  private readonly blobs = new WeakMap<Blob, Uint8Array>()

  constructor(
    readonly collector = new FakeCollector(),
    readonly site: Site = newSite(),
  ) {}

  /** The sources, newly loaded on this page. Fake timers must be on. `secondPart`: what that waits for, if it is not there from the start. */
  async load({ hasFetchLater = false, secondPart = null as (() => Promise<unknown>) | null } = {}) {
    const page = this
    vi.resetModules()
    vi.unstubAllGlobals() // of the page before
    this.setTimer = setTimeout // the network's: no page slows it down
    const awake = new Map<unknown, ReturnType<typeof setTimeout>>() // timers that are due, by the ids that the page has
    vi.stubGlobal('setTimeout', (work: () => void, ms: number) => {
      const due = () => {
        const isHeld = this.isThrottled && this.document.visibilityState === 'hidden' && Date.now() % MINUTE_MS !== 0
        if (isHeld) awake.set(id, this.setTimer(due, MINUTE_MS - (Date.now() % MINUTE_MS)))
        else if (!this.isDead) work()
      }
      const id = this.setTimer(due, ms)
      return id
    })
    const clearTimer = clearTimeout
    vi.stubGlobal('clearTimeout', (id: ReturnType<typeof setTimeout>) => {
      clearTimer(id)
      clearTimer(awake.get(id))
    })
    vi.stubGlobal('window', this.window)
    vi.stubGlobal('document', this.document)
    vi.stubGlobal('navigator', this.navigator)
    vi.stubGlobal('location', new URL('https://shop.test/'))
    vi.stubGlobal('indexedDB', this.site.indexedDB)
    vi.stubGlobal('fetch', this.fetch)
    vi.stubGlobal('fetchLater', hasFetchLater ? this.fetchLater : undefined)
    // A beacon's bytes are needed at once; a blob gives them later.
    class SyncBlob extends Blob {
      constructor(parts: Uint8Array<ArrayBuffer>[], options?: BlobPropertyBag) {
        super(parts, options)
        page.blobs.set(this, Buffer.concat(parts))
      }
    }
    vi.stubGlobal('Blob', SyncBlob)
    const { session, local } = this.site
    if (local) vi.stubGlobal('localStorage', local)
    vi.stubGlobal('sessionStorage', {
      getItem: (name: string) => session.get(name) ?? null,
      setItem: (name: string, text: string) => void session.set(name, text),
      removeItem: (name: string) => void session.delete(name),
    })
    const inAWhile = (work: typeof gzipSync) => (bytes: Uint8Array) =>
      new Promise((resolve) => this.setTimer(() => this.isDead || resolve(orNull(() => work(bytes))), PACKING_MS))
    vi.doMock('../../src/wire/compress', () => ({
      COMPRESS_FROM_BYTES: 1024,
      canCompress: () => true,
      gzip: inAWhile(gzipSync),
      gunzip: inAWhile(gunzipSync),
    }))
    const loader = await import('../../src/lib/loadSecondPart')
    vi.doMock('../support/loadSecondPart', () => loader)
    vi.doUnmock('../../src/secondPart') // of the page before
    const part = await import('../../src/secondPart')
    if (secondPart)
      vi.doMock('../../src/secondPart', async () => {
        await secondPart()
        return part
      })
    else loader.provide(part)
    return {
      ...(await import('../../src/export/otlpExporter')),
      ...(await import('../../src/process/batch')),
      ...(await import('../../src/process/simple')),
      ...(await import('../../src/trace/tracer')),
      ...(await import('../../src/trace/openSpans')),
      ...(await import('../../src/lib/pageLife')),
    }
  }

  hide(): void {
    this.document.visibilityState = 'hidden'
    this.document.dispatchEvent(new Event('visibilitychange'))
    this.window.dispatchEvent(new Event('visibilitychange')) // where it bubbles to
  }

  show(): void {
    this.document.visibilityState = 'visible'
    this.document.dispatchEvent(new Event('visibilitychange'))
  }

  freeze(): void {
    this.document.dispatchEvent(new Event('freeze'))
  }

  resume(): void {
    this.document.dispatchEvent(new Event('resume'))
  }

  /** The events of an exit; `persisted`: into the back/forward cache. */
  leave(persisted: boolean): void {
    this.window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted }))
    this.hide()
  }

  comeBack(): void {
    this.document.visibilityState = 'visible'
    this.window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    this.document.dispatchEvent(new Event('visibilitychange'))
  }

  activate(): void {
    this.document.prerendering = false
    this.document.dispatchEvent(new Event('prerenderingchange'))
    this.show()
  }

  goOnline(isOnline: boolean): void {
    this.navigator.onLine = isOnline
    if (isOnline) this.window.dispatchEvent(new Event('online'))
  }

  /** The process is gone: what survives arrives, nothing is heard of any more. What the database was given is kept. */
  async die(): Promise<void> {
    this.isDead = true
    for (const request of [...this.open]) request.die()
    for (const { incoming, isCancelled } of this.deferred) if (!isCancelled) this.collector.take(incoming)
    await vi.advanceTimersByTimeAsync(100) // for the database
  }

  private readonly fetch = (url: string, init: RequestInit): Promise<Response> => {
    const bytes = init.body as Uint8Array
    const incoming = this.ask(init.keepalive ? 'keepalive' : 'fetch', url, bytes, headersOf(init))
    if (this.isDead) return new Promise(() => {})
    if (init.keepalive && !this.hasRoom(bytes)) return Promise.reject(new TypeError('Failed to fetch'))
    const fate = this.navigator.onLine ? this.fate(incoming) : REFUSAL
    const { there = 1, after = 2, status = 200, rejected = 0 } = fate
    const isTaken = status === 0 || (status >= 200 && status < 300)
    this.spent += init.keepalive ? bytes.length : 0
    return new Promise((resolve, reject) => {
      let taken: readonly string[] = []
      const arrive = () => {
        if (there !== null && isTaken && taken.length === 0) taken = this.collector.take(incoming, rejected)
      }
      /** It is over, and the page does not learn what became of it. */
      const forget = () => {
        finish()
        for (const id of taken) this.collector.unheard.add(id)
      }
      const finish = () => {
        this.open.delete(request)
        for (const timer of timers) clearTimeout(timer)
        this.spent -= init.keepalive ? bytes.length : 0
      }
      const answer = () => {
        arrive()
        if (status === 0) {
          forget()
          return reject(new TypeError('Failed to fetch'))
        }
        finish()
        resolve(new Response(status === 204 ? null : (fate.body ?? null), { status, headers: { ...fate.headers } }))
      }
      const request: Open = {
        die: () => {
          if (!init.keepalive) return forget()
          arrive()
          finish()
        },
      }
      this.open.add(request)
      const timers = [
        ...(there === null ? [] : [this.setTimer(arrive, there)]),
        ...(after === null ? [] : [this.setTimer(answer, after)]),
      ]
      init.signal?.addEventListener('abort', () => {
        if (!this.open.has(request)) return
        forget()
        reject(new DOMException('aborted', 'AbortError'))
      })
    })
  }

  private beacon(url: string, body: Blob): boolean {
    const bytes = this.blobs.get(body)!
    const incoming = this.ask('beacon', url, bytes, { 'content-type': body.type })
    if (this.isDead || !this.hasRoom(bytes)) return false
    this.spent += bytes.length
    this.setTimer(() => {
      this.spent -= bytes.length
    }, 100)
    this.collector.take(incoming)
    return true
  }

  private readonly fetchLater = (url: string, init: RequestInit) => {
    const bytes = init.body as Uint8Array
    const armed = this.deferred.filter(({ isCancelled }) => !isCancelled)
    const size = armed.reduce((sum, { incoming }) => sum + incoming.bytes.length, bytes.length)
    if (size > BUDGET) throw new DOMException('full', 'QuotaExceededError')
    const entry = { incoming: { lane: 'deferred' as const, url, bytes, headers: headersOf(init) }, isCancelled: false }
    this.deferred.push(entry)
    init.signal?.addEventListener('abort', () => {
      entry.isCancelled = true
    })
  }

  private ask(lane: Lane, url: string, bytes: Uint8Array, headers: Record<string, string>): Incoming {
    const incoming = { lane, url, bytes: Uint8Array.from(bytes), headers }
    this.asked.push(incoming)
    return incoming
  }

  private hasRoom({ length }: Uint8Array): boolean {
    return this.spent + this.othersSpend + length <= BUDGET
  }
}

function orNull(work: () => Uint8Array): Uint8Array | null {
  try {
    return new Uint8Array(work())
  } catch {
    return null
  }
}

function headersOf({ headers }: RequestInit): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers as Record<string, string>).map(([name, value]) => [name.toLowerCase(), value]),
  )
}

/** Before each test a page of its own, with fake timers; `reports` are our sentences on the console. All is put back after it. */
export function onFreshPages(open: (page: FakePage, reports: readonly string[]) => void): void {
  beforeEach(() => {
    vi.useFakeTimers()
    open(new FakePage(), catchReports())
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })
}
