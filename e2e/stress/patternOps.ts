import type { Flow, OPS } from '../../test/support/flows'
import type { Commons } from './commons'

type Op = (typeof OPS)[string]

const sleep = (ms = 0) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** One after the other, as p-queue and bottleneck do it: whoever finds it at rest begins a run for all. */
function createQueue() {
  const jobs: (() => Promise<void>)[] = []
  let runner: Flow | null = null
  const run = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) await job()
    runner = null
  }
  return {
    add(flow: Flow, job: (runner: Flow) => Promise<void>): Promise<void> {
      return new Promise((resolve) => {
        jobs.push(() => job(runner as Flow).then(resolve))
        if (runner) return
        runner = flow
        void run()
      })
    },
  }
}

/** All keys of one turn at once, as DataLoader does it. */
function createBatcher(schedule: (flush: () => void) => void) {
  let waiting: ((by: Flow) => void)[] = []
  let scheduler: Flow | null = null
  return (flow: Flow, look: (scheduler: Flow) => void) =>
    new Promise<void>((resolve) => {
      waiting.push((by) => {
        look(by)
        resolve()
      })
      if (scheduler) return
      scheduler = flow
      schedule(() => {
        const [batch, by] = [waiting, scheduler as Flow]
        waiting = []
        scheduler = null
        for (const one of batch) one(by)
      })
    })
}

/** Runs once, after the last call, as lodash's `debounce` does it. */
function createDebounce() {
  let id: ReturnType<typeof setTimeout> | undefined
  let waiting: (() => void)[] = []
  return (flow: Flow) =>
    new Promise<void>((resolve) => {
      waiting.push(resolve)
      clearTimeout(id)
      id = setTimeout(() => {
        flow.kept('behind the pause, of whoever called last')
        const all = waiting
        waiting = []
        for (const one of all) one()
      }, 2)
    })
}

/** So many at once, and the others wait for whoever leaves. */
function createSemaphore(places: number) {
  let free = places
  const waiting: (() => void)[] = []
  return {
    enter: () => (free-- > 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
    leave() {
      free++
      waiting.shift()?.()
    },
  }
}

/** Small stand-ins for what libraries do with the work of several flows. */
export function createPatternOps(commons: Commons): Record<string, Op> {
  const queue = createQueue()
  const boundQueue = createQueue()
  const inMicrotask = createBatcher(queueMicrotask)
  const behindPromise = createBatcher((flush) => void Promise.resolve().then(flush))
  const inTimer = createBatcher((flush) => void setTimeout(flush, 1))
  const debounce = createDebounce()
  const semaphore = createSemaphore(3)
  const answers = new Map<number, Promise<string>>()
  const emitter = { listeners: [] as ((by: Flow) => void)[] }
  const batched =
    (batch: ReturnType<typeof createBatcher>): Op =>
    (flow) =>
      batch(flow, (scheduler) => scheduler.kept('the batch, of whoever began it'))

  return {
    'a job in a queue': (flow) =>
      queue.add(flow, async (runner) => {
        runner.kept('a job, of whoever began the queue')
        await sleep()
        runner.kept('behind an await in it')
      }),
    'a bound job in a queue': (flow) =>
      boundQueue.add(
        flow,
        api.bind(async () => {
          flow.kept('own job')
          await sleep()
          flow.kept('behind an await in it')
        }),
      ),
    'a batch in a microtask': batched(inMicrotask),
    'a batch behind a promise': batched(behindPromise),
    'a batch in a timer': batched(inTimer),
    'a debounced call': (flow) => debounce(flow),
    'a memoised promise': async (flow, { random }) => {
      const key = random.below(20)
      const load = async () => {
        await sleep()
        flow.kept('while it is loaded')
        return 'answer'
      }
      if (random.below(3) === 0) answers.delete(key)
      const answer = answers.get(key) ?? load()
      answers.set(key, answer)
      await answer
      flow.kept('behind it')
    },
    'listens to an emitter': async () => {
      if (emitter.listeners.length > 5) emitter.listeners.shift()
      emitter.listeners.push((by) => by.kept('listener of another flow'))
    },
    emits: async (flow) => {
      for (const listener of emitter.listeners) listener(flow)
      await sleep()
      for (const listener of emitter.listeners) listener(flow)
    },
    'waits for a place': async (flow) => {
      await semaphore.enter()
      flow.kept('inside')
      await sleep()
      flow.kept('still inside')
      semaphore.leave()
    },
    'a store whose subscribers are of other flows': async (flow, { random }) => {
      const subscribers = new Set<() => void>()
      commons.inAnother(random)(() => subscribers.add(() => flow.kept('subscriber')))
      await Promise.resolve()
      for (const told of subscribers) told()
    },
  }
}
