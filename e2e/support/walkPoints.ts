import { setTimeout as pause } from 'node:timers/promises'
import type { ContextPoint, VisitorAct } from '../points/point'
import type { EnginePage } from './enginePage'

/** What was current at one point: alone, in two flows at once, and beside them in a flow without a span. */
export interface PointResult extends Pick<ContextPoint, 'name' | 'rule' | 'section' | 'context' | 'isPromised'> {
  /** Whether this engine is known to give somebody else's context here. */
  readonly isKnown: boolean
  /** Its place in the list, from 1. */
  readonly number: number
  /** `false`: this engine cannot do it, or no test can, and nothing was walked. */
  readonly isThere: boolean
  readonly alone: string | null
  readonly first: string | null
  readonly second: string | null
  readonly without: string | null
  /** After the flow has begun, and after it has ended: outside of it there is no span. */
  readonly outside: readonly (string | null)[]
}

/** The flows of a walk; `another` is the one that only listens. */
const SPANS = new Set(['alone', 'first', 'second', 'another', 'a stranger'])
const POLL_MS = 100

/**
 * Walks the points in a page that has `api` and a running telemetry. The walk goes on by itself and is asked how far it is:
 * WebDriver waits only so long for one answer, and in WebKitGTK it never gets the one of a script that changed `location.hash`.
 */
export async function walkPoints(page: EnginePage, modulePath: string): Promise<readonly PointResult[]> {
  await page.evaluate(prepare, modulePath)
  for (;;) {
    const state = await page.evaluate(() => walk.state)
    if (state === 'done') return page.evaluate(() => walk.results)
    if (state === 'walking') await pause(POLL_MS)
    else {
      const isDone = await doAs(page, state)
      await page.evaluate((done) => walk.acted(done), isDone)
    }
  }
}

/** What only somebody in front of the page can do. `false`: not with this browser. */
async function doAs(page: EnginePage, act: VisitorAct): Promise<boolean> {
  if (act === 'clicks') await page.mouse.click(100, 100)
  if (act === 'types') await page.keyboard.press('a')
  if (act !== 'goes offline') return true
  const context = page.context?.()
  if (!context) return false
  try {
    for (const isOffline of [true, false]) await context.setOffline(isOffline)
    return true
  } catch {
    return false // Firefox does not take this order
  }
}

interface Walk {
  /** A visitor's act is what it waits for. */
  state: 'walking' | 'done' | VisitorAct
  readonly results: PointResult[]
  acted(isDone: boolean): void
}

declare global {
  /** In a page whose points are walked. */
  var walk: Walk
}

/** Runs in the page, and begins the walk. */
async function prepare(path: string): Promise<void> {
  const PATIENCE_MS = 5000 // for one point; a callback that never comes must not hide the other points
  type Seen = string | null

  const { contextPoints } = (await import(path)) as typeof import('../contextPoints')
  const flows = new Map<string, string>()
  const look = () => {
    const span = api.getCurrentSpan()
    return span ? (flows.get(span.getSpanId()) ?? 'a stranger') : null
  }
  const inSpan = <T>(name: string, work: () => T): T =>
    api.withSpan(name, (span) => {
      flows.set(span.getSpanId(), name)
      return work()
    })
  const elsewhere = <T>(work: () => T): T => {
    let given!: { value: T }
    inSpan('another', () => {
      given = { value: work() }
    })
    return given.value
  }
  const inFlow = (name: string, { run }: ContextPoint) => settled(() => inSpan(name, () => run(look, elsewhere)))
  const settled = async (work: () => unknown): Promise<Seen> => {
    const late = new Promise<string>((resolve) => setTimeout(() => resolve('never came'), PATIENCE_MS))
    try {
      return (await Promise.race([work(), late])) as Seen
    } catch (error) {
      return `failed: ${error}`
    }
  }
  const about = (index: number) => {
    const { name, rule, section, context, isPromised, wrongIn } = contextPoints[index]!
    const isKnown = wrongIn?.test(navigator.userAgent) === true
    return { number: index + 1, name, rule, section, context, isPromised, isKnown }
  }
  const notThere = { isThere: false, alone: null, first: null, second: null, without: null, outside: [] }
  const together = async (point: ContextPoint) => {
    const running = [inFlow('first', point), settled(() => point.run(look, elsewhere)), inFlow('second', point)]
    const outside = [look()]
    const [first, without, second] = (await Promise.all(running)) as [Seen, Seen, Seen]
    outside.push(look())
    return { isThere: true, first, second, without, outside }
  }
  const isThere = async ({ isThere }: ContextPoint) => {
    try {
      return isThere !== null && (await isThere())
    } catch {
      return false
    }
  }
  let acted: (isDone: boolean) => void = () => {}
  const waitFor = (act: VisitorAct) =>
    new Promise<boolean>((resolve) => {
      acted = resolve
      walk.state = act
    }).finally(() => {
      walk.state = 'walking'
    })
  /** A visitor acts once for all flows, so none of them is alone. */
  const withVisitor = async (point: ContextPoint, act: VisitorAct) => {
    const seen = together(point)
    if (!(await waitFor(act))) return notThere
    const { first, ...others } = await seen
    return { ...others, first, alone: first === 'first' ? 'alone' : first }
  }
  const seenAt = async (point: ContextPoint) => {
    if (!(await isThere(point))) return notThere
    if (point.act) return withVisitor(point, point.act)
    const alone = await inFlow('alone', point)
    return { alone, ...(await together(point)) }
  }
  globalThis.walk = { state: 'walking', results: [], acted: (isDone) => acted(isDone) }
  void (async () => {
    for (const [index, point] of contextPoints.entries())
      walk.results.push({ ...about(index), ...(await seenAt(point)) })
    walk.state = 'done'
  })()
}

/** One line for each point, for a difference that can be read. */
export function told(results: readonly PointResult[]): readonly string[] {
  return results.map((result) => {
    const { alone, first, second, without, outside } = result
    return line(result, [alone, first, second], without, outside)
  })
}

/** The lines where everything is as it should be. Where none is allowed, an engine may do better: all flows or none of them. */
export function expectedLines(results: readonly PointResult[]): readonly string[] {
  return results.map((result) => {
    if (!result.isThere) return line(result, [null, null, null], null, [])
    const { alone, first, second, without } = result
    if (verdict(result) === 'wrong, known') return line(result, [alone, first, second], without, [null, null])
    const isKept = result.context === 'caller' && (result.isPromised || verdict(result) === 'right')
    const flows = isKept ? ['alone', 'first', 'second'] : [null, null, null]
    return line(result, flows, null, [null, null])
  })
}

function line(
  { number, name }: PointResult,
  flows: readonly (string | null)[],
  without: string | null,
  outside: readonly (string | null)[],
): string {
  return `${number}. ${name}: ${flows.join(', ')} | without: ${without} | outside: ${outside.join(', ')}`
}

/** What a walk found at one point. */
export type Verdict = 'right' | 'none, allowed' | 'wrong, known' | 'lost' | 'wrong' | 'n/a'

/** Judges by the rule: somebody else's context is wrong, a missing one is lost unless none is allowed. */
export function verdict(result: PointResult): Verdict {
  if (!result.isThere) return 'n/a'
  if (isWrong(result)) return result.isKnown ? 'wrong, known' : 'wrong'
  const { context, isPromised, alone, first, second } = result
  const seen = [alone, first, second]
  const wanted = context === 'caller' ? ['alone', 'first', 'second'] : [null, null, null]
  if (seen.every((flow, index) => flow === wanted[index])) return 'right'
  return isPromised || seen.some((flow) => flow !== null) ? 'lost' : 'none, allowed'
}

/** Whether somebody saw a span that is not his. */
function isWrong({ context, alone, first, second, without, outside }: PointResult): boolean {
  const isOf = (flow: string | null, seen: string | null) =>
    Boolean(seen?.split(' and ').some((one) => one !== flow && SPANS.has(one)))
  const own = (flow: string) => (context === 'caller' ? flow : null)
  const ofNobody = [without, ...outside].some((seen) => isOf(null, seen))
  return ofNobody || isOf(own('alone'), alone) || isOf(own('first'), first) || isOf(own('second'), second)
}
