import type { FeedWorld } from './traceFeed'

const API = '/viewer/api'

type TraceAnswer = { state: 'found'; json: unknown } | { state: 'missing' }

/** Reads one trace; rejects when the collector cannot be asked. */
export async function fetchTrace(traceId: string, signal: AbortSignal): Promise<TraceAnswer> {
  const response = await fetch(`${API}/traces/${encodeURIComponent(traceId)}`, { signal })
  if (response.status === 404) return { state: 'missing' }
  return { state: 'found', json: await readJson(response) }
}

/** The collector behind this page, for the feed. */
export const collector: FeedWorld = {
  loadTraces: async () => readJson(await fetch(`${API}/traces?limit=200`)),
  clearTraces: async () => {
    const response = await fetch(`${API}/traces`, { method: 'DELETE' })
    if (!response.ok) throw new Error(`The collector answered ${response.status}`)
  },
  openStream(stream) {
    const source = new EventSource(`${API}/stream`)
    source.addEventListener('open', () => stream.onOpen())
    source.addEventListener('error', () => stream.onLost())
    source.addEventListener('cleared', () => stream.onCleared())
    source.addEventListener('trace', (event) => {
      const message = parse((event as MessageEvent<unknown>).data)
      if (message !== undefined) stream.onTrace(message)
    })
    return () => source.close()
  },
  wait(ms, then) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}

async function readJson(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`The collector answered ${response.status}`)
  return response.json()
}

function parse(data: unknown): unknown {
  try {
    return typeof data === 'string' ? JSON.parse(data) : undefined
  } catch {
    return undefined // half a message of a connection that broke
  }
}
