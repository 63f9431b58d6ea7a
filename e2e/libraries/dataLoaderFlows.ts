import DataLoader, { type BatchLoadFn } from 'dataloader'
import { createNotes, inEach, own, type Who } from './flow'
import { loaderOfSpan } from './recipes/loaderOfSpan'

async function flows(loaderOf: (load: BatchLoadFn<Who, string>) => () => DataLoader<Who, string>) {
  const { seen, note } = createNotes()
  const loader = loaderOf(async (keys) => {
    for (const who of keys) note('the batch function, for each of its keys', who)
    await own()
    for (const who of keys) note('behind an await in the batch function', who)
    return keys.map((key) => `value of ${key}`)
  })
  await inEach(async (who) => {
    const value = await loader().load(who)
    note('behind await load()', who)
    if (value !== `value of ${who}`) throw new Error(`${who} was given ${value}`)
    await loader().load(who)
    note('behind await load() of what is cached', who)
  })
  return seen
}

export const plain = () =>
  flows((load) => {
    const loader = new DataLoader(load)
    return () => loader
  })
export const withRecipe = () => flows(loaderOfSpan)
