import type { TraceSummary } from './traceSummary'

export interface TraceFilter {
  /** Words that must all occur in root name and its detail, services or trace id; case does not matter. */
  readonly text: string
  readonly errorsOnly: boolean
}

export function filterTraces(traces: readonly TraceSummary[], filter: TraceFilter): TraceSummary[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  return traces.filter((trace) => {
    if (filter.errorsOnly && trace.errorCount === 0) return false
    const text = [trace.rootName, trace.rootDetail, ...trace.services, trace.traceId].join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** The filter as the address bar keeps it: `?q=checkout&errors=1`, nothing where nothing is filtered. */
export function writeFilter(filter: TraceFilter): string {
  const query = new URLSearchParams()
  if (filter.text.trim()) query.set('q', filter.text)
  if (filter.errorsOnly) query.set('errors', '1')
  const text = query.toString()
  return text && `?${text}`
}

export function readFilter(search: string): TraceFilter {
  const query = new URLSearchParams(search)
  return { text: query.get('q') ?? '', errorsOnly: query.get('errors') === '1' }
}
