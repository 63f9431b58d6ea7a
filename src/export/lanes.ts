import { bare } from '../lib/bare'
import { monotonic } from '../lib/clock'
import { isPage } from '../lib/isPage'
import { isWebKit } from '../lib/isWebKit'
import { later, NativePromise, nativeFetch, nativeFetchLater, nativeSendBeacon, plainThen } from '../lib/native'
import { isEnding, isExiting, isPutAside } from '../lib/onPageHidden'
import { asOwn, ownEndpoints } from '../lib/ownEndpoints'
import { ownOrigin } from '../lib/ownPage'
import { type Answer, readAnswer } from './answer'

/** Bytes of bodies that may be under way: browsers refuse more than 64 KiB from a page that dies, all scripts together. */
export const EXIT_BUDGET_BYTES = 60 * 1024
const KEPT_FOR_EXIT_BYTES = 16 * 1024 // of the budget, what requests of the living page leave free for the moment of the exit
/** Bytes that may be under way from a page that lives and go on without it: two ordinary batches, or a large one. */
export const LIVING_SHARE_BYTES = EXIT_BUDGET_BYTES - KEPT_FOR_EXIT_BYTES
const REFUSED_WITHIN_MS = 3 // a browser refuses in a task of its own, before any timer; a network failure takes longer
const SURELY_REFUSED_MS = 20 // on the clock: a page that was busy for longer finds a network failure before the timer as well
const DEFERRED_HEAD_BYTES = 128 // the names of a deferred request's headers and our own values: browsers count all but the method
const BEACON_LASTS_MS = 5000 // a beacon does not tell when it is done

/** `auto`: a beacon at an exit where nothing is lost by it, else a keepalive fetch; or one of them always. */
export type BeaconMode = 'auto' | 'always' | 'never'

/** One request body. */
export interface Body {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType: string
  readonly contentEncoding: 'gzip' | null
  /** Besides these. */
  readonly headers: Readonly<Record<string, string>>
}

/** A request under way. */
export interface Sending {
  /** Never rejects. */
  readonly answered: Promise<Answer>
  /** True when the request goes on without its page. */
  survives(): boolean
  abort(): void
}

/** The ways out of the page for one endpoint. */
export interface Lanes {
  /** From a page that lives; `keepalive` while the budget has a share free for the exit, or as said. */
  request(body: Body, keepalive?: boolean): Sending
  /**
   * From a page that may die now, synchronously: `true` when the browser has it for good, a request when its answer may still be
   * seen, `null` when there is no room. `packed` is the same, compressed.
   */
  leave(body: Body, packed: Body | null): true | Sending | null
  /** Asks the browser to send it when the page is gone, crashed too. Gives the cancel, or `null` where that cannot be. */
  defer(body: Body): (() => void) | null
  /** False where the browser has no deferred requests, or they are not to be used. */
  readonly canDefer: boolean
  /** Bytes that the body of a further deferred request with these headers may have. */
  deferRoom(headers: Body['headers']): number
  /** True when a request with so many bytes would outlive the page. */
  isShareFree(bytes: number): boolean
  /** Bytes that a body sent at an exit should not pass. */
  room(): number
  /** Aborts all that is under way, and takes back what the browser was to send later. What it has taken for good cannot be recalled. */
  recall(): void
}

/** What the lanes of an exporter are made of; complete. */
export interface LaneOptions {
  readonly endpoint: string
  readonly timeout: number
  readonly beacon: BeaconMode
  readonly beaconEndpoint: string | null
  readonly beaconContentType: string | null
  readonly credentials: RequestCredentials | null
  /** Bytes of all deferred requests together; 0 for none. */
  readonly deferredBytes: number
  /** The user's own; beacons and deferred requests would not pass through it. */
  readonly fetch: typeof fetch | null
}

let inFlight = 0 // bytes of beacons and keepalive requests of this copy, to any endpoint: browsers count them together

function spend(bytes: number): () => void {
  let left = bytes
  inFlight += left
  return () => {
    inFlight -= left
    left = 0
  }
}

/**
 * | moment | lane |
 * | --- | --- |
 * | visible | fetch, `keepalive` while the budget has a share free for the exit |
 * | left or hidden, compressed in time | keepalive fetch |
 * | left (in Safari also hidden), same origin, no own headers, cookies welcome | sendBeacon, else keepalive fetch |
 * | left or hidden, otherwise | keepalive fetch, whose answer a page that lives on hears; to another origin without credentials |
 * | no room | the caller's: deferred fetch, outbox |
 */
export function createLanes(options: LaneOptions): Lanes {
  const { endpoint, timeout, beacon } = options
  const send = options.fetch ?? nativeFetch
  const sameOrigin = isSameOrigin(endpoint)
  // A collector that allows every origin may not get credentials.
  const credentials = options.credentials ?? (sameOrigin ? 'same-origin' : 'omit')
  const beaconUrl = options.beaconEndpoint ?? endpoint
  if (isPage()) ownEndpoints().add(endpoint).add(beaconUrl)
  const isOffered = options.beaconEndpoint !== null || options.beaconContentType !== null

  const init = (body: Body, keepalive: boolean, signal: AbortSignal | null): RequestInit =>
    bare<RequestInit>({
      method: 'POST',
      body: body.bytes,
      headers: {
        ...body.headers,
        ...(body.contentEncoding && { 'content-encoding': body.contentEncoding }),
        'content-type': body.contentType,
      },
      keepalive,
      credentials,
      signal,
      // Not 'error': that cannot be told from a network that fails.
      redirect: Object.keys(body.headers).length > 0 ? 'manual' : 'follow',
    })

  const byBeacon = ({ bytes, contentType, contentEncoding }: Body): boolean => {
    if (contentEncoding) return false // it has no header to say so
    try {
      const blob = new Blob([bytes], bare({ type: options.beaconContentType ?? contentType }))
      if (!asOwn(() => nativeSendBeacon?.(beaconUrl, blob))) return false
    } catch {
      return false // replaced by somebody's that throws
    }
    later(BEACON_LASTS_MS, spend(bytes.length))
    return true
  }

  const recalls = new Set<() => void>() // each for what it takes back

  let mayBeRefused = false // the last one that failed, by a page too busy to tell: the next one goes without keepalive

  const byFetch = (body: Body, keepalive: boolean): Sending => {
    const controller = typeof AbortController === 'function' ? new AbortController() : null
    const abort = () => controller?.abort()
    recalls.add(abort)
    let survives = keepalive
    let late = false
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
      const release = spend(survives ? body.bytes.length : 0)
      const since = monotonic()
      let isAtOnce = true
      const noLonger = later(REFUSED_WITHIN_MS, () => {
        isAtOnce = false // not by the clock alone: on a busy page the refusal itself comes late
      })
      try {
        const request = init(body, survives, controller?.signal ?? null)
        const response = await asOwn(() => Reflect.apply(send as typeof fetch, undefined, [endpoint, request]))
        mayBeRefused = false
        survives ||= response.ok // the collector has it: an exit before the answer is over must not send it again
        return await readAnswer(response, endpoint)
      } catch (error) {
        const isRefused = survives && isAtOnce
        const isSure = monotonic() - since <= SURELY_REFUSED_MS
        if (!late) {
          // Chromium tells a page that is being left that all its requests failed, just before it says so; those with keepalive go on.
          await new NativePromise<void>((resolve) => later(0, resolve))
          if (controller?.signal.aborted) return NO_ROOM
          if (isEnding() && survives) return TAKEN
        }
        // Other scripts may have spent the budget: the browser says so at once, without asking the network.
        if (isRefused && isExiting()) return NO_ROOM
        if (isRefused && isSure) {
          survives = false
          release()
          return await attempt()
        }
        mayBeRefused = isRefused
        return silent(error)
      } finally {
        noLonger()
        release()
      }
    }
    const answered = new NativePromise<Answer>((resolve) => {
      const cancel = later(timeout, () => {
        late = true
        abort()
        if (options.fetch) resolve(silent(null)) // which may not listen to the signal
      })
      plainThen(attempt(), (answer: Answer) => {
        cancel()
        resolve(answer)
      })
    })
    plainThen(answered, () => recalls.delete(abort))
    return { answered, survives: () => survives, abort }
  }

  const isShareFree = (bytes: number) => inFlight + bytes <= LIVING_SHARE_BYTES
  const canDefer = options.deferredBytes > 0 && nativeFetchLater !== undefined
  let deferred = 0 // bytes, by an upper bound of what browsers count: address, referrer, headers and body
  const headOf = (headers: Body['headers']) =>
    endpoint.length + location.href.length + Object.entries(headers).flat().join('').length + DEFERRED_HEAD_BYTES
  const deferRoom = (headers: Body['headers']) => options.deferredBytes - deferred - headOf(headers)

  return {
    canDefer,
    room() {
      const left = EXIT_BUDGET_BYTES - inFlight
      return left >= EXIT_BUDGET_BYTES / 8 ? left : KEPT_FOR_EXIT_BYTES // what no lane takes now is kept in pieces that one takes later
    },
    isShareFree,
    request(body, keepalive = isShareFree(body.bytes.length) && (!mayBeRefused || isExiting())) {
      if ((beacon === 'always' || !send) && byBeacon(body)) return SENT
      if (!send) return unreachable(endpoint)
      return byFetch(body, keepalive)
    },
    leave(body, packed) {
      // A beacon has no headers of ours, and always the cookies.
      const isPlain = sameOrigin && credentials !== 'omit' && !options.fetch && Object.keys(body.headers).length === 0
      // A page that only hides mostly lives on to hear an answer, which a beacon has not.
      const isDeaf = isEnding() || isPutAside() || !isFetchAsSafe()
      const beaconFirst = beacon === 'always' || !send || isOffered || (isPlain && isDeaf)
      const fits = ({ bytes }: Body) => send !== undefined && inFlight + bytes.length <= EXIT_BUDGET_BYTES
      // What was compressed in time leaves room for the rest; a beacon cannot carry it.
      if (packed && beacon !== 'always' && fits(packed)) return byFetch(packed, true)
      if (beacon !== 'never' && beaconFirst) {
        if (byBeacon(body)) return true
        if (isEnding()) return null // others have spent the budget: a keepalive request would be refused when nobody hears it
      }
      const smaller = packed ?? body
      if (fits(smaller)) return byFetch(smaller, true)
      return beacon !== 'never' && isPlain && byBeacon(body) ? true : null // in Firefox beacons have no bounds
    },
    deferRoom,
    defer(body) {
      if (!nativeFetchLater || !canDefer || deferRoom(body.headers) < body.bytes.length) return null
      const abort = new AbortController()
      const weight = headOf(body.headers) + body.bytes.length
      try {
        const request = init(body, false, abort.signal)
        delete request.keepalive // it has none
        nativeFetchLater(endpoint, request)
        deferred += weight
        const cancel = () => {
          if (!recalls.delete(cancel)) return
          abort.abort()
          deferred -= weight
        }
        recalls.add(cancel)
        return cancel
      } catch {
        return null // its quota is spent, or a policy of the page forbids it
      }
    },
    recall() {
      for (const recall of [...recalls]) recall()
    },
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

/** False in Safari, and where `keepalive` is not known (Firefox before 133): there a page that may die is safer with a beacon. */
function isFetchAsSafe(): boolean {
  return !isWebKit() && typeof Request === 'function' && 'keepalive' in Request.prototype
}

/** True for the page's own origin; `endpoint` is absolute. */
export function isSameOrigin(endpoint: string): boolean {
  return endpoint.startsWith(`${ownOrigin()}/`)
}
