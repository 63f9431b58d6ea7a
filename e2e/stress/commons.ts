import type { Flow } from '../../test/support/flows'
import type { Random } from '../../test/support/random'

/** Runs `work` at once in the context of the flow that lent it. */
type Lent = <T>(work: () => T) => T

/** Runs `work` at once where another flow stands: what only listens is told from what causes. */
type InAnother = <T>(work: () => T) => T

/** What flows of a page have in common beside their promises. */
export interface Commons {
  /** Of the last flows that lent their context. */
  readonly lent: Lent[]
  readonly inAnother: (random: Random) => InAnother
  /** Whether there is still one of what costs the browser much: `most` of each name in a run. */
  mayDo(name: string, most: number): boolean
}

export function createCommons(): Commons {
  const lent: Lent[] = []
  const done = new Map<string, number>()
  return {
    lent,
    inAnother: (random) => (lent.length > 0 ? random.pick(lent.slice(-8)) : (work) => work()),
    mayDo(name, most) {
      const times = (done.get(name) ?? 0) + 1
      done.set(name, times)
      return times <= most
    },
  }
}

/** Looks where nobody's context may be. */
export const none = (flow: Flow, where: string): void => flow.kept(where, null)

/** Calls back out of a task of the browser, and goes on when `look` has looked there. */
export const inTask = (look: () => void, start: (done: () => void) => void): Promise<void> =>
  new Promise((resolve) =>
    start(() => {
      look()
      resolve()
    }),
  )
