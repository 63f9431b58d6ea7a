import { type Body, isSameOrigin, type LaneOptions, type Lanes, type Started } from '../export/lanes'
import { monotonic } from '../lib/clock'
import { detach, later, NativePromise } from '../lib/native'
import { ownOrigin } from '../lib/ownPage'
import { isEnding, isExiting } from '../lib/pageLife'
import { type Answer, readAnswer } from './answer'

const REFUSED_WITHIN_MS = 3 // a browser refuses in a task of its own, before any timer; a network failure takes longer
const SURELY_REFUSED_MS = 20 // on the clock: a page that was busy for longer finds a network failure before the timer as well

/** A request under way. */
export interface Sending {
  /** Never rejects. */
  readonly answered: Promise<Answer>
  /** True when the request goes on without its page. */
  survives(): boolean
  abort(): void
}

/** Requests whose answers are read. */
export interface Requests {
  /** From a page that lives; `keepalive` while the budget has a share free for the exit, or as said. */
  request(body: Body, keepalive?: boolean): Sending
  /** See {@link Lanes}: `true`, a request when its answer may still be seen, or `null`. */
  leave(body: Body, packed: Body | null): true | Sending | null
  /** What was begun with `keepalive` and nobody has listened to. */
  hear(body: Body, started: Started): Sending
}

export function createRequests({ endpoint, timeout, beacon, fetch }: LaneOptions, lanes: Lanes): Requests {
  const sameOrigin = isSameOrigin(endpoint)
  let mayBeRefused = false // the last one that failed, by a page too busy to tell: the next one goes without keepalive

  const byFetch = (body: Body, keepalive: boolean, started?: Started): Sending => {
    let current = started
    let survives = keepalive
    let late = false
    const abort = () => current?.abort()
    const silent = (cause: unknown): Answer => {
      const refusal = sameOrigin
        ? ''
        : `, or lacks access-control-allow-origin: ${ownOrigin()} and access-control-allow-headers: content-type`
      const sentence = late
        ? `no answer from ${endpoint} within ${timeout} ms`
        : `${endpoint} could not be reached${refusal}`
      return { kind: 'unreachable', error: new Error(sentence, { cause }) }
    }
    const attempt = async (): Promise<Answer> => {
      const since = monotonic()
      let isAtOnce = true
      const noLonger = later(REFUSED_WITHIN_MS, () => {
        isAtOnce = false // not by the clock alone: on a busy page the refusal itself comes late
      })
      current ??= lanes.start(body, survives)
      try {
        const response = await current.response
        mayBeRefused = false
        survives ||= response.ok // the collector has it: an exit before the answer is over must not send it again
        return await readAnswer(response, endpoint)
      } catch (error) {
        const isRefused = survives && isAtOnce
        const isSure = monotonic() - since <= SURELY_REFUSED_MS
        if (!late) {
          // Chromium tells a page that is being left that all its requests failed, just before it says so; those with keepalive go on.
          await new NativePromise<void>((resolve) => later(0, resolve))
          if (current.isAborted()) return NO_ROOM
          if (isEnding() && survives) return TAKEN
        }
        // Other scripts may have spent the budget: the browser says so at once, without asking the network.
        if (isRefused && isExiting()) return NO_ROOM
        if (isRefused && isSure) {
          survives = false
          current.end()
          current = undefined
          return await attempt()
        }
        mayBeRefused = isRefused
        return silent(error)
      } finally {
        noLonger()
        current?.end()
      }
    }
    const answered = new NativePromise<Answer>((resolve) => {
      const cancel = later(timeout, () => {
        late = true
        abort()
        if (fetch) resolve(silent(null)) // which may not listen to the signal
      })
      detach(attempt(), (answer: Answer) => {
        cancel()
        resolve(answer)
      })
    })
    return { answered, survives: () => survives, abort }
  }

  return {
    request(body, keepalive = lanes.isShareFree(body.bytes.length) && (!mayBeRefused || isExiting())) {
      if ((beacon === 'always' || !lanes.canFetch) && lanes.byBeacon(body)) return SENT
      if (!lanes.canFetch) return unreachable(endpoint)
      return byFetch(body, keepalive)
    },
    leave: (body, packed) => lanes.leave(body, packed, (chosen) => byFetch(chosen, true)),
    hear: (body, started) => byFetch(body, true, started),
  }
}

export const NO_ROOM: Answer = { kind: 'no_room' }
const TAKEN: Answer = { kind: 'taken', rejected: 0, message: '' }

const SENT: Sending = {
  answered: NativePromise.resolve(TAKEN),
  survives: () => true,
  abort: () => {},
}

function unreachable(endpoint: string): Sending {
  const error = new Error(`this page has no fetch, and ${endpoint} takes no beacon`)
  return { ...SENT, answered: Promise.resolve({ kind: 'refused', error }) }
}
