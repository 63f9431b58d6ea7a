import type { KnownHeaders } from '../export/headers'
import { type Body, isSameOrigin, type Lanes, type Started } from '../export/lanes'
import { batchOf, bodyOf, isJson, type Sealed, type Sealer } from '../export/sealer'
import { together } from '../export/together'
import { detach, NativePromise, plainThen } from '../lib/native'
import { isEnding, isExiting } from '../lib/pageLife'
import { activated } from '../lib/prerendering'
import type { Outbox, StoredBatch } from '../outbox/outbox'
import { type ExportResult, failure } from '../process/processor'
import type { DropReason } from '../trace/api'
import { COMPRESS_FROM_BYTES, canCompress, gzip } from '../wire/compress'
import { SYNTAXES } from '../wire/syntaxes'
import type { Answer } from './answer'
import { KnownCollector, tellMessage } from './knownCollector'
import { disarm, newParcel, type Parcel } from './parcel'
import { NO_ROOM, type Requests, type Sending } from './requests'
import { StoredDelivery } from './storedDelivery'

/** Collaborators of a delivery, all for one endpoint. */
export interface DeliveryParts {
  readonly endpoint: string
  readonly lanes: Lanes
  readonly requests: Requests
  readonly sealer: Sealer
  readonly headers: KnownHeaders
  readonly outbox: Outbox
  readonly compresses: boolean
  readonly acceptsJson: boolean
  dropped(count: number, reason: DropReason): void
  /** While the page is hidden: what is in doubt has changed. */
  doubtChanged(): void
}

/**
 * Takes every body to the collector, or to the outbox, or says why neither could be.
 *
 * ```
 *   sealed ─▶ packing ─▶ request ─▶ taken │ refused (final)
 *               │           ├── 413, 415 ─▶ sealed again, smaller or as JSON
 *               │           └── 429, 502, 503, 504, no answer, offline ─▶ outbox ─▶ (when the pace allows) request
 *               └── the page hides ─▶ leave ─▶ beacon │ keepalive │ deferred │ outbox
 * ```
 */
export class Delivery {
  private readonly collector = new KnownCollector()
  private readonly storedOnes: StoredDelivery
  private compresses: boolean
  private readonly underWay = new Set<Parcel>()
  /**
   * What would die with its page, behind another request: an exit could not know what became of it, and would send it a second time. So
   * there is one such request at a time.
   */
  private readonly held = new Set<Parcel>()
  private readonly answers = new Set<Promise<ExportResult>>()

  constructor(private readonly parts: DeliveryParts) {
    this.compresses = parts.compresses
    this.storedOnes = new StoredDelivery(parts, this.collector)
  }

  /** Spans that arrived after they had been stored. */
  get sentLater(): number {
    return this.storedOnes.sentLater
  }

  /** Bytes that a body may have. */
  get largest(): number {
    return this.collector.largest
  }

  /** A parcel whose bytes are compressed ahead, where that pays. */
  pack(sealed: Sealed): Parcel {
    const parcel = newParcel(sealed)
    if (this.compresses && canCompress() && !isExiting() && sealed.bytes.length >= COMPRESS_FROM_BYTES)
      parcel.packing = plainThen(gzip(sealed.bytes), (packed: Uint8Array<ArrayBuffer> | null) => {
        if (!parcel.isSent) parcel.packed = packed
        parcel.packing = null
      }) as Promise<void>
    return parcel
  }

  /** Never rejects. `ready`: what has to be known first, on a page that lives. */
  deliver(parcel: Parcel, ready: Promise<void> | null): Promise<ExportResult> {
    return this.handOver(parcel, () => {
      const before = isExiting() ? [] : [ready, parcel.packing, activated()].filter((promise) => promise !== null)
      if (before.length === 0) this.go(parcel)
      else {
        if (ready) detach(NativePromise.resolve(parcel.packing), () => parcel.isSent || this.arm(parcel))
        detach(NativePromise.all(before), () => parcel.isSent || this.go(parcel))
      }
    })
  }

  /** What was begun at an exit before this part had come: its answer is heard as that of others. `isCleared`: see `clear`. */
  adopt(sealed: Sealed, started: Started, isCleared: boolean): Promise<ExportResult> {
    const parcel = newParcel(sealed)
    return this.handOver(parcel, () => {
      parcel.isSent = true
      if (isCleared) this.underWay.delete(parcel)
      this.hear(parcel, this.parts.requests.hear(this.rawBody(parcel), started))
    })
  }

  private handOver(parcel: Parcel, begin: () => void): Promise<ExportResult> {
    const answer = new NativePromise<ExportResult>((resolve) => {
      this.underWay.add(parcel)
      parcel.settle = (result) => {
        parcel.settle = null
        this.underWay.delete(parcel)
        disarm(parcel)
        this.goOn()
        if (parcel.isInDoubt && isExiting()) this.parts.doubtChanged()
        resolve(result)
      }
      try {
        begin()
      } catch (cause) {
        parcel.settle?.({ ...failure(cause), lost: parcel.sealed.spans.length })
      }
    })
    this.answers.add(answer)
    detach(answer, () => this.answers.delete(answer))
    return answer
  }

  /** The browser is to send it when the page is gone, crashed too. False when it takes no more; what is being compressed has time. */
  arm(parcel: Parcel): boolean {
    const { lanes, headers } = this.parts
    if (parcel.packing || this.mustWait() || isExiting() || !headers.areKnown()) return true
    parcel.disarm ??= lanes.defer({ ...this.stored(parcel), headers: headers.current() })
    return parcel.disarm !== null
  }

  /** The same for every request that would die with the page. */
  armUnderWay(): boolean {
    return this.inDanger().every((parcel) => this.arm(parcel))
  }

  /** Resolves when all that is under way has been answered, and what was stored had its turn. */
  async flush(): Promise<void> {
    await Promise.all(this.answers)
    if (!this.storedOnes.isEmpty()) await this.storedOnes.drain()
  }

  /** The page hides: what waits for something leaves now, and at the end also what would die with the page. */
  hide(): void {
    this.held.clear()
    for (const parcel of this.underWay) {
      if (!parcel.sending) this.leave(parcel)
      else if (isEnding() && !parcel.sending.survives()) {
        parcel.sending.abort()
        this.leave(parcel)
      } else disarm(parcel) // the browser would send it also for a page that it puts aside
    }
    if (isEnding() || !this.parts.outbox.isDurable()) this.storedOnes.leaveMemory()
  }

  /** The bodies that a page which died now would take with it. */
  inDoubt(): readonly StoredBatch[] {
    const parcels = this.inDanger()
    for (const parcel of parcels) parcel.isInDoubt = true
    return parcels.map((parcel) => this.stored(parcel))
  }

  private inDanger(): readonly Parcel[] {
    return [...this.underWay].filter((parcel) => (parcel.sending ? !parcel.sending.survives() : this.held.has(parcel)))
  }

  /** True while nothing can be sent: offline, or at the collector's wish. */
  mustWait(): boolean {
    return this.collector.mustWait()
  }

  /** The page is shown, or the network is back: what was stored may go. */
  resume(): void {
    this.storedOnes.drainIn(0)
  }

  /** Nothing of what is under way is sent again or stored; what a request has of it counts when that has ended. */
  clear(): void {
    this.storedOnes.clears++
    this.held.clear()
    const parcels = [...this.underWay]
    this.underWay.clear()
    for (const parcel of parcels) {
      parcel.isSent = true
      if (!parcel.sending) this.take(parcel, NO_ROOM)
    }
  }

  /** For good. */
  async stop(): Promise<void> {
    await this.storedOnes.stop()
  }

  private go(parcel: Parcel): void {
    parcel.isSent = true
    if (isExiting()) this.leave(parcel)
    else if (this.mustWait()) this.store(parcel)
    else if (this.isSending() && !this.parts.lanes.isShareFree(this.body(parcel).bytes.length)) {
      this.held.add(parcel)
      this.arm(parcel)
    } else {
      const sending = this.parts.requests.request(this.body(parcel))
      this.hear(parcel, sending)
      disarm(parcel)
      if (!sending.survives()) this.arm(parcel) // as it is now
    }
  }

  private isSending(): boolean {
    return [...this.underWay].some(({ sending }) => sending !== null)
  }

  /** Something was answered: the next one that was held goes. */
  private goOn(): void {
    const [next] = this.held
    if (!next) return
    this.held.delete(next)
    this.go(next)
  }

  private hear(parcel: Parcel, sending: Sending): void {
    parcel.sending = sending
    detach(sending.answered, (answer: Answer) => {
      if (parcel.settle && parcel.sending === sending) this.take(parcel, answer)
    })
  }

  private take(parcel: Parcel, answer: Answer): void {
    const { sealed } = parcel
    const wasPacked = parcel.packed !== null
    const { length } = sealed.spans
    parcel.sending = null
    if (!this.underWay.has(parcel) && answer.kind !== 'taken') {
      parcel.settle?.({ code: 'success', stored: length }) // and cleared there
      this.parts.dropped(length, 'outbox_cleared')
      return
    }
    this.collector.hears(answer)
    if (answer.kind === 'taken') {
      this.collector.takesGzip ||= wasPacked
      tellMessage(answer.message)
      parcel.settle?.({ code: 'success', rejected: Math.min(answer.rejected, length) })
      if (!this.storedOnes.isEmpty()) this.storedOnes.drainIn(0)
    } else if (answer.kind === 'no_room') {
      if (this.parts.outbox.isDurable()) this.store(parcel)
      else this.hear(parcel, this.parts.requests.request(this.body(parcel), false)) // most hidden pages live on
    } else if (wasPacked && this.mayBeGzip(answer, sealed)) {
      // Compression is not taken here (many say 400 then), or its header is not allowed across origins.
      this.compresses = false
      parcel.packed = null
      this.go(parcel)
    } else if (answer.kind === 'later' || answer.kind === 'unreachable') {
      // Neither way came through: it was the network, and compression may be tried again.
      if (answer.kind === 'unreachable') this.compresses = this.parts.compresses
      this.collector.fails(answer)
      this.store(parcel)
    } else if (answer.kind === 'unknown_type' && this.hasOtherSyntax(sealed)) {
      this.again(parcel, Number.POSITIVE_INFINITY)
    } else if (answer.kind === 'too_large' && length > 1) {
      this.collector.foundTooLarge(sealed.bytes.length)
      this.again(parcel, this.largest)
    } else parcel.settle?.({ code: 'failed', error: answer.error, retryable: false, lost: length })
  }

  /** True when the compression may be why there is this answer. */
  private mayBeGzip(answer: Answer, sealed: Sealed): boolean {
    if (answer.kind === 'later') return false
    if (answer.kind === 'unreachable' && isSameOrigin(this.parts.endpoint)) return false // no header is forbidden there
    return !this.collector.takesGzip || (answer.kind === 'unknown_type' && isJson(sealed)) // then nothing else is left
  }

  /** True when what the parcel's spans are encoded to from now on is not what was refused. */
  private hasOtherSyntax(sealed: Sealed): boolean {
    const { sealer, acceptsJson } = this.parts
    return acceptsJson ? sealer.use(SYNTAXES.json) || !isJson(sealed) : isJson(sealed)
  }

  /** Sends the parcel's spans in other bodies; its result is theirs. */
  private again(parcel: Parcel, limit: number): void {
    this.underWay.delete(parcel) // its parts are
    disarm(parcel)
    let left = parcel.sealed.spans.length // what can no longer be encoded is left
    const results = [...this.parts.sealer.reseal(parcel.sealed, limit)].map((sealed) => {
      left -= sealed.spans.length
      return this.deliver(this.pack(sealed), null)
    })
    detach(NativePromise.all(results), (all: ExportResult[]) => parcel.settle?.(together(all, left)))
  }

  private leave(parcel: Parcel): void {
    const { lanes, requests } = this.parts
    const body = this.rawBody(parcel)
    parcel.isSent = true
    const isKept = this.parts.outbox.isDurable()
    const isBare = !this.parts.headers.areKnown() // the collector would refuse it for good
    if ((isKept && this.mustWait()) || (isBare && (isKept || !isEnding()))) {
      this.store(parcel)
      return
    }
    const left = requests.leave(body, parcel.packed ? this.body(parcel) : null)
    if (!left && isEnding()) {
      parcel.disarm ??= lanes.defer(body)
      if (parcel.disarm) {
        parcel.disarm = null // for good
        parcel.settle?.({ code: 'success' })
        return
      }
    }
    disarm(parcel) // now only: a page that is left may be killed at any moment
    if (left === true) parcel.settle?.({ code: 'success' })
    else if (left) this.hear(parcel, left)
    else if (isKept) this.store(parcel)
    else this.hear(parcel, requests.request(this.body(parcel))) // most hidden pages live on
  }

  private store(parcel: Parcel): void {
    detach(this.parts.outbox.put(this.stored(parcel)))
    parcel.settle?.({ code: 'success', stored: parcel.sealed.spans.length })
    this.storedOnes.drainIn(this.collector.wait())
  }

  private stored(parcel: Parcel): StoredBatch {
    // Compressed only where the collector is known to take that: whoever sends it later cannot ask.
    const raw = batchOf(parcel.sealed, this.parts.endpoint)
    return this.collector.takesGzip ? packed(raw, parcel) : raw
  }

  private body(parcel: Parcel): Body {
    return packed(this.rawBody(parcel), parcel)
  }

  private rawBody({ sealed }: Parcel): Body {
    return bodyOf(sealed, this.parts.headers)
  }
}

/** The same compressed, if that is there already. */
function packed<T extends Pick<Body, 'bytes' | 'contentEncoding'>>(raw: T, parcel: Parcel): T {
  return parcel.packed ? { ...raw, bytes: parcel.packed, contentEncoding: 'gzip' } : raw
}
