import { bare } from '../lib/bare'
import type { ExportResult } from '../process/processor'

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
