import { useEffect, useState } from 'react'
import { fetchTrace } from '../model/collectorApi'
import { feed } from '../model/feed'
import type { ViewedSpan } from '../model/viewedSpan'
import { readSpans } from '../model/viewedSpan'

type LoadedTrace =
  | { readonly state: 'loading' | 'missing' | 'failed' }
  | { readonly state: 'ready'; readonly spans: readonly ViewedSpan[] }

const GATHER = 250 // ms; the spans of one click come in several exports

/** One trace, read again each time it gains spans. What was read stays while it is read again. */
export function useTrace(traceId: string): LoadedTrace {
  const [loaded, setLoaded] = useState<{ traceId: string; trace: LoadedTrace } | null>(null)

  useEffect(() => {
    let aborter = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined

    const load = async () => {
      aborter.abort()
      aborter = new AbortController()
      const { signal } = aborter
      try {
        const answer = await fetchTrace(traceId, signal)
        if (signal.aborted) return
        const trace: LoadedTrace =
          answer.state === 'found' ? { state: 'ready', spans: readSpans(answer.json) } : { state: 'missing' }
        // Gone from the collector's memory while it is on the screen: what is drawn stays.
        setLoaded((before) => (trace.state === 'missing' && isReady(before, traceId) ? before : { traceId, trace }))
      } catch {
        if (signal.aborted) return
        setLoaded((before) => (isReady(before, traceId) ? before : { traceId, trace: { state: 'failed' } }))
      }
    }

    void load()
    const stop = feed.onTrace((changed) => {
      if (changed !== null && changed !== traceId) return
      clearTimeout(timer)
      timer = setTimeout(load, GATHER)
    })
    return () => {
      stop()
      clearTimeout(timer)
      aborter.abort()
    }
  }, [traceId])

  return loaded?.traceId === traceId ? loaded.trace : { state: 'loading' }
}

function isReady(loaded: { traceId: string; trace: LoadedTrace } | null, traceId: string): boolean {
  return loaded?.traceId === traceId && loaded.trace.state === 'ready'
}
