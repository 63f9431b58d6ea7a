import { CONTESTANTS } from '../applications/supportBuild'
import { tally, type Verdict, type Visit } from '../applications/supportJudge'

/** What one visit hands to the reporter, as JSON in an attachment of this name. */
export const VISIT = 'visit'

export interface VisitOfApplication {
  readonly application: string
  readonly contestant: string
  readonly visit: Visit
}

/** One row for each application and one for their sum, one column for each contestant. */
export function applicationTable(visits: readonly VisitOfApplication[]) {
  const applications = [...new Set(visits.map(({ application }) => application))]
  const contestants = CONTESTANTS.map(({ name }) => name)
  const row = (name: string, ofRow: readonly VisitOfApplication[]) => [
    name,
    ...contestants.map((contestant) => cell(ofRow.filter((one) => one.contestant === contestant))),
  ]
  return {
    head: ['requests right / lost / queue / wrong; user actions with a wrong parent', ...contestants],
    rows: [
      ...applications.map((name) =>
        row(
          name,
          visits.filter(({ application }) => application === name),
        ),
      ),
      row('together', visits),
    ],
  }
}

const VERDICTS: readonly Verdict[] = ['right', 'lost', 'queue', 'wrong']

function cell(found: readonly VisitOfApplication[]): string {
  if (found.length === 0) return ''
  const requests = found.flatMap(({ visit }) => visit.requests)
  const counts = tally(requests)
  const sum = (count: (visit: Visit) => number) => found.reduce((before, { visit }) => before + count(visit), 0)
  const actions = `${sum(({ actionsUnderOthers }) => actionsUnderOthers.length)} of ${sum(({ actions }) => actions)}`
  return `${VERDICTS.map((verdict) => counts[verdict]).join(' / ')} of ${requests.length}; ${actions}`
}
