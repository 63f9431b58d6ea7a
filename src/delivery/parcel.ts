import type { Sealed } from '../export/sealer'
import type { ExportResult } from '../process/processor'
import type { Sending } from './requests'

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

export function newParcel(sealed: Sealed): Parcel {
  return {
    sealed,
    packed: null,
    packing: null,
    sending: null,
    disarm: null,
    isSent: false,
    isInDoubt: false,
    settle: null,
  }
}

/** The browser no longer sends it by itself. */
export function disarm(parcel: Parcel): void {
  parcel.disarm?.()
  parcel.disarm = null
}
