// The flows of the unit tests, and steps that only a page can take. Runs in the page, as it is written.
import { type Flow, OPS, runFlows, type World } from '../../test/support/flows'
import { outside } from '../points/point'

type Op = (typeof OPS)[string]

/** Calls back out of a task of the browser, and looks there. */
const inTask = (flow: Flow, start: (done: () => void) => void): Promise<void> =>
  new Promise((resolve) =>
    start(() => {
      flow.kept('callback')
      resolve()
    }),
  )
const share = (world: World, promise: Promise<unknown>) => {
  promise.catch(() => {})
  world.shared.push(promise)
  return promise
}

let requests = 0
const MAX_REQUESTS = 600 // a server on the same busy machine answers them
/** A request that costs the browser something, while there are few enough. */
const ask = (options?: RequestInit) => (++requests < MAX_REQUESTS ? fetch('/lab/echo', options) : fetch('data:,text'))

const PAGE_OPS: Record<string, Op> = {
  fetch: async (flow) => {
    const response = await ask()
    flow.kept('answer')
    return response.text()
  },
  'a fetch that flows share': async (_flow, world) => share(world, ask()),
  'a fetch that is returned': (_flow, world) => share(world, (async () => ask())()),
  'an aborted fetch': async (flow) => {
    const abort = new AbortController()
    const asked = ask({ signal: abort.signal })
    queueMicrotask(() => abort.abort())
    try {
      await asked
    } catch {
      flow.kept('catch')
    }
  },
  'a stream that is read': async (flow) => {
    const reader = new Blob(['text']).stream().getReader()
    while (!(await reader.read()).done) flow.kept('chunk')
  },
  'blob.text()': (_flow, world) => share(world, new Blob(['text']).text()),
  'crypto.subtle': () => crypto.subtle.digest('SHA-256', new Uint8Array(8)),
  'MessagePort onmessage': (flow) =>
    inTask(flow, (done) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        done()
      }
      port2.postMessage(1)
    }),
  'event listener': (flow) =>
    inTask(flow, (done) => {
      const target = new EventTarget()
      target.addEventListener('news', done, { once: true })
      outside(() => target.dispatchEvent(new Event('news')))
    }),
  MutationObserver: (flow) =>
    inTask(flow, (done) => {
      const element = document.createElement('div')
      new MutationObserver(done).observe(element, { attributes: true })
      element.title = 'new'
    }),
  'withSpan inside the flow': async (flow) => {
    await api.withSpan('inner', async (span) => {
      await Promise.resolve()
      flow.kept('behind an await', span)
      await new Promise((resolve) => setTimeout(resolve))
      flow.kept('behind a timer', span)
    })
    flow.kept('after it')
  },
  'a bound callback that another flow calls': (flow, { deferred }) =>
    new Promise<void>((resolve) => {
      const bound = api.bind(() => {
        flow.kept('callback')
        resolve()
      })
      deferred.push({ resolve: bound, reject: bound })
      setTimeout(bound, 5)
    }),
}

/** @public Runs the flows of one seed, and tells what went wrong, by name and how often. */
export async function stress(seed: number, flows: number, steps: number) {
  Object.assign(OPS, PAGE_OPS)
  requests = 0
  const { points, wrong, lost } = await runFlows(seed, flows, steps)
  await new Promise((resolve) => setTimeout(resolve))
  const left = api.getCurrentSpan()?.getSpanId() ?? null
  return { points, wrong: counted(wrong), lost: counted(lost), left }
}

function counted(found: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of found) counts[one] = (counts[one] ?? 0) + 1
  return counts
}
