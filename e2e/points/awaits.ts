import { loadFromThere, lookFromThere } from './otherModule'
import { asyncValue, createPoints, failLater, has, later, nextNumber, outside, pause } from './point'

/** `await` of what a page makes itself. */
export const awaits = createPoints()
const { follows } = awaits

follows('await an async function', async (look) => {
  await asyncValue()
  return look()
})
follows('await new Promise, settled by nobody’s task', async (look) => {
  await later(1)
  return look()
})
follows('await Promise.resolve()', async (look) => {
  await Promise.resolve(1)
  return look()
})
follows('await five times', async (look) => {
  for (let i = 0; i < 5; i++) await later(i)
  return look()
})
follows('await in an async function that is awaited', async (look) => {
  const inner = async () => {
    await later(1)
    return look()
  }
  return await inner()
})
follows('after an awaited function that awaited', async (look) => {
  const inner = async () => {
    await later(1)
    await later(2)
  }
  await inner()
  return look()
})
follows('return of a promise, then await', async (look) => {
  const inner = async () => later(1)
  await inner()
  return look()
})
follows('await of a promise that several flows share', async (look) => {
  shared ??= later(1)
  await shared
  return look()
})
let shared: Promise<number> | null = null
follows(
  'await Promise.try',
  async (look) => {
    await (Promise as unknown as { try(run: () => unknown): Promise<unknown> }).try(asyncValue)
    return look()
  },
  () => has('try', Promise),
)
follows(
  'await Promise.withResolvers().promise',
  async (look) => {
    const { promise, resolve } = (Promise as unknown as WithResolvers).withResolvers()
    outside(resolve)
    await promise
    return look()
  },
  () => has('withResolvers', Promise),
)
interface WithResolvers {
  withResolvers(): { promise: Promise<void>; resolve(): void }
}
follows('await Promise.all', async (look) => {
  await Promise.all([later(1), asyncValue(), 3])
  return look()
})
follows('await Promise.allSettled', async (look) => {
  await Promise.allSettled([later(1), failLater()])
  return look()
})
follows('await Promise.race', async (look) => {
  await Promise.race([later(1), pause(20)])
  return look()
})
follows('await Promise.any', async (look) => {
  await Promise.any([failLater(), later(1)])
  return look()
})
follows('a deferred that nobody’s task resolves', async (look) => {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  outside(resolve)
  await promise
  return look()
})
follows('a rejected await, in catch', async (look) => {
  try {
    await failLater()
  } catch {
    return look()
  }
  return 'not rejected'
})
follows('a rejected await, in finally', async (look) => {
  let seen: string | null = null
  const inner = async () => {
    try {
      await failLater()
    } finally {
      seen = look()
    }
  }
  await inner().catch(() => {})
  return seen
})
follows('await after a rejected await', async (look) => {
  await failLater().catch(() => {})
  await later(1)
  return look()
})

// ── what an await alone would lose, through Promise.resolve() ──
follows('await Promise.resolve() of a number', async (look) => {
  await Promise.resolve(42)
  return look()
})
follows('await Promise.resolve() of a foreign thenable', async (look) => {
  await Promise.resolve({ then: (resolve: (value: number) => void) => outside(() => resolve(1)) })
  return look()
})
follows('inside a foreign thenable that Promise.resolve() takes', async (look) => {
  let seen: string | null = 'never called'
  await Promise.resolve({
    then(resolve: (value: number) => void) {
      seen = look()
      resolve(1)
    },
  })
  return seen
})
follows('await Promise.resolve() of a subclass of Promise', async (look) => {
  class Task<T> extends Promise<T> {}
  await Promise.resolve(new Task<void>((resolve) => outside(resolve)))
  return look()
})

// ── across modules ──
follows('await a function of another module', async (look) => {
  await loadFromThere()
  return look()
})
follows('inside an async function of another module, after its await', (look) => lookFromThere(look))
follows('inside a module that is imported late, after its await', async (look) =>
  (await import('./otherModule')).lookFromThere(look),
)
follows('await import()', async (look) => {
  await import(`data:text/javascript,export default ${nextNumber()}`)
  return look()
})
