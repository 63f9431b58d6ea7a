import { answerOf, openDatabase } from './databases'
import { createPoints, has } from './point'

/** Promises of what keeps things. */
export const storage = createPoints()
const { kept } = storage.by('promise', 'then and await')

kept('IndexedDB in a promise', async (look) => {
  await answerOf(openDatabase())
  return look()
})
kept('IndexedDB, several requests in promises', async (look) => {
  const database = await answerOf(openDatabase())
  const store = database.transaction('things', 'readwrite').objectStore('things')
  const key = await answerOf(store.add('one'))
  await answerOf(store.get(key))
  return look()
})
kept('await blob.text()', async (look) => {
  await new Blob(['text']).text()
  return look()
})
kept('await blob.arrayBuffer()', async (look) => {
  await new Blob(['text']).arrayBuffer()
  return look()
})
kept('reader.read() of blob.stream()', async (look) => {
  await new Blob(['text']).stream().getReader().read()
  return look()
})
kept(
  'await caches.open() and match()',
  async (look) => {
    const cache = await caches.open('points')
    await cache.match('/lab/echo')
    return look()
  },
  () => has('caches'),
)
kept(
  'await navigator.storage.estimate()',
  async (look) => {
    await navigator.storage.estimate()
    return look()
  },
  () => has('estimate', navigator.storage),
)
