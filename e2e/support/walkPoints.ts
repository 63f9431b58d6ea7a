import type { Page } from '@playwright/test'
import type { ContextPoint } from '../contextPoints'

/** What was current at one point: alone, in two flows at once, and beside them in a flow without a span. */
export interface PointResult {
  readonly name: string
  readonly follows: boolean
  readonly alone: string | null
  readonly first: string | null
  readonly second: string | null
  readonly without: string | null
  /** After the flow has begun, and after it has ended: outside of it there is no span. */
  readonly outside: readonly (string | null)[]
}

/** Walks the points in a page that has `api` and a running telemetry. */
export function walkPoints(page: Page, modulePath: string): Promise<readonly PointResult[]> {
  return page.evaluate(async (path) => {
    const { contextPoints } = (await import(path)) as typeof import('../contextPoints')
    const flows = new Map<string, string>()
    const look = () => {
      const span = api.getCurrentSpan()
      return span ? (flows.get(span.getSpanId()) ?? 'a stranger') : null
    }
    const inFlow = async (name: string, { run }: ContextPoint) =>
      api.withSpan(name, (span) => {
        flows.set(span.getSpanId(), name)
        return run(look)
      })
    const settled = async (work: unknown) => {
      try {
        return (await work) as string | null
      } catch (error) {
        return `failed: ${error}`
      }
    }
    const results: PointResult[] = []
    for (const point of contextPoints) {
      const alone = await settled(inFlow('alone', point))
      const running = [inFlow('first', point), point.run(look), inFlow('second', point)].map(settled)
      const outside = [look()]
      const [first, without, second] = (await Promise.all(running)) as [string | null, string | null, string | null]
      outside.push(look())
      results.push({ name: point.name, follows: point.follows, alone, first, second, without, outside })
    }
    return results
  }, modulePath)
}

/** One line for each point, for a difference that can be read. */
export function told(results: readonly PointResult[]): readonly string[] {
  return results.map(
    ({ name, alone, first, second, without, outside }) =>
      `${name}: ${alone}, ${first}, ${second} | without: ${without} | outside: ${outside.map((span) => span ?? '').join(', ')}`,
  )
}

/** The lines where everything is as it should be. */
export function expectedLines(results: readonly PointResult[]): readonly string[] {
  return results.map(
    ({ name, follows }) =>
      `${name}: ${follows ? 'alone, first, second' : 'null, null, null'} | without: null | outside: , `,
  )
}
