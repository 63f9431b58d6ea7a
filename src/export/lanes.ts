import { bare } from '../lib/bare'
import { isPage } from '../lib/isPage'
import { isWebKit } from '../lib/isWebKit'
import { later, nativeFetch, nativeFetchLater, nativeSendBeacon } from '../lib/native'
import { asOwn, ownEndpoints } from '../lib/ownEndpoints'
import { ownOrigin } from '../lib/ownPage'
import { isEnding, isPutAside } from '../lib/pageLife'

/** Bytes of bodies that may be under way: browsers refuse more than 64 KiB from a page that dies, all scripts together. */
export const EXIT_BUDGET_BYTES = 60 * 1024
const KEPT_FOR_EXIT_BYTES = 16 * 1024 // of the budget, what requests of the living page leave free for the moment of the exit
/** Bytes that may be under way from a page that lives and go on without it: two ordinary batches, or a large one. */
export const LIVING_SHARE_BYTES = EXIT_BUDGET_BYTES - KEPT_FOR_EXIT_BYTES
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

/** A fetch under way, whose answer nobody has read. */
export interface Started {
  readonly response: Promise<Response>
  abort(): void
  isAborted(): boolean
  /** It is over: its bytes are no longer under way, and it cannot be recalled. */
  end(): void
}

/** The ways out of the page for one endpoint. */
export interface Lanes {
  /** By fetch, if the page has one: see `canFetch`. */
  start(body: Body, keepalive: boolean): Started
  readonly canFetch: boolean
  /** False where the browser takes no beacon. */
  byBeacon(body: Body): boolean
  /**
   * From a page that may die now, synchronously: `true` when the browser has it for good, what `byFetch` gives when that is the way,
   * `null` when there is no room. `packed` is the same, compressed.
   */
  leave<T>(body: Body, packed: Body | null, byFetch: (body: Body) => T): true | T | null
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

/** What a beacon or a keepalive request has, and its answer is not known. Set just before the browser is called: see `leave`. */
const handed = new WeakSet<Uint8Array>()

let refusedFrom = Infinity // bytes under way with which the browser has just refused a beacon; to try costs it milliseconds, which an exit has not
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
  const { endpoint, beacon } = options
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
    const wouldBe = inFlight + bytes.length
    if (contentEncoding || wouldBe >= refusedFrom) return false // it has no header to say so
    try {
      const blob = new Blob([bytes], bare({ type: options.beaconContentType ?? contentType }))
      const isTaken = asOwn(() => {
        handed.add(bytes)
        return nativeSendBeacon?.(beaconUrl, blob)
      })
      if (isTaken) {
        later(BEACON_LASTS_MS, spend(bytes.length))
        return true
      }
      refusedFrom = wouldBe
      later(0, () => {
        refusedFrom = Infinity
      })
    } catch {
      // Replaced by somebody's that throws.
    }
    handed.delete(bytes)
    return false
  }

  const recalls = new Set<() => void>() // each for what it takes back

  const start = (body: Body, keepalive: boolean): Started => {
    const controller = typeof AbortController === 'function' ? new AbortController() : null
    const release = spend(keepalive ? body.bytes.length : 0)
    const abort = () => controller?.abort()
    recalls.add(abort)
    const ask = async () => {
      const request = init(body, keepalive, controller?.signal ?? null)
      const args = [endpoint, request] as const
      return await asOwn(() => {
        if (keepalive) handed.add(body.bytes)
        return Reflect.apply(send as typeof fetch, undefined, args)
      })
    }
    return {
      response: ask(),
      abort,
      isAborted: () => controller?.signal.aborted === true,
      end() {
        release()
        handed.delete(body.bytes)
        recalls.delete(abort)
      },
    }
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
    start,
    canFetch: send !== undefined,
    byBeacon,
    leave(body, packed, byFetch) {
      if (handed.has(body.bytes) || (packed && handed.has(packed.bytes))) return true // by a handler that did not come to its end
      // A beacon has no headers of ours, and always the cookies.
      const isPlain = sameOrigin && credentials !== 'omit' && !options.fetch && Object.keys(body.headers).length === 0
      // A page that only hides mostly lives on to hear an answer, which a beacon has not.
      const isDeaf = isEnding() || isPutAside() || !isFetchAsSafe()
      const beaconFirst = beacon === 'always' || !send || isOffered || (isPlain && isDeaf)
      const fits = ({ bytes }: Body) => send !== undefined && inFlight + bytes.length <= EXIT_BUDGET_BYTES
      // What was compressed in time leaves room for the rest; a beacon cannot carry it.
      if (packed && beacon !== 'always' && fits(packed)) return byFetch(packed)
      if (beacon !== 'never' && beaconFirst) {
        if (byBeacon(body)) return true
        if (isEnding()) return null // others have spent the budget: a keepalive request would be refused when nobody hears it
      }
      const smaller = packed ?? body
      if (fits(smaller)) return byFetch(smaller)
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

/** False in Safari, and where `keepalive` is not known (Firefox before 133): there a page that may die is safer with a beacon. */
function isFetchAsSafe(): boolean {
  return !isWebKit() && typeof Request === 'function' && 'keepalive' in Request.prototype
}

/** True for the page's own origin; `endpoint` is absolute. */
export function isSameOrigin(endpoint: string): boolean {
  return endpoint.startsWith(`${ownOrigin()}/`)
}
