import { monotonic } from '../lib/clock'
import { isOffline } from '../lib/isOffline'
import { report } from '../lib/report'
import type { Answer } from './answer'
import { createPace } from './pace'

/** What its answers so far tell about a collector, and about the network before it. */
export class KnownCollector {
  /** Bytes that a body may have: less after one was found too large. */
  largest = Number.POSITIVE_INFINITY
  /** It has taken a compressed body. */
  takesGzip = false
  /** How often the browser had no room for what is stored, one time after the other. */
  refusals = 0
  private readonly pace = createPace(monotonic)

  /** Milliseconds until it may be asked again. */
  wait(): number {
    return this.pace.wait()
  }

  /** True while nothing can be sent: offline, or at the collector's wish. */
  mustWait(): boolean {
    return this.pace.wait() > 0 || isOffline()
  }

  /** Of every answer. A refusal says as well that the collector is there. */
  hears({ kind }: Answer): void {
    if (kind === 'later' || kind === 'unreachable' || kind === 'no_room') return
    this.pace.works()
    this.refusals = 0
  }

  /** It could not take a body, and may be able to later. */
  fails(answer: Extract<Answer, { kind: 'later' | 'unreachable' }>): void {
    this.pace.fails(answer.kind === 'later' ? answer.after : null)
    report('the collector cannot be reached or is busy; spans are kept and sent later.', answer.error)
  }

  foundTooLarge(bytes: number): void {
    this.largest = Math.min(this.largest, Math.ceil(bytes / 2))
  }
}

/** What a collector that took a body has to say, once. */
export function tellMessage(message: string): void {
  if (message !== '') report(`the collector says: ${message}`)
}
