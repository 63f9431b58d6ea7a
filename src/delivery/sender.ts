import type { ExporterOptions } from '../export/exporterOptions'
import type { KnownHeaders } from '../export/headers'
import type { StoredBatch } from '../export/kept'
import { EXIT_BUDGET_BYTES, isSameOrigin, type Lanes, LIVING_SHARE_BYTES, type Started } from '../export/lanes'
import { batchOf, bodyOf, type Sealed, type Sealer } from '../export/sealer'
import { together } from '../export/together'
import { detach, NativePromise } from '../lib/native'
import { isExiting, isPutAside } from '../lib/pageLife'
import { createOutbox, type Outbox } from '../outbox/outbox'
import type { PageOutbox } from '../outbox/outboxStore'
import type { ExportResult } from '../process/processor'
import type { DropReason } from '../trace/api'
import type { Span } from '../trace/span'
import { SYNTAXES } from '../wire/syntaxes'
import { Delivery } from './delivery'
import { disarm, type Parcel } from './parcel'
import { createRequests } from './requests'

/** Spans that wait for their export as bodies. */
interface Prepared {
  readonly parcels: readonly Parcel[]
  readonly count: number
}

/** What an exporter has made before its second part came. */
export interface SenderParts {
  readonly options: ExporterOptions
  readonly headers: KnownHeaders
  readonly lanes: Lanes
  readonly sealer: Sealer
  readonly place: PageOutbox
  dropped(count: number, reason: DropReason): void
}

/** How an exporter delivers while the page lives, and what becomes of what could not leave. */
export class Sender {
  private readonly endpoint: string
  private readonly headers: KnownHeaders
  private readonly lanes: Lanes
  private readonly sealer: Sealer
  private madeOutbox: Outbox | null = null
  private readonly delivery: Delivery
  private readonly ahead = new Map<Span | undefined, Prepared>() // by their first spans, oldest first
  private open: Sealed | null = null // the spans that are open while the page hides
  private armed: readonly Sealed[] = [] // what waits while nothing can be sent: a copy is in the outbox
  private draft: { readonly first: Span | undefined; cancel(): void } | null = null // what else waits, as a deferred request
  private forget: (() => void) | null = null // the deferred request with `open`
  private stopped = false

  constructor(private readonly parts: SenderParts) {
    const { options, headers, lanes, sealer } = parts
    const { endpoint, encoding, acceptsJson, compression, beacon } = options
    this.endpoint = endpoint
    this.headers = headers
    this.lanes = lanes
    this.sealer = sealer
    sealer.use(SYNTAXES[encoding])
    const sender = this
    this.delivery = new Delivery({
      endpoint,
      lanes,
      requests: createRequests(options, lanes),
      sealer,
      headers,
      get outbox() {
        return sender.outbox
      },
      // A beacon cannot carry it.
      compresses: beacon !== 'always' && (compression === 'gzip' || (compression === 'auto' && isSameOrigin(endpoint))),
      acceptsJson,
      dropped: parts.dropped,
      doubtChanged: () => this.keepNow(),
    })
  }

  /** Made and opened after the start, which a page waits for: with the first spans, or when what earlier pages left is looked for. */
  private get outbox(): Outbox {
    const { options, place, dropped } = this.parts
    this.madeOutbox ??= createOutbox({ ...options.outbox, endpoint: this.endpoint, dropped }, place)
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

  prepare(spans: readonly Span[]): void {
    const parcels = [...this.parcels(spans)]
    this.ahead.set(spans[0], { parcels, count: spans.length })
    this.disarmDraft(spans)
    detach(NativePromise.all(parcels.map(({ packing }) => packing)), () => this.armAhead())
  }

  export(spans: readonly Span[]): Promise<ExportResult> {
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
   * The browser gets a deferred request where it has them; while nothing can be sent (offline, or the
   * collector wants to be left alone) the outbox gets a copy.
   */
  arm(spans: readonly Span[]): void {
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

  keep(open: readonly Span[]): void {
    this.open = this.sealer.draft(open, EXIT_BUDGET_BYTES, false)
    if (isExiting()) this.keepNow() // else the hide does
  }

  /** What was begun before this part had come. */
  adopt(sealed: Sealed, started: Started, isCleared: boolean): Promise<ExportResult> {
    return this.delivery.adopt(sealed, started, isCleared)
  }

  async forceFlush(): Promise<void> {
    await this.delivery.flush()
  }

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
    this.madeOutbox?.close()
  }

  async clearOutbox(): Promise<void> {
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
      yield* next.parcels
      this.ahead.delete(spans[at]) // now only: an exit whose handler a browser ended comes again
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
    return this.lanes.defer(bodyOf(sealed, this.headers))
  }

  hide(): void {
    this.delivery.hide()
  }

  /** After the page's last words. */
  close(): void {
    this.madeOutbox?.close()
  }

  /** The network is back. */
  resume(): void {
    this.delivery.resume()
  }

  /** What would be lost if the page died now stands with the browser or in the outbox, and nothing else does. */
  keepNow(): void {
    this.forget?.()
    // The browser sends deferred requests also when it puts a page aside, which may come back.
    this.forget = isPutAside() ? null : this.defer(this.open)
    const copies: StoredBatch[] = isExiting() ? [...this.delivery.inDoubt()] : []
    for (const sealed of [...this.armed, this.forget ? null : this.open])
      if (sealed) copies.push(batchOf(sealed, this.endpoint))
    this.outbox.snapshot(copies)
  }

  /** Awake again, and still hidden: the database is opened again, so that it can take what ends and forget what was kept. */
  thaw(): void {
    this.outbox.dropSnapshot()
    this.keepNow()
    this.delivery.resume()
  }

  show(): void {
    this.open = null
    this.forget?.()
    this.forget = null
    this.madeOutbox?.dropSnapshot()
    this.delivery.armUnderWay()
    this.delivery.resume()
  }
}
