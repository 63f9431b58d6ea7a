import type { Sender } from '../delivery/sender'
import { isOffline } from '../lib/isOffline'
import { isPage } from '../lib/isPage'
import { keepListening } from '../lib/lastingListeners'
import {
  isMissing,
  loadSecondPart,
  loadWanted,
  partOrNull,
  wantSecondPart,
  withSecondPart,
} from '../lib/loadSecondPart'
import { detach, IDLE_WITHIN_MS, later, listen, NativePromise, whenIdle } from '../lib/native'
import { isEnding, isExiting, isPutAside, onPageHide, onPageShown } from '../lib/pageLife'
import { afterShutdown, type ExportResult, type SpanExporter, SUCCESS } from '../process/processor'
import type { DropReason } from '../trace/api'
import type { Span } from '../trace/span'
import { type ExporterOptions, type OTLPExporterOptions, readExporterOptions } from './exporterOptions'
import { createHeaders, type HeadersInput, type KnownHeaders } from './headers'
import { type BatchKey, Keeper, keyOf, nameOf, OUTBOX_NAME, spansOf } from './kept'
import { createLanes, EXIT_BUDGET_BYTES, type Lanes, type Started } from './lanes'
import { createStash } from './outboxStash'
import { batchOf, bodyOf, JSON_TYPE, type Sealed, Sealer } from './sealer'
import { encodeSmallJson } from './smallJson'
import { together } from './together'

const MOST_ARMED = 256 // spans; more do not fit as JSON
const MOST_HELD = 2048 // exports, mostly of one span; a batch processor keeps its own until the second part has come

/** An export that waits for the second part. */
interface Held {
  readonly spans: readonly Span[]
  resolve(result: ExportResult | Promise<ExportResult>): void
}

/** A body that an exit gave to fetch before the second part had come. */
interface Unheard {
  readonly sealed: Sealed
  readonly started: Started
  isCleared: boolean
  resolve(result: Promise<ExportResult>): void
}

/**
 * Sends spans to an OpenTelemetry collector by [OTLP/HTTP](https://opentelemetry.io/docs/specs/otlp/#otlphttp): fetch while the
 * page is visible, `sendBeacon` or keepalive fetch when it hides, in bodies that fit the browser's budget for dying pages. What
 * cannot leave is kept on this device and leaves later, from this page or from another one of the site.
 *
 * This is the part that a page needs to start and to be left. The rest (`sender.ts`) is loaded after the first span; until it is
 * there, spans wait, and leave as JSON if the page goes.
 */
export class OTLPExporter implements SpanExporter {
  private readonly options: ExporterOptions
  private readonly headers: KnownHeaders
  private readonly lanes: Lanes
  private readonly sealer: Sealer
  private readonly keeper = new Keeper()
  private readonly stash = createStash()
  private readonly gone = new Set<string>()
  private readonly stops: (() => void)[]
  private tellDrops: (count: number, reason: DropReason) => void = () => {}
  private sender: Sender | null = null
  private stopped = false
  private held: readonly Held[] = []
  private unheard: readonly Unheard[] = []
  private kept: readonly BatchKey[] = [] // in the stash
  private armed: readonly Span[] = []
  private disarm: (() => void) | null = null
  private open: readonly Span[] = []
  private forget: (() => void) | null = null // what the browser or the stash has of `open`

  /** Never throws: a bad endpoint or option is reported, and the default taken. The specification's positional form is understood too. */
  constructor(options?: OTLPExporterOptions | string, headers?: HeadersInput, timeout?: number) {
    this.options = readExporterOptions(typeof options === 'string' ? { endpoint: options, headers, timeout } : options)
    this.headers = createHeaders(this.options.headers)
    this.lanes = createLanes(this.options)
    this.sealer = new Sealer(this.options.encoding, { contentType: JSON_TYPE, encode: encodeSmallJson })
    if (isPage()) void this.headers.ask() // so that an exit before the first export knows them
    this.stops = [
      onPageHide('send', () => (this.sender ? this.sender.hide() : this.leave())),
      onPageHide('keep', () => this.keepAll()),
      onPageHide('close', () => this.sender?.close()), // an open database would keep the page out of the back/forward cache
      onPageShown(() => this.show()),
    ]
    if (typeof window === 'object')
      this.stops = [
        ...this.stops,
        keepListening(window, 'online', () => this.sender?.resume()),
        keepListening(document, 'resume', () => this.sender?.thaw()),
      ]
    withSecondPart((part) => this.take(part.Sender))
    if (isPage() && !this.sender) whenIdle(IDLE_WITHIN_MS, () => this.lookBack())
  }

  /** Spans kept on this device to be sent later. */
  get stored(): number {
    return this.sender ? this.sender.stored : spansOf(this.kept)
  }

  /** Spans that arrived after they had been stored. */
  get sentLater(): number {
    return this.sender?.sentLater ?? 0
  }

  reportDrops(listener: (count: number, reason: DropReason) => void): void {
    this.tellDrops = listener
  }

  noteDrops(count: number, reason: DropReason): void {
    this.sealer.noteDrops(count, reason)
  }

  sizeOf(span: Span): number {
    return this.sealer.sizeOf(span)
  }

  prepare(spans: readonly Span[]): void {
    if (!this.stopped) this.sender?.prepare(spans)
  }

  /**
   * Never rejects. On a page that hides the bytes are with the browser when this returns. On one that lives they may wait for
   * headers, for compression, or for the second part; if it hides in the meantime they leave as they are.
   */
  export(spans: readonly Span[]): Promise<ExportResult> {
    if (this.stopped) return Promise.resolve(afterShutdown())
    if (this.sender) return this.sender.export(spans)
    if (this.held.length > MOST_HELD) return Promise.resolve(notLoaded())
    return new NativePromise((resolve) => {
      this.held = [...this.held, { spans, resolve }]
      if (isExiting() || isMissing()) this.leave()
      if (spans.includes(this.armed[0]!)) this.unarm() // now only: a page that is left may be killed before its bodies are with the browser
      wantSecondPart()
      loadWanted()
    })
  }

  /**
   * See {@link SpanExporter}. The browser gets a deferred request where it has them; while nothing can be sent (offline, or the
   * collector wants to be left alone) the outbox gets a copy.
   */
  arm(spans: readonly Span[]): void {
    if (this.stopped) return
    if (this.sender) {
      this.sender.arm(spans)
      return
    }
    wantSecondPart()
    this.armed = spans.slice(0, MOST_ARMED)
    this.disarm?.()
    this.disarm = this.copy(this.armed, this.lanes.deferRoom(this.headers.current()), true)
  }

  /** See {@link SpanExporter}. */
  keep(open: readonly Span[]): void {
    if (this.stopped) return
    this.open = open
    if (this.sender) this.sender.keep(open)
    else if (isExiting()) this.keepOpen() // else the hide does
  }

  /** Resolves when every request under way has been answered, and what was stored was tried once more, if its time has come. */
  async forceFlush(): Promise<void> {
    await (this.sender ?? (await this.load()))?.forceFlush()
  }

  /** Waits for what is under way; later exports fail. What is stored leaves with the next page. */
  async shutdown(): Promise<void> {
    this.stopped = true
    if (this.held.length + this.unheard.length > 0) await this.load()
    await this.sender?.shutdown()
    this.unarm()
    this.forget?.()
    for (const stop of this.stops) stop()
  }

  /**
   * At a logout: from the call on, forgets all that it was given; resolves when nothing is kept on this device any more, for all pages of
   * the site. Requests under way are aborted, and count as `outbox_cleared` unless they were answered. What the browser has taken
   * (a beacon, a request that the collector has) cannot be recalled. Where the second part cannot be loaded, what older pages stored is
   * removed without being counted.
   */
  async clearOutbox(): Promise<void> {
    this.lanes.recall()
    if (this.sender) return await this.sender.clearOutbox()
    this.clear()
    const clearLater = async () => await this.take((await loadSecondPart()).Sender).clearOutbox()
    const cleared = clearLater()
    if (await this.load()) await cleared
    else await removeOutbox()
  }

  // What follows is for the time before the second part has come.

  /** `null` when it could not be loaded the first time. */
  private async load(): Promise<Sender | null> {
    const part = await partOrNull()
    return part && this.take(part.Sender)
  }

  /** On a page that makes no span too, what earlier pages stored leaves, or is removed. */
  private lookBack(): void {
    if (this.sender || this.options.outbox.consent() === undefined) return
    const begin = (stored: readonly unknown[]) => {
      if (stored.length > 0) wantSecondPart()
    }
    begin(this.stash.list())
    try {
      const databases = globalThis.indexedDB?.databases?.()
      const found = (all: IDBDatabaseInfo[]) => begin(all.filter(({ name }) => name === OUTBOX_NAME))
      detach(databases, found, () => {})
    } catch {
      // Denied, as in a private window.
    }
  }

  /** The second part is here: it goes on with all that waits. */
  private take(Rest: typeof Sender): Sender {
    if (this.sender) return this.sender
    const { options, headers, lanes, sealer, keeper, stash, kept, gone } = this
    const dropped = (count: number, reason: DropReason) => this.tellDrops(count, reason)
    const sender = new Rest({ options, headers, lanes, sealer, place: { keeper, stash, kept, gone }, dropped })
    this.sender = sender
    for (const { sealed, started, isCleared, resolve } of this.unheard)
      resolve(sender.adopt(sealed, started, isCleared))
    for (const { spans, resolve } of this.held) resolve(sender.export(spans))
    if (this.armed.length > 0) sender.arm(this.armed)
    if (this.open.length > 0) sender.keep(this.open)
    this.disarm?.()
    this.forget?.()
    this.unheard = this.held = this.kept = this.armed = this.open = []
    if (this.stopped) detach(sender.shutdown())
    return sender
  }

  private keepAll(): void {
    if (this.sender) this.sender.keepNow()
    else {
      this.keepOpen()
      loadWanted() // most hidden pages live on
    }
  }

  private show(): void {
    this.open = []
    this.forget?.()
    if (this.sender) this.sender.show()
    else loadWanted()
  }

  /** What waits leaves now. */
  private leave(): void {
    void this.headers.ask()
    for (const { spans, resolve } of this.held) {
      let left = spans.length // what no body holds could not be encoded
      const results: Promise<ExportResult>[] = []
      for (const sealed of this.sealer.seal(spans, () => this.lanes.room())) {
        left -= sealed.spans.length
        results.push(this.send(sealed))
        if (sealed.spans.includes(this.armed[0]!)) this.unarm() // of the browser's quota the bodies behind it may need all
      }
      resolve(NativePromise.all(results).then((all) => together(all, left)))
    }
    this.held = []
  }

  private unarm(): void {
    this.disarm?.()
    this.armed = []
  }

  private send(sealed: Sealed): Promise<ExportResult> {
    const { lanes, headers } = this
    const body = bodyOf(sealed, headers)
    const stored = { code: 'success', stored: sealed.spans.length } as const
    const { encoding, acceptsJson, beaconContentType } = this.options
    const isMistaken = beaconContentType !== null && encoding !== 'json' // whoever is told that type takes it for protobuf
    if ((isOffline() || !headers.areKnown() || isMistaken || !acceptsJson) && this.store(sealed, 0))
      return NativePromise.resolve(stored)
    const left = lanes.leave(body, null, (chosen) => lanes.start(chosen, true))
    if (left === true || (!left && isEnding() && lanes.defer(body))) return NativePromise.resolve(SUCCESS)
    if (!left && this.store(sealed, 0)) return NativePromise.resolve(stored)
    return new NativePromise((resolve) => {
      const started = left || lanes.start(body, false)
      detach(started.response, null, () => {}) // heard when there is somebody who listens
      this.unheard = [...this.unheard, { sealed, started, isCleared: false, resolve }]
    })
  }

  /** On this device, where that is possible and allowed: what it was stored under. */
  private store(sealed: Sealed, isSnapshot: 0 | 1): BatchKey | null {
    const { endpoint, outbox } = this.options
    if (outbox.consent() !== true) return null
    const one = this.keeper.keep(batchOf(sealed, endpoint), isSnapshot)
    if (this.stash.add([one]).length > 0) return null
    if (!isSnapshot) this.kept = [...this.kept, one.key]
    return one.key
  }

  /** The spans that are open would be lost if the page died now. */
  private keepOpen(): void {
    this.forget?.()
    this.forget = this.copy(this.open, EXIT_BUDGET_BYTES, false)
  }

  /** For the browser to send if the page is gone without a word, or for a later page. Gives what takes it back. */
  private copy(spans: readonly Span[], limit: number, isNumbered: boolean): (() => void) | null {
    const { lanes, headers, options } = this
    const mayDefer = options.acceptsJson && lanes.canDefer && headers.areKnown() && !isOffline() && !isPutAside() // which may come back
    const mayStore = isExiting() || isOffline()
    if (!mayDefer && !mayStore) return null
    const sealed = this.sealer.draft(spans, limit, isNumbered)
    if (!sealed) return null
    const cancel = mayDefer ? lanes.defer(bodyOf(sealed, headers)) : null
    if (cancel || !mayStore) return cancel
    const key = this.store(sealed, 1)
    return key && (() => this.stash.remove([key]))
  }

  private clear(): void {
    const cleared = (count: number) => count > 0 && this.tellDrops(count, 'outbox_cleared')
    for (const { spans, resolve } of this.held) {
      resolve({ code: 'success', stored: spans.length })
      cleared(spans.length)
    }
    for (const one of this.unheard) one.isCleared = true
    this.forget?.() // of spans that are open, and count when they end
    const stashed = this.stash.list().map(keyOf)
    cleared(spansOf(stashed))
    this.stash.remove(stashed)
    for (const key of stashed) this.gone.add(nameOf(key))
    this.held = this.kept = this.armed = this.open = []
  }
}

const REMOVING_MS = 3000 // behind a page that does not let go of it

/** All that pages of this site have stored, unread. Resolves when it is gone, or the browser does not do it. */
function removeOutbox(): Promise<void> {
  return new NativePromise((resolve) => {
    const done = () => resolve()
    later(REMOVING_MS, done)
    try {
      const removing = indexedDB.deleteDatabase(OUTBOX_NAME)
      listen(removing, 'success', done)
      listen(removing, 'error', done)
    } catch {
      done() // denied, or there is none
    }
  })
}

function notLoaded(): ExportResult {
  return { code: 'failed', error: new Error('the part that delivers spans has not been loaded'), retryable: true }
}
