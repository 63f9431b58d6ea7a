import type { withSpan } from '@codomyrmex/telemetry'

const names = new Map<string, string>()

const isHere = () => typeof api !== 'undefined'

/** Runs `run` in a span of that name; on a page without telemetry it is only called. */
export function inFlow<T>(name: string, run: () => T): T {
  if (!isHere()) return run()
  return (api.withSpan as typeof withSpan)(name, (span) => {
    names.set(span.getSpanId(), name)
    return run()
  })
}

/** The name of the current flow, or `null` outside of all. */
export function flow(): string | null {
  const span = isHere() ? api.getCurrentSpan() : null
  return span && (names.get(span.getSpanId()) ?? 'a stranger')
}

/** Notes for each place the flow that is current there. */
export function createTrail(): { readonly places: Record<string, string | null>; at(where: string): void } {
  const places: Record<string, string | null> = {}
  return {
    places,
    at(where) {
      places[where] = flow()
    },
  }
}
