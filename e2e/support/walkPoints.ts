import type { ContextPoint } from '../points/point'
import type { EnginePage } from './enginePage'

/** What was current at one point: alone, in two flows at once, and beside them in a flow without a span. */
export interface PointResult {
  /** Its place in the list, from 1. */
  readonly number: number
  readonly name: string
  readonly follows: boolean
  /** `false`: this engine cannot do it, and nothing was walked. */
  readonly isThere: boolean
  readonly alone: string | null
  readonly first: string | null
  readonly second: string | null
  readonly without: string | null
  /** After the flow has begun, and after it has ended: outside of it there is no span. */
  readonly outside: readonly (string | null)[]
}

const SPANS = new Set(['alone', 'first', 'second', 'a stranger'])

/** Walks the points in a page that has `api` and a running telemetry. */
export function walkPoints(page: EnginePage, modulePath: string): Promise<readonly PointResult[]> {
  return page.evaluate(async (path) => {
    const PATIENCE_MS = 5000 // for one point; a callback that never comes must not hide the other points

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
      const late = new Promise<string>((resolve) => setTimeout(() => resolve('never came'), PATIENCE_MS))
      try {
        return (await Promise.race([work, late])) as string | null
      } catch (error) {
        return `failed: ${error}`
      }
    }
    const results: PointResult[] = []
    for (const [index, point] of contextPoints.entries()) {
      const { name, follows } = point
      const about = { number: index + 1, name, follows, isThere: await point.isThere() }
      if (!about.isThere) {
        results.push({ ...about, alone: null, first: null, second: null, without: null, outside: [] })
        continue
      }
      const alone = await settled(inFlow('alone', point))
      const running = [inFlow('first', point), point.run(look), inFlow('second', point)].map(settled)
      const outside = [look()]
      const [first, without, second] = (await Promise.all(running)) as [string | null, string | null, string | null]
      outside.push(look())
      results.push({ ...about, alone, first, second, without, outside })
    }
    return results
  }, modulePath)
}

/** One line for each point, for a difference that can be read. */
export function told(results: readonly PointResult[]): readonly string[] {
  return results.map(({ number, name, alone, first, second, without, outside }) =>
    line(number, name, [alone, first, second], without, outside),
  )
}

/** The lines where everything is as it should be. */
export function expectedLines(results: readonly PointResult[]): readonly string[] {
  return results.map(({ number, name, follows, isThere }) =>
    line(
      number,
      name,
      follows && isThere ? ['alone', 'first', 'second'] : [null, null, null],
      null,
      isThere ? [null, null] : [],
    ),
  )
}

function line(
  number: number,
  name: string,
  flows: readonly (string | null)[],
  without: string | null,
  outside: readonly (string | null)[],
): string {
  return `${number}. ${name}: ${flows.join(', ')} | without: ${without} | outside: ${outside.join(', ')}`
}

/** Whether the span was there in every flow, and nowhere else. */
export function isKept(result: PointResult): boolean {
  const { alone, first, second } = result
  return alone === 'alone' && first === 'first' && second === 'second' && !isWrong(result)
}

/** Whether somebody saw a span that is not his. */
export function isWrong({ alone, first, second, without, outside }: PointResult): boolean {
  const isOf = (flow: string | null, seen: string | null) => seen !== null && seen !== flow && SPANS.has(seen)
  const ofNobody = [without, ...outside].some((seen) => isOf(null, seen))
  return ofNobody || isOf('alone', alone) || isOf('first', first) || isOf('second', second)
}
