// Pieces of work that run at the same time, and in which order their steps come: told by the number of microtasks each takes.

const own = async () => {}

type Say = (step: number) => void
type Work = (say: Say) => unknown

const STEPS = [1, 2, 3, 4]

/** Steps that take as many microtasks inside a span as outside. */
const PLAIN: Readonly<Record<string, Work>> = {
  queueMicrotask(say) {
    const next = (step: number) => {
      say(step)
      if (step < 8) queueMicrotask(() => next(step + 1))
    }
    queueMicrotask(() => next(1))
  },
  then: (say) => STEPS.reduce((before, step) => before.then(() => say(step)), Promise.resolve()),
  catch: (say) => STEPS.reduce((before, step) => before.catch(() => {}).then(() => say(step)), Promise.reject<void>(0)),
  finally: (say) => STEPS.reduce((before, step) => before.finally(() => say(step)), Promise.resolve()),
  'then of a thenable': (say) =>
    Promise.resolve()
      .then(() => ({ then: (done: (value: unknown) => void) => done(0) }))
      .then(() => say(1)),
  'then that gives a promise': (say) =>
    Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => say(1)),
  'resolve with a promise': (say) => new Promise((resolve) => resolve(Promise.resolve())).then(() => say(1)),
  'Promise.all': (say) => Promise.all([Promise.resolve(), own(), 3]).then(() => say(1)),
  'Promise.race': (say) => Promise.race([own(), Promise.resolve()]).then(() => say(1)),
  'Promise.allSettled': (say) => Promise.allSettled([Promise.reject(0), 2]).then(() => say(1)),
  'Promise.any': (say) => Promise.any([Promise.reject(0), own()]).then(() => say(1)),
  'return of a value': (say) => own().then(() => say(1)),
  async 'await of no promise'(say) {
    for (const step of STEPS) {
      await undefined
      say(step)
    }
  },
  async 'await of a thenable'(say) {
    await { then: (done: (value: unknown) => void) => done(0) }
    say(1)
  },
  'return of a promise': (say) => (async () => own())().then(() => say(1)),
}

/** Steps in which a promise is awaited. */
const AWAITING: Readonly<Record<string, Work>> = {
  async 'await of an async function'(say) {
    for (const step of STEPS) {
      await own()
      say(step)
    }
  },
  async 'await of a rejected promise'(say) {
    for (const step of STEPS)
      try {
        await Promise.reject(0)
      } catch {
        say(step)
      }
  },
  async 'await of one promise by two'(say) {
    const shared = Promise.resolve()
    const wait = async (step: number) => {
      await shared
      say(step)
    }
    await Promise.all([wait(1), wait(2)])
    say(3)
  },
  async 'an async generator'(say) {
    const numbers = async function* () {
      for (const step of STEPS) yield step
      await own()
      yield Promise.resolve(STEPS.length + 1)
    }
    for await (const step of numbers()) say(step)
  },
  async 'for await over promises'(say) {
    for await (const step of STEPS.map((number) => Promise.resolve(number))) say(step)
  },
  'return await': (say) => (async () => await own())().then(() => say(1)),
}

const ALL = { ...PLAIN, ...AWAITING }

/** All of them at once: one line for each step, in the order in which they come. */
export async function interleaved(): Promise<readonly string[]> {
  const lines: string[] = []
  const running = Object.entries(ALL).map(([name, work]) => work((step) => lines.push(`${name} ${step}`)))
  await Promise.allSettled(running)
  await new Promise((resolve) => setTimeout(resolve)) // behind all microtasks
  return lines
}

/** One after the other: how many microtasks have run when each step comes. */
export async function microtasks(): Promise<{ readonly plain: Counts; readonly awaiting: Counts }> {
  return { plain: await countAll(PLAIN), awaiting: await countAll(AWAITING) }
}

type Counts = Readonly<Record<string, readonly number[]>>

async function countAll(works: Readonly<Record<string, Work>>): Promise<Counts> {
  const all: Record<string, readonly number[]> = {}
  for (const [name, work] of Object.entries(works)) {
    const counts: number[] = []
    let passed = 0
    let isOver = false
    const tick = () => {
      passed++
      if (!isOver) queueMicrotask(tick)
    }
    work(() => counts.push(passed))
    queueMicrotask(tick)
    // A timer would not come while microtasks go on and on: after so many, every step has come.
    await new Promise<void>((resolve) => {
      const look = () => {
        if (passed < 100) queueMicrotask(look)
        else resolve()
      }
      look()
    })
    isOver = true
    all[name] = counts
  }
  return all
}
