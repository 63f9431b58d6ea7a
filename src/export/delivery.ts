import { monotonic } from '../lib/clock'
import { later, NativePromise, plainThen } from '../lib/native'
import { isEnding, isExiting, isPutAside } from '../lib/onPageHidden'
import { activated } from '../lib/prerendering'
import { report } from '../lib/report'
import type { ExportResult } from '../process/processor'
import type { DropReason } from '../trace/api'
import type { Answer } from './answer'
import { COMPRESS_FROM_BYTES, canCompress, gzip } from './compress'
import type { KnownHeaders } from './headers'
import { type Body, isSameOrigin, type Lanes, LIVING_SHARE_BYTES, type Sending } from './lanes'
import type { Outbox, SendOutcome, StoredBatch } from './outbox'
import { createPace } from './pace'
import { recast } from './recast'
import { isJson, type Sealed, type Sealer } from './sealer'

const FIRST_DRAIN_MS = 1000 // what earlier pages left can wait until this one has loaded
const NEXT_DRAIN_MS = 5000 // when another tab is at it
const HIDDEN_DRAIN_MS = 300 // when the requests of a hide have the budget
const MOST_HIDDEN_DRAIN_MS = 60_000 // and when somebody keeps it: twice as long after each refusal

/** A body on its way, with what becomes of it. */
export interface Parcel {
  readonly sealed: Sealed
  packed: Uint8Array<ArrayBuffer> | null
  packing: Promise<void> | null
  sending: Sending | null
  /** Takes back the deferred request that the browser has of it. */
  disarm: (() => void) | null
  /** It left, or was stored: nothing that it waited for counts any more. */
  isSent: boolean
  /** A page that died now would take its request with it. */
  isInDoubt: boolean
  /** Unset when the parcel is done. */
  settle: ((result: ExportResult) => void) | null
}

/** Collaborators of a delivery, all for one endpoint. */
export interface DeliveryParts {
  readonly endpoint: string
  readonly lanes: Lanes
  readonly sealer: Sealer
  readonly headers: KnownHeaders
  readonly outbox: Outbox
  readonly compresses: boolean
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
  /** Spans that arrived after they had been stored. */
  sentLater = 0
  /** Bytes that a body may have: less after a collector found one too large. */
  largest = Number.POSITIVE_INFINITY
  private compresses: boolean
  private gzipWorks = false
  private readonly pace = createPace(monotonic)
  private refusals = 0 // by the browser, one after the other
  private readonly underWay = new Set<Parcel>()
  /**
   * What would die with its page, behind another request: an exit could not know what became of it, and would send it a second time. So
   * there is one such request at a time.
   */
  private readonly held = new Set<Parcel>()
  private readonly answers = new Set<Promise<ExportResult>>()
  private cancelDrain: (() => void) | null = null
  private isStopped = false

  constructor(private readonly parts: DeliveryParts) {
    this.compresses = parts.compresses && canCompress()
    this.drainIn(FIRST_DRAIN_MS)
  }

  /** A parcel whose bytes are compressed ahead, where that pays. */
  pack(sealed: Sealed): Parcel {
    const parcel: Parcel = {
      sealed,
      packed: null,
      packing: null,
      sending: null,
      disarm: null,
      isSent: false,
      isInDoubt: false,
      settle: null,
    }
    if (this.compresses && !isExiting() && sealed.bytes.length >= COMPRESS_FROM_BYTES)
      parcel.packing = plainThen(gzip(sealed.bytes), (packed: Uint8Array<ArrayBuffer> | null) => {
        if (!parcel.isSent) parcel.packed = packed
        parcel.packing = null
      }) as Promise<void>
    return parcel
  }

  /** Never rejects. `ready`: what has to be known first, on a page that lives. */
  deliver(parcel: Parcel, ready: Promise<void> | null): Promise<ExportResult> {
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
      const before = isExiting() ? [] : [ready, parcel.packing, activated()].filter((promise) => promise !== null)
      if (before.length === 0) this.go(parcel)
      else {
        if (ready) plainThen(NativePromise.resolve(parcel.packing), () => parcel.isSent || this.arm(parcel))
        plainThen(NativePromise.all(before), () => parcel.isSent || this.go(parcel))
      }
    })
    this.answers.add(answer)
    plainThen(answer, () => this.answers.delete(answer))
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
    if (this.hasStored()) await this.drain()
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
    if (isEnding() || !this.parts.outbox.isDurable()) this.leaveMemory()
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
    return this.pace.wait() > 0 || isOffline()
  }

  /** The page is shown, or the network is back: what was stored may go. */
  resume(): void {
    this.drainIn(0)
  }

  /** For good. What waits in memory, and so would be lost, is sent once more, whatever the pace. */
  async stop(): Promise<void> {
    this.isStopped = true
    this.cancelDrain?.()
    const { endpoint, headers, lanes, outbox, dropped } = this.parts
    await Promise.all(
      outbox.takeMemory(endpoint).map(async (batch) => {
        const answer = await lanes.request({ ...batch, headers: headers.current() }).answered
        const rejected = answer.kind === 'taken' ? Math.min(answer.rejected, batch.count) : 0
        if (rejected > 0) dropped(rejected, 'rejected')
        if (answer.kind === 'taken') this.sentLater += batch.count - rejected
        else dropped(batch.count, 'shutdown')
      }),
    )
  }

  private go(parcel: Parcel): void {
    parcel.isSent = true
    if (isExiting()) this.leave(parcel)
    else if (this.mustWait()) this.store(parcel)
    else if (this.isSending() && !this.parts.lanes.isShareFree(this.body(parcel).bytes.length)) {
      this.held.add(parcel)
      this.arm(parcel)
    } else {
      const sending = this.parts.lanes.request(this.body(parcel))
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
    plainThen(sending.answered, (answer: Answer) => {
      if (parcel.settle && parcel.sending === sending) this.take(parcel, answer)
    })
  }

  private take(parcel: Parcel, answer: Answer): void {
    const { sealed } = parcel
    const wasPacked = parcel.packed !== null
    parcel.sending = null
    this.hears(answer)
    if (answer.kind === 'taken') {
      this.gzipWorks ||= wasPacked
      tellMessage(answer.message)
      parcel.settle?.({ code: 'success', rejected: Math.min(answer.rejected, sealed.spans.length) })
      if (this.hasStored()) this.drainIn(0)
    } else if (answer.kind === 'no_room') {
      if (this.parts.outbox.isDurable()) this.store(parcel)
      else this.hear(parcel, this.parts.lanes.request(this.body(parcel), false)) // most hidden pages live on
    } else if (wasPacked && this.mayBeGzip(answer, sealed)) {
      // Compression is not taken here (many say 400 then), or its header is not allowed across origins.
      this.compresses = false
      parcel.packed = null
      this.go(parcel)
    } else if (answer.kind === 'later' || answer.kind === 'unreachable') {
      // Neither way came through: it was the network, and compression may be tried again.
      if (answer.kind === 'unreachable') this.compresses = this.parts.compresses && canCompress()
      this.fails(answer)
      this.store(parcel)
    } else if (answer.kind === 'unknown_type' && (this.parts.sealer.turnToJson() || !isJson(sealed))) {
      this.again(parcel, Number.POSITIVE_INFINITY)
    } else if (answer.kind === 'too_large' && sealed.spans.length > 1) {
      this.largest = Math.min(this.largest, Math.ceil(sealed.bytes.length / 2))
      this.again(parcel, this.largest)
    } else parcel.settle?.({ code: 'failed', error: answer.error, retryable: false, lost: sealed.spans.length })
  }

  /** True when the compression may be why there is this answer. */
  private mayBeGzip(answer: Answer, sealed: Sealed): boolean {
    if (answer.kind === 'later') return false
    if (answer.kind === 'unreachable' && isSameOrigin(this.parts.endpoint)) return false // no header is forbidden there
    return !this.gzipWorks || (answer.kind === 'unknown_type' && isJson(sealed)) // then nothing else is left
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
    plainThen(NativePromise.all(results), (all: ExportResult[]) => parcel.settle?.(together(all, left)))
  }

  private leave(parcel: Parcel): void {
    const { lanes } = this.parts
    const body = this.rawBody(parcel)
    parcel.isSent = true
    const isKept = this.parts.outbox.isDurable()
    const isBare = !this.parts.headers.areKnown() // the collector would refuse it for good
    if ((isKept && this.mustWait()) || (isBare && (isKept || !isEnding()))) {
      this.store(parcel)
      return
    }
    const left = lanes.leave(body, parcel.packed ? this.body(parcel) : null)
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
    else this.hear(parcel, lanes.request(this.body(parcel))) // most hidden pages live on
  }

  /** What could not even be stored gets its last chance, whatever the pace. */
  private leaveMemory(): void {
    const { endpoint, headers, lanes, outbox } = this.parts
    for (const batch of outbox.takeMemory(endpoint)) {
      const body = { ...batch, headers: headers.current() }
      const left = batch.contentEncoding ? lanes.leave(body, body) : lanes.leave(body, null)
      if (left === true || (!left && isEnding() && lanes.defer(body))) this.sentLater += batch.count
      else if (left)
        plainThen(left.answered, async (answer: Answer) => {
          const outcome = await this.heardOf(batch, answer)
          if (outcome !== 'sent') for (const one of outcome === 'later' ? [batch] : outcome) void outbox.put(one)
        })
      else if (isEnding()) this.parts.dropped(batch.count, 'export_failed')
      else void outbox.put(batch)
    }
  }

  private store(parcel: Parcel): void {
    void this.parts.outbox.put(this.stored(parcel))
    parcel.settle?.({ code: 'success', stored: parcel.sealed.spans.length })
    this.drainIn(this.pace.wait())
  }

  private stored(parcel: Parcel): StoredBatch {
    // Compressed only where the collector is known to take that: whoever sends it later cannot ask.
    const { bytes, contentType, contentEncoding } = this.gzipWorks ? this.body(parcel) : this.rawBody(parcel)
    return { endpoint: this.parts.endpoint, bytes, contentType, contentEncoding, count: parcel.sealed.spans.length }
  }

  private body(parcel: Parcel): Body {
    const raw = this.rawBody(parcel)
    return parcel.packed ? { ...raw, bytes: parcel.packed, contentEncoding: 'gzip' } : raw
  }

  private rawBody({ sealed: { bytes, contentType } }: Parcel): Body {
    return { bytes, contentType, contentEncoding: null, headers: this.parts.headers.current() }
  }

  /** A refusal says as well that the collector is there. */
  private hears({ kind }: Answer): void {
    if (kind === 'later' || kind === 'unreachable' || kind === 'no_room') return
    this.pace.works()
    this.refusals = 0
  }

  private fails(answer: Extract<Answer, { kind: 'later' | 'unreachable' }>): void {
    this.pace.fails(answer.kind === 'later' ? answer.after : null)
    report('the collector cannot be reached or is busy; spans are kept and sent later.', answer.error)
  }

  private drainIn(ms: number): void {
    this.cancelDrain?.()
    if (!this.isStopped) this.cancelDrain = later(ms, () => void this.drain())
  }

  /** Sends what is stored, as the pace allows. */
  private async drain(): Promise<void> {
    const { endpoint, outbox, headers } = this.parts
    this.cancelDrain?.()
    await activated()
    if (!this.mayDrain()) {
      if (!isGone() && !isOffline()) this.drainIn(this.pace.wait()) // its time may have come just now
      return // else it is shown again or online some day, and `resume` comes
    }
    await headers.ask()
    await outbox.drain(endpoint, (batch, begun) => this.sendStored(batch, begun))
    if (!this.hasStored() || isGone()) return
    const hiddenPause = Math.min(MOST_HIDDEN_DRAIN_MS, HIDDEN_DRAIN_MS * 2 ** this.refusals)
    this.drainIn(this.pace.wait() || (isExiting() ? hiddenPause : NEXT_DRAIN_MS))
  }

  private mayDrain(): boolean {
    return !this.isStopped && !isGone() && !this.mustWait()
  }

  private hasStored(): boolean {
    return this.parts.outbox.stats(this.parts.endpoint).spans > 0
  }

  private async sendStored(batch: StoredBatch, begun: (request: Sending) => void): Promise<SendOutcome> {
    const { lanes, headers } = this.parts
    if (!this.mayDrain()) return 'later'
    // A hidden page may die without a word: what it sends goes on without it, but for what is larger than any share and stays stored meanwhile.
    const { length } = batch.bytes
    if (isExiting() && length <= LIVING_SHARE_BYTES && !lanes.isShareFree(length)) return 'later'
    const sending = lanes.request({ ...batch, headers: headers.current() })
    begun(sending)
    return this.heardOf(batch, await sending.answered)
  }

  private async heardOf(batch: StoredBatch, answer: Answer): Promise<SendOutcome> {
    const { dropped, sealer } = this.parts
    this.hears(answer)
    if (answer.kind === 'later' || answer.kind === 'unreachable' || answer.kind === 'no_room') {
      if (answer.kind === 'no_room') {
        this.refusals++
        return 'later'
      }
      this.fails(answer)
      this.drainIn(this.pace.wait()) // the pass that it was of may have ended in the meantime
      return 'later'
    }
    const { kind } = answer
    if (kind === 'unknown_type' || kind === 'too_large') {
      const isTooLarge = kind === 'too_large'
      const others = await recast(batch, isTooLarge ? 'smaller' : 'other syntax')
      if (others && !batch.contentEncoding) {
        if (isTooLarge) this.largest = Math.min(this.largest, Math.ceil(batch.bytes.length / 2))
        else sealer.turnToJson()
      }
      if (others) return others
    }
    if (answer.kind === 'taken') {
      const rejected = Math.min(answer.rejected, batch.count)
      this.gzipWorks ||= batch.contentEncoding !== null
      tellMessage(answer.message)
      this.sentLater += batch.count - rejected
      if (rejected > 0) dropped(rejected, 'rejected')
    } else {
      dropped(batch.count, 'export_failed')
      report('stored spans could not be exported and were dropped.', answer.error)
    }
    return 'sent'
  }
}

/** The browser no longer sends it by itself. */
export function disarm(parcel: Parcel): void {
  parcel.disarm?.()
  parcel.disarm = null
}

/** The results of several bodies as one. `left`: spans that were never sent. */
export function together(results: readonly ExportResult[], left: number): ExportResult {
  let failed: Extract<ExportResult, { code: 'failed' }> | null = null
  let lost = 0
  let rejected = left
  let stored = 0
  for (const result of results) {
    rejected += result.rejected ?? 0
    stored += result.stored ?? 0
    if (result.code === 'success') continue
    failed ??= result
    lost += result.lost ?? 0
  }
  const counts = { ...(rejected > 0 && { rejected }), ...(stored > 0 && { stored }) }
  return failed ? { ...failed, lost, ...counts } : { code: 'success', ...counts }
}

function tellMessage(message: string): void {
  if (message !== '') report(`the collector says: ${message}`)
}

/** True when the page is no more, or put aside. */
function isGone(): boolean {
  return isEnding() || isPutAside()
}

/** `onLine` says for sure only that there is no network. */
function isOffline(): boolean {
  return typeof navigator === 'object' && navigator.onLine === false
}
