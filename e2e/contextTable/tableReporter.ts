import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter'
import { type PointResult, type Verdict, verdict } from '../support/walkPoints'
import { applicationTable, VISIT, type VisitOfApplication } from './applicationTable'
import { WALK, type Walk } from './walkBoth'

/** Prints what the walks found as Markdown: one row for each contestant, and on request one for each point. */
// biome-ignore lint/style/noDefaultExport: Playwright takes the default export
export default class TableReporter implements Reporter {
  private readonly walks: Walk[] = []
  private readonly visits: VisitOfApplication[] = []

  onTestEnd(_test: TestCase, { attachments, errors }: TestResult): void {
    const body = attachments.find(({ name }) => name === WALK)?.body
    if (body) this.walks.push(JSON.parse(body.toString()) as Walk)
    const visit = attachments.find(({ name }) => name === VISIT)?.body
    if (visit) this.visits.push(JSON.parse(visit.toString()) as VisitOfApplication)
    for (const { message } of errors) console.error(message)
  }

  onEnd(): void {
    this.printPoints()
    const { head, rows } = applicationTable(this.visits)
    if (this.visits.length > 0) print(head, rows)
  }

  private printPoints(): void {
    if (this.walks.length === 0) return
    const engines = [...new Set(this.walks.map(({ engine }) => engine))]
    const contestants = [...new Set(this.walks.map(({ contestant }) => contestant))]
    const found = (engine: string, contestant: string) =>
      this.walks.find((walk) => walk.engine === engine && walk.contestant === contestant)?.results ?? []

    print(
      [VERDICTS.join(' / '), ...engines],
      contestants.map((contestant) => [contestant, ...engines.map((engine) => counts(found(engine, contestant)))]),
    )
    if (!process.env['CONTEXT_TABLE_POINTS']) return
    const columns = engines.flatMap((engine) => contestants.map((contestant) => ({ engine, contestant })))
    print(
      [
        '',
        'point',
        'rule',
        'context',
        'section',
        ...columns.map(({ engine, contestant }) => `${contestant}, ${engine}`),
      ],
      (this.walks[0]?.results ?? []).map(({ number, name, rule, section, context, isPromised }) => [
        String(number),
        name,
        rule,
        context === 'caller' && !isPromised ? 'caller, none allowed' : context,
        section,
        ...columns.map(({ engine, contestant }) => mark(found(engine, contestant)[number - 1])),
      ]),
    )
  }
}

const VERDICTS: readonly Verdict[] = ['right', 'none, allowed', 'lost', 'wrong', 'wrong, known', 'n/a']

function counts(results: readonly PointResult[]): string {
  const verdicts = results.map(verdict)
  return VERDICTS.map((wanted) => verdicts.filter((one) => one === wanted).length).join(' / ')
}

const mark = (result: PointResult | undefined) => (result ? verdict(result) : 'not walked')

function print(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) =>
    console.log(`| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`)
  line(head)
  line(head.map(() => '---'))
  for (const row of rows) line(row)
  console.log()
}
