import type { Where } from './supportFlow'

/** A span that has ended in the page. */
export interface SeenSpan {
  readonly name: string
  readonly spanId: string
  readonly parentSpanId: string | null
}

/** A request of the application, as its server got it. */
export interface FlowRequest {
  /** Such as `add-2`; `nobody-1` for a click that no span belongs to. */
  readonly flow: string
  readonly where: Where
  readonly traceparent: string | undefined
}

/**
 * - `right`: the span of the flow that the request belongs to; none, where it belongs to nobody
 * - `lost`: none, though the request belongs to a flow
 * - `queue`: the span of another flow whose work a framework ran in the same flush, where that flow began it
 * - `wrong`: anything else
 */
export type Verdict = 'right' | 'lost' | 'queue' | 'wrong'

/** A request, and whose span it had as parent. */
export interface Judged {
  readonly flow: string
  readonly where: Where
  /** Name of the parent, or of nothing. */
  readonly parent: string | null
  readonly verdict: Verdict
}

/** What was found in one visit. */
export interface Visit {
  readonly requests: readonly Judged[]
  /** Spans of what the visitor did that have a parent, as `add-1 under boot`. */
  readonly actionsUnderOthers: readonly string[]
  readonly actions: number
}

/** Flows that change what is shown in the same turn, so that one flush of the framework renders both. */
const IN_ONE_FLUSH: readonly (readonly string[])[] = [['save-1', 'save-2']]

/** Whose span every action and every request has. */
export function judge(spans: readonly SeenSpan[], requests: readonly FlowRequest[]): Visit {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const nameOf = (id: string | null) => (id === null ? null : (byId.get(id)?.name ?? 'a stranger'))
  const actions = spans.filter(({ name }) => /^[a-z]+(-\d+)?$/.test(name))
  return {
    requests: requests.map(({ flow, where, traceparent }) => {
      const own = byId.get(traceparent?.split('-')[2] ?? '')
      const parent = own ? nameOf(own.parentSpanId) : null
      return { flow, where, parent, verdict: verdictOn(flow, where, parent) }
    }),
    actionsUnderOthers: actions
      .filter(({ parentSpanId }) => parentSpanId !== null)
      .map(({ name, parentSpanId }) => `${name} under ${nameOf(parentSpanId)}`),
    actions: actions.length,
  }
}

function verdictOn(flow: string, where: Where, parent: string | null): Verdict {
  const owner = flow.startsWith('nobody') ? null : flow
  if (parent === owner) return 'right'
  if (parent === null) return 'lost'
  const isQueued = where === 'effect' && IN_ONE_FLUSH.some((flows) => flows.includes(flow) && flows.includes(parent))
  return isQueued ? 'queue' : 'wrong'
}

/** Counts of one kind of verdict. */
export function tally(requests: readonly Judged[]): Readonly<Record<Verdict, number>> {
  const counts = { right: 0, lost: 0, queue: 0, wrong: 0 }
  for (const { verdict } of requests) counts[verdict]++
  return counts
}
