import { loadFromThere, lookFromThere } from './otherModule'
import { asyncValue, createPoints, failLater, has, later, nextNumber, outside, pause } from './point'

/** `await` of what a page makes itself. */
export const awaits = createPoints()
const { kept } = awaits.by('promise', 'then and await')

kept('await an async function', async (look) => {
  await asyncValue()
  return look()
})
kept('await new Promise, settled by nobody’s task', async (look) => {
  await later(1)
  return look()
})
kept('await Promise.resolve()', async (look) => {
  await Promise.resolve(1)
  return look()
})
kept('await five times', async (look) => {
  for (let i = 0; i < 5; i++) await later(i)
  return look()
})
kept('await in an async function that is awaited', async (look) => {
  const inner = async () => {
    await later(1)
    return look()
  }
  return await inner()
})
kept('after an awaited function that awaited', async (look) => {
  const inner = async () => {
    await later(1)
    await later(2)
  }
  await inner()
  return look()
})
kept('return of a promise, then await', async (look) => {
  const inner = async () => later(1)
  await inner()
  return look()
})
kept('await of a promise that several flows share', async (look) => {
  shared ??= later(1)
  await shared
  return look()
})
let shared: Promise<number> | null = null
kept(
  'await Promise.try',
  async (look) => {
    await (Promise as unknown as { try(run: () => unknown): Promise<unknown> }).try(asyncValue)
    return look()
  },
  () => has('try', Promise),
)
kept(
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
kept('await Promise.all', async (look) => {
  await Promise.all([later(1), asyncValue(), 3])
  return look()
})
kept('await Promise.allSettled', async (look) => {
  await Promise.allSettled([later(1), failLater()])
  return look()
})
kept('await Promise.race', async (look) => {
  await Promise.race([later(1), pause(20)])
  return look()
})
kept('await Promise.any', async (look) => {
  await Promise.any([failLater(), later(1)])
  return look()
})
kept('a deferred that nobody’s task resolves', async (look) => {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  outside(resolve)
  await promise
  return look()
})
kept('a rejected await, in catch', async (look) => {
  try {
    await failLater()
  } catch {
    return look()
  }
  return 'not rejected'
})
kept('a rejected await, in finally', async (look) => {
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
kept('await after a rejected await', async (look) => {
  await failLater().catch(() => {})
  await later(1)
  return look()
})

// ── what an await alone would lose, through Promise.resolve() ──
kept('await Promise.resolve() of a number', async (look) => {
  await Promise.resolve(42)
  return look()
})
kept('await Promise.resolve() of a foreign thenable', async (look) => {
  await Promise.resolve({ then: (resolve: (value: number) => void) => outside(() => resolve(1)) })
  return look()
})
kept('inside a foreign thenable that Promise.resolve() takes', async (look) => {
  let seen: string | null = 'never called'
  await Promise.resolve({
    then(resolve: (value: number) => void) {
      seen = look()
      resolve(1)
    },
  })
  return seen
})
kept('await Promise.resolve() of a subclass of Promise', async (look) => {
  class Task<T> extends Promise<T> {}
  await Promise.resolve(new Task<void>((resolve) => outside(resolve)))
  return look()
})

// ── across modules ──
kept('await a function of another module', async (look) => {
  await loadFromThere()
  return look()
})
kept('inside an async function of another module, after its await', (look) => lookFromThere(look))
kept('inside a module that is imported late, after its await', async (look) =>
  (await import('./otherModule')).lookFromThere(look),
)
kept('await import()', async (look) => {
  await import(`data:text/javascript,export default ${nextNumber()}`)
  return look()
})
