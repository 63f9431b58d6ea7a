import { monotonic } from '../lib/clock'
import { later, nativeFetch, nativeSendBeacon, plainThen } from '../lib/native'
import { isExiting } from '../lib/onPageHidden'
import { type ExportResult, SUCCESS } from '../process/processor'

/** Bytes that one body may have: browsers refuse more than 64 KiB in flight from a page that dies, all scripts together. */
const EXIT_BUDGET_BYTES = 60 * 1024
const KEPT_FOR_EXIT_BYTES = 28 * 1024 // of the budget, what requests of the living page leave free for the moment of the exit
const REFUSED_WITHIN_MS = 100
const BEACON_LASTS_MS = 5000 // a beacon does not tell when it is done

/** `auto`: a beacon at an exit to the same origin without own headers, else a keepalive fetch; or one of them always. */
export type BeaconMode = 'auto' | 'always' | 'never'

interface Parcel {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType: string
  /** Besides the content type. */
  readonly headers: Readonly<Record<string, string>>
}

/** The ways out of the page for one endpoint. */
export interface Lanes {
  /** Sends at once, by the lane that fits the moment. Never rejects. */
  send(parcel: Parcel): Promise<ExportResult>
  /** Bytes that a body sent now should not pass. */
  room(): number
}

let inFlight = 0 // bytes of beacons and keepalive requests of this copy, to any endpoint: browsers count them together

/**
 * | moment | lane |
 * | --- | --- |
 * | visible | fetch, `keepalive` while the budget has a share free for the exit |
 * | hidden, same origin, no own headers | sendBeacon, else keepalive fetch |
 * | hidden, otherwise | keepalive fetch without credentials, else sendBeacon |
 */
export function createLanes(endpoint: string, beacon: BeaconMode, timeout: number): Lanes {
  const sameOrigin = isSameOrigin(endpoint)

  const sendByBeacon = (parcel: Parcel): boolean => {
    try {
      if (!nativeSendBeacon?.(endpoint, new Blob([parcel.bytes], { type: parcel.contentType }))) return false
    } catch {
      return false // replaced by somebody's that throws
    }
    const size = parcel.bytes.length
    inFlight += size
    later(BEACON_LASTS_MS, () => {
      inFlight -= size
    })
    return true
  }

  const sendByFetch = async (parcel: Parcel, keepalive: boolean): Promise<ExportResult> => {
    if (!nativeFetch)
      return sendByBeacon(parcel) ? SUCCESS : failure('this page has no fetch, and the beacon was refused', false)
    const size = keepalive ? parcel.bytes.length : 0
    const begun = monotonic()
    inFlight += size
    const abort = typeof AbortController === 'function' ? new AbortController() : null
    const cancel = later(timeout, () => abort?.abort())
    try {
      const response = await nativeFetch(endpoint, {
        method: 'POST',
        body: parcel.bytes,
        headers: { ...parcel.headers, 'content-type': parcel.contentType },
        keepalive,
        credentials: sameOrigin ? 'same-origin' : 'omit', // a collector that allows every origin may not get credentials
        signal: abort?.signal ?? null,
      })
      return resultOf(response, endpoint)
    } catch (error) {
      if (abort?.signal.aborted) return failure(`no answer from ${endpoint} within ${timeout} ms`, true, error)
      // Other scripts may have spent the budget: the browser says so at once, without asking the network.
      if (keepalive && monotonic() - begun < REFUSED_WITHIN_MS) return await sendByFetch(parcel, false)
      return failure(`${endpoint} could not be reached`, true, error)
    } finally {
      cancel()
      inFlight -= size
    }
  }

  const sendAtExit = (parcel: Parcel): Promise<ExportResult> => {
    const beaconFirst = beacon === 'always' || (sameOrigin && Object.keys(parcel.headers).length === 0)
    if (beacon !== 'never' && beaconFirst && sendByBeacon(parcel)) return Promise.resolve(SUCCESS)
    const fetched = sendByFetch(parcel, true)
    if (beacon === 'never' || beaconFirst) return fetched
    return plainThen(fetched, (result: ExportResult) =>
      result.code === 'failed' && result.retryable && isExiting() && sendByBeacon(parcel) ? SUCCESS : result,
    ) as Promise<ExportResult>
  }

  return {
    room: () => Math.max(EXIT_BUDGET_BYTES - inFlight, EXIT_BUDGET_BYTES / 8),
    send(parcel) {
      if (isExiting()) return sendAtExit(parcel)
      if (beacon === 'always' && sendByBeacon(parcel)) return Promise.resolve(SUCCESS)
      return sendByFetch(parcel, inFlight + parcel.bytes.length <= EXIT_BUDGET_BYTES - KEPT_FOR_EXIT_BYTES)
    },
  }
}

const RETRYABLE = [429, 502, 503, 504] // OTLP/HTTP, "Retryable Response Codes"

function resultOf(response: Response, endpoint: string): ExportResult {
  if (response.ok) return SUCCESS
  return failure(
    `${endpoint} answered ${response.status} ${response.statusText}`.trim(),
    RETRYABLE.includes(response.status),
  )
}

function failure(sentence: string, retryable: boolean, cause?: unknown): ExportResult {
  return { code: 'failed', error: new Error(sentence, { cause }), retryable }
}

/** True for the page's own origin; `endpoint` is absolute. */
function isSameOrigin(endpoint: string): boolean {
  return typeof location === 'object' && endpoint.startsWith(`${location.origin}/`)
}
