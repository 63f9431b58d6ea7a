import type { TraceSummary } from './traceSummary'
import { readTraceSummaries, readTraceSummary } from './traceSummary'

export interface FeedState {
  /** Newest first. */
  readonly traces: readonly TraceSummary[]
  /** Ids of traces that came in just now, for the eye. */
  readonly fresh: ReadonlySet<string>
  readonly connection: 'connecting' | 'live' | 'lost'
  /** The list was read at least once: an empty one is then really empty. */
  readonly loaded: boolean
  readonly paused: boolean
  /** Traces that came or changed while paused. */
  readonly held: number
}

export interface FeedStream {
  onOpen(): void
  /** One message: a trace gained spans. */
  onTrace(summary: unknown): void
  /** The collector forgot all traces. */
  onCleared(): void
  /** The connection broke. It stays broken: the feed opens a new one. */
  onLost(): void
}

/** What the feed needs of the world, so that a test can be the world. */
export interface FeedWorld {
  loadTraces(): Promise<unknown>
  /** Opens the stream, returns what closes it. */
  openStream(stream: FeedStream): () => void
  clearTraces(): Promise<void>
  /** Calls back once after `ms`, returns what prevents it. */
  wait(ms: number, then: () => void): () => void
}

interface TraceFeed {
  getState(): FeedState
  /** Called after each change of the state; returns its undo. */
  subscribe(listener: () => void): () => void
  /** Called with the id of each trace that gained spans, paused or not, and with `null` after a gap; returns its undo. */
  onTrace(listener: (traceId: string | null) => void): () => void
  /** Connects and stays connected until the returned function is called. */
  start(): () => void
  setPaused(paused: boolean): void
  /** Removes all traces, here and in the collector; rejects when the collector did not do it. */
  clear(): Promise<void>
}

const KEPT = 500 // rows; the collector forgets older traces too
const GATHER = 120 // ms; a busy page sends bursts, and one redraw shows them all
const FRESH = 1500 // ms; as long as the rows' entrance
const RETRY = [1000, 2000, 4000, 8000] // ms; the last one goes on

/**
 * The list of traces, kept up to date:
 *
 *   start ── open stream ── onOpen ── load list ── live ── messages, gathered ──► state
 *                ▲                                   │
 *                └────── wait, longer each time ◄── lost
 */
export function createTraceFeed(world: FeedWorld): TraceFeed {
  const listeners = new Set<() => void>()
  const traceListeners = new Set<(traceId: string | null) => void>()
  const arrived = new Map<string, TraceSummary>() // not yet in the state: gathering, loading or paused
  let state: FeedState = {
    traces: [],
    fresh: new Set(),
    connection: 'connecting',
    loaded: false,
    paused: false,
    held: 0,
  }
  let attempts = 0
  let round = 0 // each start, loss and stop makes what belongs to an earlier round void
  let clears = 0
  let loading = false
  let gathering: (() => void) | null = null
  let fading: (() => void) | null = null

  function change(part: Partial<FeedState>): void {
    state = { ...state, ...part }
    for (const listener of listeners) listener()
  }

  function tell(traceId: string | null): void {
    for (const listener of traceListeners) listener(traceId)
  }

  function take(): void {
    gathering = null
    if (loading || arrived.size === 0) return
    if (state.paused) {
      change({ held: arrived.size })
      return
    }
    const fresh = new Set([...arrived.keys()].filter((id) => !state.traces.some((trace) => trace.traceId === id)))
    const traces = merge(state.traces, arrived.values())
    arrived.clear()
    change({ traces, fresh, held: 0 })
    fading?.()
    fading = world.wait(FRESH, () => change({ fresh: new Set() }))
  }

  async function load(mine: number): Promise<void> {
    loading = true
    const clearsBefore = clears
    try {
      const summaries = readTraceSummaries(await world.loadTraces())
      if (mine !== round) return
      attempts = 0
      if (clearsBefore !== clears || state.paused) {
        // Cleared meanwhile: what was loaded is gone. Paused: the rows stand still, what changed is held.
        if (state.paused && clearsBefore === clears) holdChanged(summaries)
        change({ connection: 'live', loaded: true })
      } else {
        change({ traces: merge([], summaries), connection: 'live', loaded: true })
      }
      tell(null)
    } catch {
      if (mine === round) lose()
      return
    } finally {
      if (mine === round) loading = false
    }
    take()
  }

  function holdChanged(summaries: readonly TraceSummary[]): void {
    for (const summary of summaries) {
      const shown = state.traces.find((trace) => trace.traceId === summary.traceId)
      if (shown?.spanCount === summary.spanCount || arrived.has(summary.traceId)) continue
      arrived.set(summary.traceId, summary)
    }
  }

  function forget(): void {
    clears++
    arrived.clear()
    change({ traces: [], held: 0 })
  }

  let close: () => void = () => {}

  function connect(): void {
    const mine = ++round
    close = world.openStream({
      onOpen: () => {
        if (mine === round) void load(mine)
      },
      onTrace: (message) => {
        const summary = readTraceSummary(message)
        if (mine !== round || !summary) return
        arrived.set(summary.traceId, summary)
        gathering ??= world.wait(GATHER, take)
        tell(summary.traceId)
      },
      onCleared: () => {
        if (mine === round) forget()
      },
      onLost: () => {
        if (mine === round) lose()
      },
    })
  }

  function lose(): void {
    round++
    loading = false
    close()
    change({ connection: 'lost' })
    const delay = RETRY[Math.min(attempts++, RETRY.length - 1)]!
    close = world.wait(delay, connect)
  }

  return {
    getState: () => state,
    subscribe: (listener) => subscribe(listeners, listener),
    onTrace: (listener) => subscribe(traceListeners, listener),
    start() {
      connect()
      return () => {
        round++
        loading = false
        close()
        gathering?.()
        gathering = null
      }
    },
    setPaused(paused) {
      change({ paused })
      if (!paused) take()
    },
    async clear() {
      await world.clearTraces()
      forget()
    },
  }
}

function merge(traces: readonly TraceSummary[], newer: Iterable<TraceSummary>): TraceSummary[] {
  const byId = new Map(traces.map((trace) => [trace.traceId, trace]))
  for (const summary of newer) byId.set(summary.traceId, summary)
  return [...byId.values()].sort((a, b) => (b.startTime ?? 0) - (a.startTime ?? 0)).slice(0, KEPT)
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
