import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { useFeed } from '../hooks/useFeed'
import { useKeys } from '../hooks/useKeys'
import { goTo, replaceSearch } from '../hooks/useRoute'
import { feed } from '../model/feed'
import { tracePath } from '../model/route'
import type { TraceFilter } from '../model/traceFilter'
import { filterTraces, readFilter, writeFilter } from '../model/traceFilter'
import { ConnectionLost } from './ConnectionLost'
import { FilterBar } from './FilterBar'
import { NoTraces } from './NoTraces'
import { TraceRow } from './TraceRow'

let lastOpened: string | null = null // so that coming back finds the row again

export function TraceListPage({ search }: { search: string }) {
  const { traces, fresh, connection, loaded, paused } = useFeed()
  const filter = readFilter(search)
  const deferredSearch = useDeferredValue(search)
  const shown = useMemo(() => filterTraces(traces, readFilter(deferredSearch)), [traces, deferredSearch])
  const longest = useMemo(() => shown.reduce((most, trace) => Math.max(most, trace.duration ?? 0), 0), [shown])
  const [activeId, setActiveId] = useState(lastOpened)
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)

  const setFilter = (next: TraceFilter) => replaceSearch(writeFilter(next))
  const at = shown.findIndex((trace) => trace.traceId === activeId)
  const move = (to: number) => {
    const next = shown[Math.min(Math.max(to, 0), shown.length - 1)]
    if (next) setActiveId(next.traceId)
  }
  const open = (traceId: string) => {
    lastOpened = traceId
    goTo(tracePath(traceId))
  }

  const down = () => move(at + 1)
  const up = () => move(at < 0 ? shown.length - 1 : at - 1)
  useKeys([
    ['j', down],
    ['ArrowDown', down],
    ['k', up],
    ['ArrowUp', up],
    ['Home', () => move(0)],
    ['End', () => move(shown.length - 1)],
    ['Enter', () => shown[at] && open(shown[at].traceId)],
    ['/', () => field.current?.select()],
    ['e', () => setFilter({ ...filter, errorsOnly: !filter.errorsOnly })],
    ['p', () => feed.setPaused(!paused)],
    ['Escape', () => setActiveId(null)],
  ])

  useEffect(() => {
    if (activeId) document.getElementById(rowId(activeId))?.scrollIntoView({ block: 'nearest' })
  }, [activeId])

  useEffect(() => {
    document.title = 'Traces'
  }, [])

  return (
    <main className="list-page">
      <h1 className="visually-hidden">Traces</h1>
      <FilterBar
        ref={field}
        filter={filter}
        shown={shown.length}
        onFilter={setFilter}
        onLeave={() => {
          if (at < 0) move(0)
          list.current?.focus()
        }}
      />
      {connection === 'lost' && <ConnectionLost />}
      {shown.length === 0 ? (
        <NoTraces
          loaded={loaded}
          any={traces.length > 0}
          onShowAll={() => setFilter({ text: '', errorsOnly: false })}
        />
      ) : (
        <div className="traces">
          <div className="trace-columns" aria-hidden="true">
            <span>Trace</span>
            <span>Duration</span>
            <span className="number">Spans</span>
            <span className="number">Errors</span>
            <span className="number">Started</span>
          </div>
          <div
            ref={list}
            className="trace-rows"
            role="listbox"
            aria-label="Traces, newest first"
            tabIndex={0}
            aria-activedescendant={at >= 0 ? rowId(shown[at]!.traceId) : undefined}
          >
            {shown.map((trace) => (
              <TraceRow
                key={trace.traceId}
                id={rowId(trace.traceId)}
                trace={trace}
                longest={longest}
                active={trace.traceId === activeId}
                fresh={fresh.has(trace.traceId)}
                onOpen={open}
              />
            ))}
          </div>
        </div>
      )}
    </main>
  )
}

function rowId(traceId: string): string {
  return `trace-${traceId}`
}
