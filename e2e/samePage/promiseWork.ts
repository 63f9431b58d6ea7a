import { flow, inFlow } from '../libraries/flow'

const own = async <T>(value: T) => value
const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value)))

type Seen = readonly [value: unknown, flow: string | null]

const look = (value: unknown): Seen => [value, flow()]

/** What an application does with promises, by `then` and by `await`: what comes out, and the flow that is current there. */
const WORKS: Readonly<Record<string, () => PromiseLike<Seen>>> = {
  'then of a settled promise': () => Promise.resolve(1).then(look),
  'then of an open promise': () => later(2).then(look),
  'a chain of then': () =>
    later(3)
      .then((value) => later(value + 1))
      .then(look),
  'then of an async function’s promise': () => own(5).then(look),
  'catch of a rejected promise': () => Promise.reject(new Error('six')).catch((error: Error) => look(error.message)),
  'finally of an open promise': () => {
    let seen: Seen = [null, null]
    return later(7)
      .finally(() => {
        seen = look(7)
      })
      .then(() => seen)
  },
  'then of Promise.all': () => Promise.all([later(8), own(9), 10]).then(look),
  'then of Promise.allSettled': () =>
    Promise.allSettled([Promise.reject('eleven'), later(12)]).then((all) => look(all.map(({ status }) => status))),
  'then of Promise.any': () => Promise.any([Promise.reject(0), later(13)]).then(look),
  'then of Promise.race': () => Promise.race([later(14), new Promise(() => {})]).then(look),
  'then of fetch': () => fetch('/lab/echo').then((response) => look(response.status)),
  async 'await of an open promise'() {
    return look(await later(15))
  },
  async 'await of an async function'() {
    return look(await own(16))
  },
  async 'await of Promise.all'() {
    return look(await Promise.all([later(17), own(18)]))
  },
  async 'await of fetch and its body'() {
    const response = await fetch('/lab/echo')
    const { method } = (await response.json()) as { method: string }
    return look(method)
  },
  async 'await of a rejected promise'() {
    try {
      await Promise.reject(new Error('nineteen'))
    } catch (error) {
      return look((error as Error).message)
    }
    return look('not rejected')
  },
}

/** All works in two flows and in none at the same time: what each has seen, by work. */
export async function promiseWork() {
  const all: Record<string, { readonly first: Seen; readonly none: Seen; readonly second: Seen }> = {}
  for (const [name, work] of Object.entries(WORKS)) {
    const [first, none, second] = await Promise.all([inFlow('first', work), work(), inFlow('second', work)])
    all[name] = { first, none, second }
  }
  const promise = later(0)
  const identities = inFlow('first', () => [
    Promise.resolve(promise) === promise,
    promise instanceof Promise,
    promise.then(() => {}) instanceof Promise,
    own(0).then(() => {}) instanceof Promise,
  ])
  return { all, identities, outside: flow() }
}
