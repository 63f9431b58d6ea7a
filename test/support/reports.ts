import { vi } from 'vitest'
import { forgetReports } from '../../src/lib/report'

/** Catches what `report()` says: the sentences, in order. Call it in `beforeEach`; `vi.restoreAllMocks()` ends it. */
export function catchReports(): readonly string[] {
  forgetReports()
  const sentences: string[] = []
  vi.spyOn(console, 'warn').mockImplementation((sentence: unknown) => void sentences.push(String(sentence)))
  return sentences
}
