import PQueue from 'p-queue'
import { createNotes, inEach, own } from './flow'
import { KeepingQueue } from './recipes/keepingQueue'

async function flows(queue: PQueue) {
  const { seen, note } = createNotes()
  await inEach(async (who) => {
    const added = queue.add(async () => {
      note('a task begins', who)
      await own()
      note('behind an await in a task', who)
    })
    await added
    note('behind await add()', who)
    await queue.onIdle()
    note('behind await onIdle()', who)
  })
  await inEach(async (who) => {
    await queue.addAll([own, async () => note('a task of addAll()', who)])
    note('behind await addAll()', who)
  })
  return seen
}

export const plain = () => flows(new PQueue({ concurrency: 1 }))
export const withRecipe = () => flows(new KeepingQueue({ concurrency: 1 }))
