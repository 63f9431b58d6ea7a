import { createPoints, outside } from './point'

/** Where no context is known to reach yet: there is none, and never another flow’s. */
export const notReached = createPoints()
const { mayBeNone } = notReached.by('promise', 'then and await')

mayBeNone('await of a number', async (look) => {
  await (42 as unknown as Promise<number>)
  return look()
})
mayBeNone('await of undefined', async (look) => {
  await undefined
  return look()
})
mayBeNone('await of a foreign thenable', async (look) => {
  await { then: (resolve: (value: number) => void) => outside(() => resolve(1)) }
  return look()
})
mayBeNone('await of a subclass of Promise', async (look) => {
  class Task<T> extends Promise<T> {}
  await new Task<void>((resolve) => outside(resolve))
  return look()
})
mayBeNone('await of another realm’s promise', async (look) => {
  const frame = document.body.appendChild(document.createElement('iframe'))
  const Foreign = (frame.contentWindow as unknown as { Promise: PromiseConstructor }).Promise
  await new Foreign<void>((resolve) => outside(resolve))
  return look()
})
