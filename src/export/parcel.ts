import { bare } from '../lib/bare'
import type { ExportResult } from '../process/processor'
import type { Sending } from './lanes'
import type { Sealed } from './sealer'

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

/** The results of several bodies as one. `left`: spans that were never sent. */
export function together(results: readonly ExportResult[], left: number): ExportResult {
  let failed: Extract<ExportResult, { code: 'failed' }> | null = null
  let lost = 0
  let rejected = left
  let stored = 0
  for (const each of results) {
    const result = bare({ ...each })
    rejected += result.rejected ?? 0
    stored += result.stored ?? 0
    if (result.code === 'success') continue
    failed ??= result
    lost += result.lost ?? 0
  }
  const counts = { ...(rejected > 0 && { rejected }), ...(stored > 0 && { stored }) }
  return failed ? { ...failed, lost, ...counts } : { code: 'success', ...counts }
}
