import { asyncValue, createPoints, failLater, later } from './point'

/** Callbacks of promises. */
export const thens = createPoints()
const { kept } = thens.by('promise', 'then and await')

kept('then', (look) => later(1).then(() => look()))
kept('a chain of then', (look) =>
  later(1)
    .then(() => later(2))
    .then(() => look()),
)
kept('catch', (look) => failLater().catch(() => look()))
kept('finally', async (look) => {
  let seen: string | null = null
  await later(1).finally(() => {
    seen = look()
  })
  return seen
})
kept('then of an async function’s promise', (look) => asyncValue().then(() => look()))
