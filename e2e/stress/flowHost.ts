// What the flows of test/support/flows.ts stand on, in a page: the built file instead of the sources, and no test runner.
import type { TraceContext } from '@codomyrmex/telemetry'

/** A context is known by its span. */
interface SpanHolder {
  readonly span: TraceContext
}

/** @public */
export const contextWithNewSpan = (): SpanHolder => ({ span: api.startSpan('flow') })

/** @public */
export const runIn = <T>({ span }: SpanHolder, run: () => T): T => api.withContext(span, run)

/** @public */
export const activeSpan = (): TraceContext | null => api.getCurrentSpan()

/** @public The one check of the flows that is not about spans. */
export const expect = (text: string) => ({
  toMatch(pattern: RegExp) {
    if (!pattern.test(text)) throw new Error(`${text} does not match ${pattern}`)
  },
})
