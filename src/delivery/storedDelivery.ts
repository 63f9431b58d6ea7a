import { LIVING_SHARE_BYTES } from '../export/lanes'
import { isJson } from '../export/sealer'
import { isOffline } from '../lib/isOffline'
import { isPage } from '../lib/isPage'
import { detach, later } from '../lib/native'
import { isEnding, isExiting, isPutAside } from '../lib/pageLife'
import { activated } from '../lib/prerendering'
import { report } from '../lib/report'
import type { SendOutcome, StoredBatch } from '../outbox/outbox'
import { recast } from '../wire/recast'
import { SYNTAXES } from '../wire/syntaxes'
import type { Answer } from './answer'
import type { DeliveryParts } from './delivery'
import { type KnownCollector, tellMessage } from './knownCollector'
import type { Sending } from './requests'

const FIRST_DRAIN_MS = 1000 // what earlier pages left can wait until this one has loaded
const NEXT_DRAIN_MS = 5000 // when another tab is at it
const HIDDEN_DRAIN_MS = 300 // when the requests of a hide have the budget
const MOST_HIDDEN_DRAIN_MS = 60_000 // and when somebody keeps it: twice as long after each refusal
const JOINED_WHEN_HIDDEN_BYTES = LIVING_SHARE_BYTES / 4 // there is seldom more free when what ends leaves at once

/** Takes what waits in the outbox to the collector, as soon as there is hope for it. */
export class StoredDelivery {
  /** Spans that arrived after they had been stored. */
  sentLater = 0
  /** What is under way from memory was cleared, if it has changed in the meantime. */
  clears = 0
  private cancelDrain: (() => void) | null = null
  private isStopped = false
  private joinedBytes = LIVING_SHARE_BYTES // less after several were refused together

  constructor(
    private readonly parts: DeliveryParts,
    private readonly collector: KnownCollector,
  ) {
    if (isPage()) this.drainIn(FIRST_DRAIN_MS)
  }

  isEmpty(): boolean {
    return this.parts.outbox.stats(this.parts.endpoint).spans === 0
  }

  drainIn(ms: number): void {
    this.cancelDrain?.()
    if (!this.isStopped) this.cancelDrain = later(ms, () => detach(this.drain()))
  }

  /** Sends what is stored, as the pace allows. */
  async drain(): Promise<void> {
    const { endpoint, outbox, headers } = this.parts
    this.cancelDrain?.()
    await activated()
    if (!this.mayDrain()) {
      if (!isGone() && !isOffline()) this.drainIn(this.collector.wait()) // its time may have come just now
      return // else it is shown again or online some day, and the page resumes
    }
    await headers.ask()
    await outbox.drain(
      endpoint,
      (batch, begun, parts) => this.send(batch, begun, parts),
      () => this.joinLimit(),
    )
    if (this.isEmpty() || isGone()) return
    const hiddenPause = Math.min(MOST_HIDDEN_DRAIN_MS, HIDDEN_DRAIN_MS * 2 ** this.collector.refusals)
    this.drainIn(this.collector.wait() || (isExiting() ? hiddenPause : NEXT_DRAIN_MS))
  }

  /** What could not even be stored gets its last chance, whatever the pace. */
  leaveMemory(): void {
    const { clears } = this
    const { dropped, endpoint, headers, lanes, requests, outbox } = this.parts
    const heard = async (batch: StoredBatch, { answered }: Sending) => {
      const outcome = await this.heardOf(batch, await answered)
      if (outcome === 'sent') return
      if (clears !== this.clears) dropped(batch.count, 'outbox_cleared')
      else for (const one of typeof outcome === 'string' ? [batch] : outcome) detach(outbox.put(one))
    }
    for (const batch of outbox.takeMemory(endpoint)) {
      const body = { ...batch, headers: headers.current() }
      const left = batch.contentEncoding ? requests.leave(body, body) : requests.leave(body, null)
      if (left === true || (!left && isEnding() && lanes.defer(body))) this.sentLater += batch.count
      else if (left) detach(heard(batch, left))
      else if (isEnding()) dropped(batch.count, 'export_failed')
      else detach(outbox.put(batch))
    }
  }

  /** For good. What waits in memory, and so would be lost, is sent once more, whatever the pace. */
  async stop(): Promise<void> {
    this.isStopped = true
    this.cancelDrain?.()
    const { endpoint, headers, requests, outbox, dropped } = this.parts
    await Promise.all(
      outbox.takeMemory(endpoint).map(async (batch) => {
        const answer = await requests.request({ ...batch, headers: headers.current() }).answered
        if (answer.kind === 'taken') this.arrived(batch, answer)
        else dropped(batch.count, 'shutdown')
      }),
    )
  }

  private joinLimit(): number {
    const most = isExiting() ? JOINED_WHEN_HIDDEN_BYTES : LIVING_SHARE_BYTES
    return Math.min(most, this.joinedBytes, this.collector.largest)
  }

  private mayDrain(): boolean {
    return !this.isStopped && !isGone() && !this.collector.mustWait()
  }

  private async send(
    batch: StoredBatch,
    begun: (request: Sending) => void,
    parts: readonly StoredBatch[],
  ): Promise<SendOutcome> {
    const { lanes, requests, headers, acceptsJson } = this.parts
    if (!this.mayDrain()) return 'later'
    const asProtobuf = !acceptsJson && parts.some(isJson) ? await this.inOtherForm(parts, 'unknown_type') : null
    if (asProtobuf) return asProtobuf // what an exit stored before this part had come
    // A hidden page may die without a word: what it sends goes on without it, but for what is larger than any share and stays stored meanwhile.
    const { length } = batch.bytes
    if (isExiting() && length <= LIVING_SHARE_BYTES && !lanes.isShareFree(length)) return 'later'
    const sending = requests.request({ ...batch, headers: headers.current() })
    begun(sending)
    return this.heardOf(batch, await sending.answered, parts)
  }

  private async heardOf(
    batch: StoredBatch,
    answer: Answer,
    parts: readonly StoredBatch[] = [batch],
  ): Promise<SendOutcome> {
    const { collector } = this
    collector.hears(answer)
    if (answer.kind === 'no_room') collector.refusals++
    else if (answer.kind === 'later' || answer.kind === 'unreachable') {
      collector.fails(answer)
      this.drainIn(collector.wait()) // the pass that it was of may have ended in the meantime
    } else if (answer.kind === 'taken') {
      this.arrived(batch, answer)
      return 'sent'
    } else if (parts.length > 1 && answer.kind !== 'unknown_type') return this.apart(parts, answer.kind)
    else {
      const others = await this.inOtherForm(parts, answer.kind)
      return others ?? (parts.length > 1 ? this.apart(parts, answer.kind) : this.isLost(batch, answer.error))
    }
    return 'later'
  }

  private async inOtherForm(
    batches: readonly StoredBatch[],
    kind: Answer['kind'],
  ): Promise<readonly StoredBatch[] | null> {
    if (kind !== 'unknown_type' && kind !== 'too_large') return null
    const isTooLarge = kind === 'too_large'
    const { acceptsJson, sealer } = this.parts
    const wish = isTooLarge ? 'smaller' : 'other syntax'
    const others = await Promise.all(batches.map((batch) => recast(batch, wish, acceptsJson)))
    if (others.includes(null)) return null
    const [{ bytes, contentEncoding }] = batches as [StoredBatch]
    if (!contentEncoding) {
      if (isTooLarge) this.collector.foundTooLarge(bytes.length)
      else if (acceptsJson) sealer.use(SYNTAXES.json)
    } // else that may have been why
    return others.flatMap((other) => other ?? [])
  }

  /** One of several may be why they were refused together: they go on in halves, until it is alone. */
  private apart(batches: readonly StoredBatch[], kind: Answer['kind']): SendOutcome {
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
    this.joinedBytes = Math.ceil(bytes / 2)
    if (kind === 'too_large' && !batches[0]?.contentEncoding) this.collector.foundTooLarge(bytes)
    return 'again'
  }

  private arrived({ count, contentEncoding }: StoredBatch, answer: Extract<Answer, { kind: 'taken' }>): void {
    const rejected = Math.min(answer.rejected, count)
    this.collector.takesGzip ||= contentEncoding !== null
    this.joinedBytes = Math.min(LIVING_SHARE_BYTES, this.joinedBytes * 2)
    tellMessage(answer.message)
    this.sentLater += count - rejected
    if (rejected > 0) this.parts.dropped(rejected, 'rejected')
  }

  private isLost(batch: StoredBatch, error: Error): SendOutcome {
    this.parts.dropped(batch.count, 'export_failed')
    report('stored spans could not be exported and were dropped.', error)
    return 'sent'
  }
}

/** True when the page is no more, or put aside. */
function isGone(): boolean {
  return isEnding() || isPutAside()
}
