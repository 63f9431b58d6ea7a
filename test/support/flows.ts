// Flows that share, return, defer and settle each other's promises, a quarter of them without a span. A missing link is
// allowed where the platform hides an await; a wrong one never.
import { expect } from 'vitest'
import { runIn } from '../../src/context/context'
import type { TraceContext } from '../../src/trace/span'
import { activeSpan, contextWithNewSpan } from './contexts'
import { createRandom, type Random } from './random'

type Work = () => PromiseLike<unknown>
type Op = (flow: Flow, world: World) => PromiseLike<unknown>

/** What flows share, and what went wrong so far. */
export interface World {
  readonly random: Random
  readonly shared: Promise<unknown>[]
  /** Shared promises that wait for nothing but a timer: a deferred resolved with one makes no circle. */
  readonly leaves: Promise<unknown>[]
  readonly odd: Promise<unknown>[]
  readonly generators: AsyncGenerator<number>[]
  readonly thens: Promise<unknown>['then'][]
  readonly deferred: { resolve(value?: unknown): void; reject(reason?: unknown): void }[]
  points: number
  readonly wrong: string[]
  readonly lost: string[]
}

export interface Flow {
  readonly name: string
  /** Checks that this flow's span is current, or the one that it went into. */
  kept(where: string, span?: TraceContext | null): void
  /** Checks that at least no other flow's is. */
  notWrong(where: string): void
}

// Taken before anything of ours is on the page, as a polyfill would.
const keptThen = Promise.prototype.then
const unpatchedTimeout = setTimeout

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const share = <T>(world: World, promise: Promise<T>): Promise<T> => {
  promise.catch(() => {})
  world.shared.push(promise)
  return promise
}
/** One of the last few, which have a chance of being open still. */
const recent = (promises: Promise<unknown>[], random: Random) =>
  promises.length > 0 ? random.pick(promises.slice(-6)) : sleep(0)
/** Awaits what may be rejected, and looks right behind the await: whoever shares a promise is looked at in the same turn. */
const quietly = async (flow: Flow, work: Work) => {
  try {
    await work()
  } catch {
    // Expected.
  }
  flow.kept('behind the await')
}

class Subclass<T> extends Promise<T> {}

/** As promises were subclassed before `class`: nothing of its own says `constructor`. */
const oldStyle = Object.assign(Object.create(Promise.prototype) as object, {
  then(this: Promise<unknown>, onFulfilled: (value: unknown) => unknown, onRejected: (reason: unknown) => unknown) {
    const others = this as { others?: () => void }
    const settle = (value: unknown) => {
      onFulfilled(value)
      others.others?.()
    }
    return Reflect.apply(Reflect.get(Promise.prototype, 'then', this), this, [settle, onRejected]) as unknown
  },
})

export async function* numbers(): AsyncGenerator<number> {
  for (let i = 0; ; i++) {
    if (i % 2) await sleep(0)
    yield i
  }
}

export const OPS: Record<string, Op> = {
  sleep: (_flow, { random }) => sleep(random.below(3)),
  'async function': async () => sleep(0),
  'async function without await': async () => 1,
  'async function in async function': async (flow) => {
    await (async () => {
      await sleep(0)
      flow.kept('inner')
    })()
    flow.kept('after inner')
  },
  'promise that is settled already': () => Promise.resolve(1),
  'rejection caught': async (flow) => {
    try {
      await Promise.reject(new Error('expected'))
    } catch {
      flow.kept('catch')
    } finally {
      await sleep(0)
      flow.kept('finally')
    }
  },
  'rejection of an async function': async (flow) => {
    await quietly(flow, async () => {
      await sleep(0)
      throw new Error('expected')
    })
    flow.kept('after it')
  },
  'Promise.all': () => Promise.all([sleep(0), Promise.resolve(), (async () => sleep(1))()]),
  'Promise.race': () => Promise.race([sleep(0), sleep(1)]),
  'Promise.any': () => Promise.any([Promise.reject(new Error('expected')), sleep(0)]),
  'Promise.allSettled': () => Promise.allSettled([Promise.reject(new Error('expected')), sleep(0)]),
  'makes a shared promise': (_flow, world) => {
    const promise = share(
      world,
      (async () => {
        await null
        return sleep(1)
      })(),
    )
    world.leaves.push(promise)
    return promise
  },
  'makes a shared promise by hand': (_flow, world) => share(world, new Promise((resolve) => resolve(sleep(1)))),
  'makes a shared rejection': (flow, world) =>
    quietly(flow, () =>
      share(
        world,
        (async () => {
          await sleep(0)
          throw new Error('expected')
        })(),
      ),
    ),
  'awaits a shared promise': (flow, { shared, random }) => quietly(flow, () => recent(shared, random)),
  'awaits all shared promises': (_flow, { shared }) => Promise.allSettled(shared.slice(-5)),
  'races shared promises': (flow, { shared }) => quietly(flow, () => Promise.race([...shared.slice(-3), sleep(1)])),
  'returns a shared promise': (flow, world) =>
    quietly(flow, () => share(world, (async () => recent(world.shared, world.random))() as Promise<unknown>)),
  'caches in flight': (_flow, world) => {
    let cached: Promise<unknown> | null = null
    const load = async () => {
      cached ??= share(world, (async () => sleep(1))())
      return cached
    }
    return Promise.all([load(), load()])
  },
  'awaits a deferred': (flow, { deferred }) => {
    let resolve!: (value?: unknown) => void
    let reject!: (reason?: unknown) => void
    const promise = new Promise((onResolve, onReject) => {
      resolve = onResolve
      reject = onReject
    })
    deferred.push({ resolve, reject })
    setTimeout(resolve, 5)
    return quietly(flow, () => promise)
  },
  'makes a shared deferred': (flow, world) => {
    const promise = new Promise((resolve, reject) => {
      world.deferred.push({ resolve, reject })
      setTimeout(resolve, 5)
    })
    return quietly(flow, () => share(world, promise))
  },
  'resolves a deferred with a promise': async (_flow, { deferred }) => {
    deferred.pop()?.resolve(sleep(0))
    return sleep(0)
  },
  'resolves a deferred with a shared promise': async (_flow, { deferred, leaves, random }) => {
    if (leaves.length > 0) deferred.pop()?.resolve(random.pick(leaves))
  },
  'resolves a deferred at once': async (flow, { deferred }) => {
    deferred.shift()?.resolve(1)
    flow.kept('after resolve')
  },
  'rejects a deferred': async (_flow, { deferred }) => {
    deferred.shift()?.reject(new Error('expected'))
  },
  then: (flow) =>
    sleep(0).then(() => {
      flow.kept('callback')
      return sleep(0).then(() => flow.kept('inner callback'))
    }),
  'then of a shared promise': (flow, world) => {
    const from = recent(world.shared, world.random)
    return share(
      world,
      from.then(
        () => {
          flow.kept('callback')
          return sleep(0)
        },
        () => flow.kept('rejected callback'),
      ),
    )
  },
  finally: (flow) =>
    sleep(0).finally(() => {
      flow.kept('callback')
      return sleep(0)
    }),
  'finally with a shared promise': (flow, world) =>
    quietly(flow, () =>
      share(
        world,
        sleep(0).finally(() => {
          flow.kept('callback')
          return world.leaves.at(-1)
        }),
      ),
    ),
  'for await over promises': async (flow) => {
    for await (const _ of [sleep(0), Promise.resolve(1), 2]) flow.kept('body')
  },
  'for await over a generator': async (flow) => {
    for await (const i of numbers()) {
      flow.kept('body')
      if (i > 3) break
    }
    flow.kept('after it')
  },
  'pulls a shared generator': (_flow, { generators, random }) => random.pick(generators).next(),
  queueMicrotask: async (flow) => {
    await new Promise<void>((resolve) =>
      queueMicrotask(() => {
        flow.kept('callback')
        resolve()
      }),
    )
  },
  timer: (flow) =>
    new Promise<void>((resolve) =>
      setTimeout(() => {
        flow.kept('callback')
        resolve()
      }, 0),
    ),
  'a span inside the span': async (flow) => {
    const child = contextWithNewSpan()
    await runIn(child, async () => {
      await sleep(0)
      flow.kept('behind an await', child.span)
      await (async () => sleep(0))()
      flow.kept('behind another', child.span)
    })
    flow.kept('after it')
  },
  'asks what kind of object it has': async (_flow, world) => {
    const promise = sleep(0)
    expect(promise.constructor.name).toMatch(/Promise$/)
    return share(world, (async () => promise)())
  },

  // What may be lost, since the platform shows nothing of it, is in a function of its own: its promise is awaited by the flow.
  'await of no promise': async (flow) => {
    await 42
    flow.notWrong('after it')
    await sleep(0)
    flow.notWrong('after another')
  },
  thenable: async (flow) => {
    await { then: (resolve: (value: unknown) => void) => setTimeout(resolve, 1) }
    flow.notWrong('after it')
    await sleep(0)
    flow.notWrong('after another')
  },
  'thenable that settles others': async (flow, { deferred }) => {
    await {
      then(resolve: (value: unknown) => void) {
        resolve(1)
        deferred.pop()?.resolve(1)
      },
    }
    flow.notWrong('after it')
  },
  subclass: async (flow, world) => {
    await new Subclass((resolve) => setTimeout(resolve, 0))
    flow.notWrong('after it')
    const another = Subclass.resolve(sleep(0))
    world.odd.push(another)
    await another
    flow.notWrong('after another')
  },
  'subclass without a constructor of its own': async (flow, { deferred }) => {
    const promise = Object.setPrototypeOf(sleep(0), oldStyle) as Promise<unknown> & { others?: () => void }
    promise.others = () => deferred.pop()?.resolve(1)
    await promise
    flow.notWrong('after it')
  },
  'a promise with a then of its own': async (flow, world) => {
    const promise = Object.assign(sleep(0), { then: keptThen })
    world.odd.push(promise)
    await promise
    flow.notWrong('after it')
  },
  'awaits an odd promise of another flow': async (flow, { odd, random }) => {
    if (odd.length === 0) return
    const promise = random.pick(odd)
    promise.then(() => flow.notWrong('callback'))
    await promise
    flow.notWrong('after it')
  },
  'returns an odd promise of another flow': (_flow, world) =>
    share(world, (async () => world.odd.at(-1))() as Promise<unknown>),
  'a then that was kept from before': (_flow, world) => {
    const promise = sleep(0)
    Reflect.apply(keptThen, promise, [() => {}])
    return share(world, (async () => promise)())
  },
  'a then that was kept, and a deferred': async (_flow, { deferred }) => {
    const promise = sleep(0)
    Reflect.apply(keptThen, promise, [() => {}])
    deferred.pop()?.resolve(promise)
  },
  'keeps the then of a flow': async (_flow, { thens }) => {
    thens.push(sleep(0).then, Promise.prototype.then)
  },
  'uses the then of another flow': (flow, { thens, random, deferred }) => {
    if (thens.length === 0) return sleep(0)
    const callback = () => {
      flow.notWrong('callback') // lost when that flow had no span: then it is the platform's own
      deferred.pop()?.resolve(1)
    }
    return Reflect.apply(random.pick(thens), sleep(0), [callback]) as Promise<unknown>
  },
}

/** Runs many flows at once, each with random steps, and tells what they saw. */
export async function runFlows(seed: number, flows = 300, steps = 25): Promise<World> {
  const world: World = {
    random: createRandom(seed),
    shared: [],
    leaves: [],
    odd: [],
    generators: [numbers(), numbers()],
    thens: [],
    deferred: [],
    points: 0,
    wrong: [],
    lost: [],
  }
  const names = Object.keys(OPS)
  const watcher = watchRoot(world)
  await Promise.all(
    Array.from({ length: flows }, (_, i) => {
      if (i % 4 === 0) return runFlow(`flow ${i}`, null)
      const context = contextWithNewSpan()
      return runIn(context, () => runFlow(`flow ${i}`, context.span))
    }),
  )
  await watcher.stop()
  return world

  async function runFlow(name: string, own: TraceContext | null): Promise<void> {
    let op = ''
    const check = (where: string, mayBeLost: boolean, wanted: TraceContext | null = own) => {
      world.points++
      const span = activeSpan()
      if (span === wanted) return
      if (span !== null) world.wrong.push(`${op}: ${where} (${own ? 'with' : 'without'} a span)`)
      else if (!mayBeLost) world.lost.push(`${op}: ${where}`)
    }
    const flow: Flow = {
      name,
      kept: (where, span) => check(where, false, span),
      notWrong: (where) => check(where, true),
    }
    for (let step = 0; step < steps; step++) {
      op = world.random.pick(names)
      await OPS[op]!(flow, world)
      flow.kept('after it')
    }
  }
}

/** Looks again and again from outside of every flow: from a plain await and from a timer that nobody patched. */
function watchRoot(world: World): { stop(): Promise<void> } {
  let on = true
  const look = (where: string) => {
    world.points++
    if (activeSpan() !== null) world.wrong.push(`outside: ${where}`)
  }
  const ticks = (async () => {
    while (on) {
      await new Promise((resolve) => unpatchedTimeout(resolve, 0))
      look('await')
      const shared = world.shared.at(-1)
      if (shared) await Promise.race([shared, sleep(1)]).catch(() => {})
      look('await of a shared promise')
      await Reflect.apply(keptThen, Promise.resolve(), [() => look('plain then')])
    }
  })()
  return {
    stop() {
      on = false
      return ticks
    },
  }
}

/** How often each thing was found. */
export function counted(found: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of found) counts[one] = (counts[one] ?? 0) + 1
  return counts
}
