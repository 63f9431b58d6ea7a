import { asyncValue, createPoints, failLater, inCallback, later } from './point'

/** Callbacks of promises. */
export const thens = createPoints()
const { follows } = thens

follows('then', (look) => later(1).then(() => look()))
follows('a chain of then', (look) =>
  later(1)
    .then(() => later(2))
    .then(() => look()),
)
follows('catch', (look) => failLater().catch(() => look()))
follows('finally', async (look) => {
  let seen: string | null = null
  await later(1).finally(() => {
    seen = look()
  })
  return seen
})
follows('then of an async function’s promise', (look) => asyncValue().then(() => look()))
follows('queueMicrotask', (look) => inCallback(look, queueMicrotask))
