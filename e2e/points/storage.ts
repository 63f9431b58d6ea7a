import { createPoints, has, inCallback, nextNumber } from './point'

/** IndexedDB, files, and what else keeps things. */
export const storage = createPoints()
const { follows } = storage

const openDatabase = () => {
  const request = indexedDB.open(`points-${performance.timeOrigin}-${nextNumber()}`)
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore('things', { autoIncrement: true }))
  return request
}
const answerOf = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

follows('IndexedDB in a promise', async (look) => {
  await answerOf(openDatabase())
  return look()
})
follows('IndexedDB, several requests in promises', async (look) => {
  const database = await answerOf(openDatabase())
  const store = database.transaction('things', 'readwrite').objectStore('things')
  const key = await answerOf(store.add('one'))
  await answerOf(store.get(key))
  return look()
})
follows('IndexedDB onsuccess', (look) =>
  inCallback(look, (done) => {
    openDatabase().onsuccess = () => done()
  }),
)
follows('IndexedDB success listener', (look) =>
  inCallback(look, (done) => openDatabase().addEventListener('success', () => done())),
)
follows('IndexedDB onupgradeneeded', (look) =>
  inCallback(look, (done) => {
    openDatabase().onupgradeneeded = () => done()
  }),
)
follows('IndexedDB transaction oncomplete', async (look) => {
  const database = await answerOf(openDatabase())
  return inCallback(look, (done) => {
    const transaction = database.transaction('things', 'readwrite')
    transaction.objectStore('things').add('one')
    transaction.oncomplete = () => done()
  })
})
follows('IndexedDB cursor, second turn', async (look) => {
  const database = await answerOf(openDatabase())
  const store = database.transaction('things', 'readwrite').objectStore('things')
  for (const thing of ['one', 'two']) store.add(thing)
  let turns = 0
  return inCallback(look, (done) => {
    const request = store.openCursor()
    request.onsuccess = () => (++turns === 2 ? done() : request.result?.continue())
  })
})
follows('FileReader onload', (look) =>
  inCallback(look, (done) => {
    const reader = new FileReader()
    reader.onload = () => done()
    reader.readAsText(new Blob(['text']))
  }),
)
follows('FileReader load listener', (look) =>
  inCallback(look, (done) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => done())
    reader.readAsText(new Blob(['text']))
  }),
)
follows('await blob.text()', async (look) => {
  await new Blob(['text']).text()
  return look()
})
follows('await blob.arrayBuffer()', async (look) => {
  await new Blob(['text']).arrayBuffer()
  return look()
})
follows('reader.read() of blob.stream()', async (look) => {
  await new Blob(['text']).stream().getReader().read()
  return look()
})
follows(
  'await caches.open() and match()',
  async (look) => {
    const cache = await caches.open('points')
    await cache.match('/lab/echo')
    return look()
  },
  () => has('caches'),
)
follows(
  'await navigator.storage.estimate()',
  async (look) => {
    await navigator.storage.estimate()
    return look()
  },
  () => has('estimate', navigator.storage),
)
