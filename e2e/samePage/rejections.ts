const own = async () => {}

type Work = () => Promise<unknown>

/** Promises that nobody catches, or somebody too late, by name. */
const FAILING: Readonly<Record<string, Work>> = {
  'Promise.reject': () => Promise.reject(new Error('at once')),
  'an async function': async () => {
    throw new Error('in an async function')
  },
  'an async function behind await': async () => {
    await own()
    throw new Error('behind await')
  },
  'a callback of then': () =>
    Promise.resolve().then(() => {
      throw new Error('in then')
    }),
  'finally of a rejected promise': () => Promise.reject(new Error('through finally')).finally(() => {}),
  'an async function that returns a rejected promise': async () => Promise.reject(new Error('returned')),
  'an async function that awaits a rejected promise': async () => {
    await Promise.reject(new Error('awaited'))
  },
  'Promise.all of two': () =>
    Promise.all([Promise.reject(new Error('first of two')), Promise.reject(new Error('two'))]),
  'Promise.any of two': () => Promise.any([Promise.reject(new Error('any one')), Promise.reject(new Error('any two'))]),
  'a timer': () => new Promise((_, reject) => setTimeout(() => reject(new Error('in a timer')))),
  'no error but a word': () => Promise.reject('a word'),
  'a generator': async () => {
    for await (const _ of (async function* () {
      yield 1
      throw new Error('in a generator')
    })()) {
      // Only walked.
    }
  },
}

/** Somebody catches these in time. */
const CAUGHT: readonly Work[] = [
  async () => {
    try {
      await Promise.reject(new Error('caught by try'))
    } catch {
      await own()
    }
  },
  () => Promise.reject(new Error('caught by catch')).catch(() => {}),
  async () => {
    const late = Promise.reject(new Error('caught before the turn ends'))
    await own()
    await late.catch(() => {})
  },
  () => Promise.allSettled([Promise.reject(new Error('caught by allSettled'))]),
]

const LATE = 'Promise.reject' // caught behind the event for it: within its listeners it would still be in time

/**
 * Lets promises fail, each started through `run`, and gives the events of the window in their order: which one, the name of the
 * promise in it, whether it is the very promise of the page, and its reason.
 */
export function rejectionEvents(run: (work: Work) => Promise<unknown>): Promise<readonly string[]> {
  const names = new Map<unknown, string>()
  const events: string[] = []
  return new Promise((resolve) => {
    const heard = (event: PromiseRejectionEvent) => {
      const name = names.get(event.promise) ?? 'a promise that the page does not have'
      event.preventDefault()
      if (name === 'the last') {
        stop()
        resolve(events)
        return
      }
      const { reason } = event as { reason: unknown }
      events.push(`${event.type}: ${name}, ${reason instanceof Error ? reason.message : String(reason)}`)
      if (event.type === 'unhandledrejection' && name === LATE) setTimeout(() => event.promise.catch(() => {}))
      if (events.length === Object.keys(FAILING).length + 1) theLast()
    }
    const stop = () => {
      removeEventListener('unhandledrejection', heard)
      removeEventListener('rejectionhandled', heard)
    }
    const theLast = () =>
      setTimeout(() => {
        const last = Promise.reject(new Error('the last'))
        names.set(last, 'the last')
      })
    addEventListener('unhandledrejection', heard)
    addEventListener('rejectionhandled', heard)
    for (const work of CAUGHT) void run(work)
    for (const [name, work] of Object.entries(FAILING)) names.set(run(work), name)
  })
}
