import type { Events } from '../lib/events'
import { loadSecondPart } from '../lib/loadSecondPart'
import { detach } from '../lib/native'
import type { TelemetryEvents } from '../trace/api'
import type { Span } from '../trace/span'

const MAX_EARLY = 1000 // spans that wait for the part that writes them

/** For the option `debug`: writes every ended span to the console, once the second part is there. Returns its undo. */
export function debugSpans(on: Events<TelemetryEvents>['on']): () => void {
  const early: Span[] = []
  let add = (span: Span) => {
    if (early.length < MAX_EARLY) early.push(span)
  }
  const stops = [on('span_ended', ({ span }) => add(span))]
  detach(loadSecondPart(), ({ createTraceConsole }: Awaited<ReturnType<typeof loadSecondPart>>) => {
    const traces = createTraceConsole()
    stops.push(traces.stop)
    add = traces.add
    for (const span of early.splice(0)) add(span)
  })
  return () => {
    for (const stop of stops) stop()
  }
}
