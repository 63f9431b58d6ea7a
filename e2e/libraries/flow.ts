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

/** Whose work runs at a place: two flows with a span of their own, and one without. */
export type Who = 'first' | 'none' | 'second'

/** By place and by whose work runs there: the flow that was current. Several, if it was not always the same. */
export type Seen = Record<string, Partial<Record<Who, string | null>>>

export interface Notes {
  readonly seen: Seen
  /** Notes which flow is current here, where the work of `who` runs. */
  note(place: string, who: Who): void
}

export function createNotes(): Notes {
  const seen: Seen = {}
  return {
    seen,
    note(place, who) {
      seen[place] ??= {}
      const places = seen[place]
      const here = flow()
      const before = places[who]
      const isSame = before === undefined || String(before).split(', ').includes(String(here))
      places[who] = isSame ? (before ?? here) : `${before}, ${here}`
    },
  }
}

/** Runs the same work three times, interleaved: in a first flow, in none, and in a second one. */
export function inEach<T>(run: (who: Who) => Promise<T>): Promise<T[]> {
  return Promise.all([inFlow('first', () => run('first')), run('none'), inFlow('second', () => run('second'))])
}

/** A native promise that is settled already. */
export async function own(): Promise<void> {}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Waits for what others do; a test that waits in vain runs out of time. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(1)
}
