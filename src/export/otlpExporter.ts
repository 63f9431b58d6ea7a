import { isPage } from '../lib/isPage'
import { listen, NativePromise, plainThen } from '../lib/native'
import { isExiting, isPutAside, onPageHidden, onPageShown } from '../lib/onPageHidden'
import { afterShutdown, type ExportResult, type SpanExporter } from '../process/processor'
import type { DropReason } from '../trace/api'
import type { Span } from '../trace/span'
import { Delivery } from './delivery'
import { type OTLPExporterOptions, readExporterOptions } from './exporterOptions'
import { createHeaders, type HeadersInput, type KnownHeaders } from './headers'
import { createLanes, EXIT_BUDGET_BYTES, isSameOrigin, type Lanes, LIVING_SHARE_BYTES } from './lanes'
import { createOutbox, type Outbox, type OutboxOptions, type StoredBatch } from './outbox'
import { disarm, type Parcel, together } from './parcel'
import { type Sealed, Sealer } from './sealer'

/** Spans that wait for their export as bodies. */
interface Prepared {
  readonly parcels: readonly Parcel[]
  readonly count: number
}

/**
 * Sends spans to an OpenTelemetry collector by [OTLP/HTTP](https://opentelemetry.io/docs/specs/otlp/#otlphttp): fetch while the
 * page is visible, `sendBeacon` or keepalive fetch when it hides, in bodies that fit the browser's budget for dying pages. What
 * cannot leave is kept on this device and leaves later, from this page or from another one of the site.
 */
export class OTLPExporter implements SpanExporter {
  private readonly endpoint: string
  private readonly headers: KnownHeaders
  private readonly lanes: Lanes
  private readonly sealer: Sealer
  private readonly outboxOptions: OutboxOptions
  private madeOutbox: Outbox | null = null
  private readonly delivery: Delivery
  private readonly ahead = new Map<Span | undefined, Prepared>() // by their first spans, oldest first
  private readonly stops: (() => void)[]
  private tellDrops: (count: number, reason: DropReason) => void = () => {}
  private open: Sealed | null = null // the spans that are open while the page hides
  private armed: readonly Sealed[] = [] // what waits while nothing can be sent: a copy is in the outbox
  private draft: { readonly first: Span | undefined; cancel(): void } | null = null // what else waits, as a deferred request
  private forget: (() => void) | null = null // the deferred request with `open`
  private stopped = false

  /** Never throws: a bad endpoint or option is reported, and the default taken. The specification's positional form is understood too. */
  constructor(options?: OTLPExporterOptions | string, headers?: HeadersInput, timeout?: number) {
    const read = readExporterOptions(typeof options === 'string' ? { endpoint: options, headers, timeout } : options)
    const { endpoint, compression, outbox } = read
    const dropped = (count: number, reason: DropReason) => this.tellDrops(count, reason)
    this.endpoint = read.endpoint
    this.headers = createHeaders(read.headers)
    this.lanes = createLanes(read)
    this.sealer = new Sealer(read.encoding)
    this.outboxOptions = { ...outbox, endpoint, dropped }
    const exporter = this
    this.delivery = new Delivery({
      endpoint,
      lanes: this.lanes,
      sealer: this.sealer,
      headers: this.headers,
      get outbox() {
        return exporter.outbox
      },
      // A beacon cannot carry it.
      compresses:
        read.beacon !== 'always' && (compression === 'gzip' || (compression === 'auto' && isSameOrigin(endpoint))),
      dropped,
      doubtChanged: () => this.keepNow(),
    })
    if (isPage()) void this.headers.ask() // so that an exit before the first export knows them
    // After the page's last words: an open database would keep it out of the back/forward cache.
    const leave = () => this.madeOutbox?.close()
    this.stops = [onPageHidden(() => this.hide()), onPageShown(() => this.show())]
    if (typeof window === 'object')
      this.stops = [
        ...this.stops,
        // Twice: Firefox ends the handler that runs when it ends the process of a closed tab, and calls the next one.
        listen(window, 'pagehide', leave, { capture: true }),
        listen(window, 'pagehide', leave),
        listen(document, 'freeze', leave),
        listen(window, 'online', () => this.delivery.resume()),
        listen(document, 'resume', () => this.thaw()),
      ]
  }

  /** Made and opened after the start, which a page waits for: with the first spans, or when what earlier pages left is looked for. */
  private get outbox(): Outbox {
    this.madeOutbox ??= createOutbox(this.outboxOptions)
    return this.madeOutbox
  }

  /** Spans kept on this device to be sent later. */
  get stored(): number {
    return this.outbox.stats(this.endpoint).spans
  }

  /** Spans that arrived after they had been stored. */
  get sentLater(): number {
    return this.delivery.sentLater
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
    if (this.stopped) return
    const parcels = [...this.parcels(spans)]
    this.ahead.set(spans[0], { parcels, count: spans.length })
    this.disarmDraft(spans)
    plainThen(NativePromise.all(parcels.map(({ packing }) => packing)), () => this.armAhead())
  }

  /**
   * Never rejects. On a page that hides the bytes are with the browser when this returns. On one that lives they may wait for
   * headers or for compression; if it hides in the meantime they leave as they are.
   */
  export(spans: readonly Span[]): Promise<ExportResult> {
    if (this.stopped) return Promise.resolve(afterShutdown())
    if (!isExiting()) this.outbox.stayReady()
    const { armed } = this
    if (armed.length > 0) this.armed = armed.filter((sealed) => !spans.includes(sealed.spans[0]!))
    if (!isExiting()) this.disarmDraft(spans) // of the quota its bodies may need all
    const asked = this.headers.ask()
    const results: Promise<ExportResult>[] = []
    let left = spans.length // what no parcel holds could not be encoded
    // One after the other: each takes its share of the exit budget before the next one is cut.
    for (const parcel of this.parcelsOf(spans)) {
      left -= parcel.sealed.spans.length
      results.push(this.delivery.deliver(parcel, asked))
    }
    this.disarmDraft(spans) // now only: a page that is left may be killed before its bodies are with the browser
    if (this.armed.length < armed.length) this.keepNow() // at an exit in the transaction that stores the spans: the copy goes if, and only if, they are there
    return Promise.all(results).then((all) => together(all, left))
  }

  /**
   * See {@link SpanExporter}. The browser gets a deferred request where it has them; while nothing can be sent (offline, or the
   * collector wants to be left alone) the outbox gets a copy.
   */
  arm(spans: readonly Span[]): void {
    if (this.stopped) return
    this.outbox.stayReady()
    this.disarmDraft()
    const mustWait = this.delivery.mustWait()
    if (!mustWait && !this.lanes.canDefer) return
    if (!mustWait) {
      if (!this.armAhead()) return
      const room = this.lanes.deferRoom(this.headers.current())
      const cancel = this.defer(this.sealer.draft(spans, room, true))
      if (!cancel) return
      this.draft = { first: spans[0], cancel }
      if (this.armed.length === 0) return
      this.armed = [] // the pause is over
      this.keepNow()
    } else {
      const ahead = this.parcelsAhead()
      ahead.forEach(disarm)
      const sealed = this.sealer.draft(spans, EXIT_BUDGET_BYTES, true)
      this.armed = [...ahead.map((parcel) => parcel.sealed), ...(sealed ? [sealed] : [])]
      this.keepNow()
    }
  }

  /** What would die with the page, the oldest first, as far as the browser's quota goes. */
  private armAhead(): boolean {
    return this.delivery.armUnderWay() && this.parcelsAhead().every((parcel) => this.delivery.arm(parcel))
  }

  /** Where it is of these spans, or whatever it is of. */
  private disarmDraft(spans?: readonly Span[]): void {
    const { draft } = this
    if (!draft || (spans && !spans.includes(draft.first!))) return
    draft.cancel()
    this.draft = null
  }

  private parcelsAhead(): readonly Parcel[] {
    return [...this.ahead.values()].flatMap(({ parcels }) => parcels)
  }

  /** See {@link SpanExporter}. */
  keep(open: readonly Span[]): void {
    if (this.stopped) return
    this.open = this.sealer.draft(open, EXIT_BUDGET_BYTES, false)
    if (isExiting()) this.keepNow() // else the hide does
  }

  /** Resolves when every request under way has been answered, and what was stored was tried once more, if its time has come. */
  async forceFlush(): Promise<void> {
    await this.delivery.flush()
  }

  /** Waits for what is under way; later exports fail. What is stored leaves with the next page. */
  async shutdown(): Promise<void> {
    this.stopped = true
    this.disarmDraft()
    this.parcelsAhead().forEach(disarm)
    this.ahead.clear()
    this.armed = []
    await this.delivery.flush()
    await this.delivery.stop()
    this.open = null
    this.keepNow()
    for (const stop of this.stops) stop()
    this.madeOutbox?.close()
  }

  /**
   * At a logout: from the call on, forgets all that it was given; resolves when nothing is kept on this device any more, for all pages of
   * the site. Requests under way are aborted, and count as `outbox_cleared` unless they were answered. What the browser has taken
   * (a beacon, a request that the collector has) cannot be recalled.
   */
  async clearOutbox(): Promise<void> {
    this.lanes.recall()
    this.ahead.clear()
    this.armed = []
    this.open = null
    this.delivery.clear()
    await this.outbox.clear()
    if (this.stopped) this.outbox.close()
  }

  /** Those that were prepared, then the rest as it is asked for. */
  private *parcelsOf(spans: readonly Span[]): Generator<Parcel> {
    let at = 0
    for (let next = this.ahead.get(spans[0]); next; next = this.ahead.get(spans[at])) {
      this.ahead.delete(spans[at])
      yield* next.parcels
      at += next.count
    }
    if (at < spans.length) yield* this.parcels(spans.slice(at))
  }

  private *parcels(spans: readonly Span[]): Generator<Parcel> {
    const limit = () => Math.min(this.delivery.largest, isExiting() ? this.lanes.room() : LIVING_SHARE_BYTES)
    for (const sealed of this.sealer.seal(spans, limit)) yield this.delivery.pack(sealed)
  }

  private defer(sealed: Sealed | null): (() => void) | null {
    if (!sealed || !this.headers.areKnown()) return null
    const { bytes, contentType } = sealed
    return this.lanes.defer({ bytes, contentType, contentEncoding: null, headers: this.headers.current() })
  }

  private hide(): void {
    this.delivery.hide()
    this.keepNow()
  }

  /** What would be lost if the page died now stands with the browser or in the outbox, and nothing else does. */
  private keepNow(): void {
    this.forget?.()
    // The browser sends deferred requests also when it puts a page aside, which may come back.
    this.forget = isPutAside() ? null : this.defer(this.open)
    const copies: StoredBatch[] = isExiting() ? [...this.delivery.inDoubt()] : []
    for (const sealed of [...this.armed, this.forget ? null : this.open]) {
      if (!sealed) continue
      const { bytes, contentType, spans } = sealed
      copies.push({ endpoint: this.endpoint, bytes, contentType, contentEncoding: null, count: spans.length })
    }
    this.outbox.snapshot(copies)
  }

  /** Awake again, and still hidden: the database is opened again, so that it can take what ends and forget what was kept. */
  private thaw(): void {
    this.outbox.dropSnapshot()
    this.keepNow()
    this.delivery.resume()
  }

  private show(): void {
    this.open = null
    this.forget?.()
    this.forget = null
    this.madeOutbox?.dropSnapshot()
    this.delivery.armUnderWay()
    this.delivery.resume()
  }
}
