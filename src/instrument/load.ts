import { askSecondPart } from '../lib/loadSecondPart'
import { detach, later, listen } from '../lib/native'
import { ofDocument } from '../lib/ownPage'
import { activated } from '../lib/prerendering'
import { guard } from '../lib/report'
import { readTraceparent } from '../propagation/traceparent'
import type { TraceContext } from '../trace/span'
import type { SpanMaker } from '../trace/tracer'
import type { HttpOptions } from './httpSpan'
import { absoluteUrl, createRedaction } from './urls'

// What the page needs while it loads is here: the root, from the beginning, so that what begins meanwhile can be below it, and so that it is
// there when the page is left before. The rest is told by the platform afterwards, and read in the second part:
//
//   documentLoad  navigation ────────────────────────────────▶ loadEventEnd      here
//   ├─ documentFetch     fetchStart ──▶ responseEnd                              loadedSpans.ts
//   ├─ resourceFetch         startTime ──▶ responseEnd                           loadedSpans.ts
//   └─ what begins in no span before the load has ended: TracerHost.early

/** The moments of a load that become events of its span, by the platform's own names: `domComplete`, but not `domainLookupStart`. */
const MOMENTS = /^(dom[A-Z]|load|activation)/

/** What a visitor does first. */
const ACTIONS = ['pointerdown', 'keydown']

/** Makes a span of the page's load, with those of its files below it. Returns its undo. */
export function traceLoad(maker: SpanMaker, options: HttpOptions): () => void {
  if (typeof document !== 'object' || typeof window !== 'object') return () => {} // in a worker
  const redacted = createRedaction(options)
  let root: TraceContext | null = null
  let stops: (() => void)[] = []
  let isOver = false

  const begin = () => {
    if (isOver) return
    const address = absoluteUrl(location.href)
    root = maker.startSpan('documentLoad', {
      parent: readTraceparent(serversTraceparent()),
      startTime: 0, // the navigation
      attributes: address ? { 'url.full': redacted(address) } : {},
    })
    if (ofDocument('readyState') === 'complete') return end()
    maker.host.early = root
    stops = [listen(window, 'load', end), ...ACTIONS.map((type) => listen(window, type, noLonger, { capture: true }))]
  }
  // `loadEventEnd` is known when the listeners of `load` have run.
  const end = () => {
    stop()
    stops = [later(0, () => guard('telling the load of the page', ended))]
  }
  const noLonger = () => {
    maker.host.early = null
  }
  const stop = () => {
    for (const one of stops) one()
  }
  const ended = () => {
    const entry = navigationEntry()
    noLonger()
    if (!root?.isRecording()) return // ended with the page
    if (!entry) return root.end() // a test environment
    for (const [name, time] of Object.entries(entry.toJSON() as Record<string, number>))
      if (time && MOMENTS.test(name)) root.addEvent(name, time)
    root.setAttribute('codomyrmex.navigation.type', entry.activationStart ? 'prerender' : entry.type)
    root.end(Math.max(entry.loadEventEnd, entry.activationStart ?? 0))
    askSecondPart(({ tellLoad }) => tellLoad(maker, root!, entry, redacted, options))
  }

  const waiting = activated()
  if (waiting) detach(waiting, begin)
  else begin()
  return () => {
    isOver = true
    noLonger()
    stop()
    if (root?.isRecording()) root.end()
  }
}

declare global {
  interface PerformanceNavigationTiming {
    readonly activationStart?: number // not in Firefox and Safari
  }
}

function navigationEntry(): PerformanceNavigationTiming | undefined {
  return performance.getEntriesByType?.('navigation')[0] as PerformanceNavigationTiming | undefined
}

/** As the server wrote it into the page: its own span is the parent of the load, as for OpenTelemetry's instrumentation. */
function serversTraceparent(): string | null {
  const inHead = ofDocument('querySelector')?.call(document, 'meta[name=traceparent]')?.getAttribute('content')
  return inHead ?? navigationEntry()?.serverTiming?.find(({ name }) => name === 'traceparent')?.description ?? null
}
