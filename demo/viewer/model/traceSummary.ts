import { readAttributes, readCount, readId, readNumber, readText } from './readField'
import { nameDetail } from './spanDetail'

/** One line of the list of traces, as the collector tells it. */
export interface TraceSummary {
  readonly traceId: string
  readonly rootName: string
  /** A few words that tell it from others of its name; empty where nothing does. */
  readonly rootDetail: string
  readonly rootService: string
  readonly services: readonly string[]
  /** Milliseconds since the epoch; `null` where the collector had no usable time. */
  readonly startTime: number | null
  /** Milliseconds; `null` where unknown. */
  readonly duration: number | null
  readonly spanCount: number
  readonly errorCount: number
}

/** Reads one summary from JSON of unknown shape; `null` when it has no trace id and so cannot be opened. */
export function readTraceSummary(json: unknown): TraceSummary | null {
  if (typeof json !== 'object' || json === null) return null
  const from = json as Record<string, unknown>
  const traceId = readId(from['traceId'])
  if (!traceId) return null
  const rootName = readText(from['rootName'])
  const rootService = readText(from['rootService'])
  const services = Array.isArray(from['services']) ? from['services'].map((name) => readText(name)).filter(Boolean) : []
  return {
    traceId,
    rootName,
    rootDetail: nameDetail(rootName, readAttributes(from['rootAttributes'])),
    rootService,
    services: [...new Set(rootService ? [rootService, ...services] : services)],
    startTime: readNumber(from['startTime']),
    duration: readNumber(from['duration']),
    spanCount: readCount(from['spanCount']),
    errorCount: readCount(from['errorCount']),
  }
}

export function readTraceSummaries(json: unknown): TraceSummary[] {
  const list = (json as { traces?: unknown } | null)?.traces
  if (!Array.isArray(list)) return []
  return list.map(readTraceSummary).filter((summary) => summary !== null)
}
