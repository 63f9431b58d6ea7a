import { asyncValue, createPoints, has, type Look, later } from './point'

/** Async generators and `for await`. */
export const generators = createPoints()
const { kept } = generators.by('promise', 'then and await')

async function* counting(seen?: (value: string | null) => void, look?: Look) {
  for (let i = 0; i < 3; i++) {
    await later(i)
    if (look) seen?.(look())
    yield i
  }
}
kept('for await over an async generator', async (look) => {
  for await (const _ of counting());
  return look()
})
kept('inside the loop of for await', async (look) => {
  for await (const i of counting()) if (i === 2) return look()
  return 'no loop'
})
kept('inside an async generator, after its await', async (look) => {
  let seen: string | null = 'never'
  for await (const _ of counting((value) => (seen = value), look));
  return seen
})
kept('for await over promises', async (look) => {
  for await (const _ of [later(1), asyncValue()]);
  return look()
})
/** Looks before its first await, on both sides of each `yield`, and when it is left. */
async function* sides(look: Look, seen: (string | null)[]) {
  try {
    seen.push(look())
    for (let i = 0; i < 3; i++) {
      await later(i)
      seen.push(look())
      yield i
      seen.push(look())
    }
  } finally {
    await later(1)
    seen.push(look())
  }
}
/** What all of them saw, if they saw the same. */
const same = (seen: readonly (string | null)[], times: number) =>
  seen.length === times && new Set(seen).size === 1 ? (seen[0] ?? null) : `saw ${seen.join(', ')}`
kept('inside an async generator, on both sides of yield', async (look) => {
  const seen: (string | null)[] = []
  for await (const _ of sides(look, seen)) await later(1)
  return same(seen, 8)
})
kept('behind a loop that leaves an async generator early', async (look) => {
  for await (const _ of sides(look, [])) break
  return look()
})
// It is resumed behind an await of what it is closed with.
kept('inside an async generator that is left early, in finally', async (look) => {
  const seen: (string | null)[] = []
  for await (const _ of sides(look, seen)) break
  return seen.length === 3 ? (seen[2] ?? null) : `saw ${seen.join(', ')}`
})
kept('inside an async generator that return(value) closes, in finally', async (look) => {
  const seen: (string | null)[] = []
  const generator = sides(look, seen)
  await generator.next()
  const { done, value } = await generator.return(7 as never)
  if (!done || value !== (7 as never)) throw new Error(`return() gives ${value}`)
  return seen.length === 3 ? (seen[2] ?? null) : `saw ${seen.join(', ')}`
})
kept('behind next() of an async generator, by hand', async (look) => {
  const generator = counting()
  await generator.next()
  await generator.next()
  return look()
})
kept('behind yield* to another async generator', async (look) => {
  const seen: (string | null)[] = []
  const outer = async function* () {
    yield* sides(look, seen)
    seen.push(look())
  }
  for await (const _ of outer());
  return same(seen, 9)
})
kept('an async generator that yields a promise', async (look) => {
  const seen: (string | null)[] = []
  const promises = async function* () {
    yield later(1)
    seen.push(look())
  }
  for await (const _ of promises());
  return same(seen, 1)
})
kept(
  'await Array.fromAsync over an async generator',
  async (look) => {
    await (Array as unknown as FromAsync).fromAsync(counting())
    return look()
  },
  () => has('fromAsync', Array),
)
interface FromAsync {
  fromAsync(items: AsyncIterable<unknown>): Promise<unknown[]>
}

// By the draft a generator would go on in the context in which it was made. No script sees one being made; what is seen is who resumes it,
// and Node's AsyncLocalStorage goes by that as well.
const resumed = generators.by('sync', 'ours: a generator runs in the context of whoever resumes it')
resumed.kept('a generator that another flow made and began, while next() runs', (look, elsewhere) => {
  const generator = elsewhere(() => {
    const made = seeing(look)
    made.next()
    return made
  })
  return same([...generator], 2)
})
resumed.kept(
  'an async generator that another flow made, while next() runs, behind its await too',
  async (look, elsewhere) => {
    const seen: (string | null)[] = []
    const generator = elsewhere(() => sides(look, seen))
    await generator.next()
    await generator.next()
    return same(seen, 4)
  },
)
resumed.mayBeNone('an async generator that two flows wait for', async (look, elsewhere) => {
  const seen: (string | null)[] = []
  const generator = sides(look, seen)
  await Promise.all([generator.next(), elsewhere(() => generator.next())])
  return seen[0] ?? null
})
function* seeing(look: Look) {
  for (let i = 0; i < 3; i++) yield look()
}
