import { NgZone } from '@angular/core'
import type { withSpan as WithSpan } from '@codomyrmex/telemetry'

/** How often Angular has looked for changes, and how often it found its microtasks done. */
export const counts = { checks: 0, empties: 0 }

/** In which spans Angular has looked for changes, by their names. */
export const checkedIn: (string | null)[] = []

/** What one place in the component saw. */
export interface Seen {
  readonly where: string
  readonly inAngularZone: boolean
  /** Name of the current span. */
  readonly span: string | null
}

export const seen: Seen[] = []

const names = new Map<string, string>()

/** Telemetry's `withSpan`, or nothing of it on a page without telemetry. */
export const withSpan = <T>(name: string, run: () => T): T => {
  if (typeof api === 'undefined') return run()
  return (api.withSpan as typeof WithSpan)(name, (span) => {
    names.set(span.getSpanId(), name)
    return run()
  })
}

/** Notes where we stand. */
export function look(where: string): void {
  seen.push({ where, inAngularZone: NgZone.isInAngularZone(), span: nameOfSpan() })
}

function nameOfSpan(): string | null {
  const span = typeof api === 'undefined' ? null : api.getCurrentSpan()
  return span && (names.get(span.getSpanId()) ?? 'a stranger')
}

/** Called by the component whenever Angular looks for changes. */
export function lookedForChanges(): void {
  counts.checks++
  checkedIn.push(nameOfSpan())
}
