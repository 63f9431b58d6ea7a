import { flow, inFlow } from '../libraries/flow'

type Realm = Window & typeof globalThis
type Work = (realm: Realm) => Promise<unknown>

const own = async () => {}

/** A function that is made by the other realm, from its text. */
const made = <F>(realm: Realm, text: string) => realm.eval(`(${text})`) as F

/** Promises that go from one realm into the other; each gives the flow that is current behind. */
const WALKS: Readonly<Record<string, Work>> = {
  async 'await of the other realm’s fetch'(realm) {
    const response = await realm.fetch('/lab/echo')
    return response.ok && flow()
  },
  async 'await of the other realm’s promise'(realm) {
    await new realm.Promise((resolve) => realm.setTimeout(resolve))
    return flow()
  },
  async 'await of the other realm’s async function'(realm) {
    await made<() => Promise<void>>(realm, 'async () => {}')()
    return flow()
  },
  async 'catch of the other realm’s rejected promise'(realm) {
    try {
      await realm.Promise.reject(new Error('on purpose'))
    } catch {
      return flow()
    }
  },
  'then of the other realm’s promise': (realm) => realm.Promise.resolve().then(flow),
  async 'await Promise.resolve of the other realm’s fetch'(realm) {
    const response = await Promise.resolve(realm.fetch('/lab/echo'))
    return response.ok && flow()
  },
  async 'await Promise.all with the other realm’s promise'(realm) {
    await Promise.all([realm.Promise.resolve(), own()])
    return flow()
  },
  async 'await of the page’s promise given to the other realm’s Promise.resolve'(realm) {
    await realm.Promise.resolve(own())
    return flow()
  },
  async 'await of the page’s async function that awaits the other realm’s promise'(realm) {
    await (async () => {
      await realm.Promise.resolve()
    })()
    return flow()
  },
  'await of the page’s promise in the other realm': (realm) =>
    made<(promise: Promise<void>, look: typeof flow) => Promise<unknown>>(
      realm,
      'async (promise, look) => { await promise; return look() }',
    )(own(), flow),
  'await of the other realm’s own promise in it': (realm) =>
    made<(look: typeof flow) => Promise<unknown>>(
      realm,
      'async (look) => { await (async () => {})(); return look() }',
    )(flow),
  'then of the page’s promise called in the other realm': (realm) =>
    made<(promise: Promise<void>, look: typeof flow) => Promise<unknown>>(
      realm,
      '(promise, look) => promise.then(look)',
    )(own(), flow),
  'a timer of the other realm': (realm) =>
    new Promise((resolve) => {
      realm.setTimeout(() => resolve(flow()))
    }),
}

/** What each walk sees in two flows and in none, all at the same time, and what is current outside meanwhile. */
export async function walkRealms() {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  const realm = frame.contentWindow as Realm
  const seen: Record<string, { readonly first: unknown; readonly none: unknown; readonly second: unknown }> = {}
  for (const [name, walk] of Object.entries(WALKS)) {
    const running = [inFlow('first', () => walk(realm)), walk(realm), inFlow('second', () => walk(realm))]
    const outside = flow()
    const [first, none, second] = await Promise.all(running)
    seen[name] = { first, none: none ?? outside ?? flow(), second }
  }
  const promise = new realm.Promise<void>(() => {})
  const identities = inFlow('first', () => ({
    isForeignWrapped: Promise.resolve(promise) !== promise,
    isOwnGivenBack: realm.Promise.resolve(promise) === promise,
  }))
  frame.remove()
  return { seen, ...identities }
}
