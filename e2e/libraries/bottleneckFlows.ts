import Bottleneck from 'bottleneck'
import { createNotes, inEach, own, type Who } from './flow'
import { KeepingLimiter } from './recipes/keepingLimiter'

async function flows(limiter: Bottleneck) {
  const { seen, note } = createNotes()
  const wrapped = limiter.wrap(async (who: Who) => note('a wrapped function', who))
  await inEach(async (who) => {
    await limiter.schedule(async () => {
      note('a task begins', who)
      await own()
      note('behind an await in a task', who)
    })
    note('behind await schedule()', who)
  })
  await inEach(async (who) => {
    await limiter.schedule({ priority: 1 }, async (owner: Who) => note('a task with options', owner), who)
    note('behind await schedule() with options', who)
  })
  await inEach(async (who) => {
    await wrapped(who)
    note('behind await of a wrapped function', who)
  })
  return seen
}

export const plain = () => flows(new Bottleneck({ maxConcurrent: 1 }))
export const withRecipe = () => flows(new KeepingLimiter({ maxConcurrent: 1 }))
