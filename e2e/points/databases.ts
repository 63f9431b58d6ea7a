import { comes, createPoints, heard, inCallback, later, listened, nextNumber } from './point'

/** IndexedDB: requests and transactions belong to the calls that made them. */
export const databases = createPoints()

export const openDatabase = (name = `points-${performance.timeOrigin}-${nextNumber()}`, version?: number) => {
  const request = indexedDB.open(name, version)
  request.addEventListener('upgradeneeded', () => {
    if (!request.result.objectStoreNames.contains('things'))
      request.result.createObjectStore('things', { autoIncrement: true })
  })
  return request
}
export const answerOf = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
const write = (database: IDBDatabase) => database.transaction('things', 'readwrite')
const calm = (event: Event) => {
  event.preventDefault() // or the transaction would be undone
  event.stopPropagation()
}

const OPENING = 'ours: a request has the context of the call that made it'
const { kept } = databases.by('task', OPENING)

kept('indexedDB.open(): success', (look, elsewhere) => {
  const request = openDatabase()
  return elsewhere(() => heard(look, request, 'success'))
})
kept('indexedDB.open() of an older version: error', async (look, elsewhere) => {
  const name = `points-${performance.timeOrigin}-${nextNumber()}`
  const database = await answerOf(openDatabase(name, 2))
  database.close()
  const request = openDatabase(name, 1)
  return elsewhere(() => heard(look, request, 'error'))
})
kept('indexedDB.deleteDatabase(): success', (look, elsewhere) => {
  const request = indexedDB.deleteDatabase(`points-${nextNumber()}`)
  return elsewhere(() => heard(look, request, 'success'))
})
kept('request: success, handler set in another flow', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const store = write(database).objectStore('things')
  const request = store.add('one')
  return elsewhere(() => heard(look, request, 'success'))
})
kept('request on a store that another flow took: success', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const store = elsewhere(() => write(database).objectStore('things'))
  const request = store.add('one')
  return elsewhere(() => heard(look, request, 'success'))
})
kept('request: success, made in a success of another flow', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const store = write(database).objectStore('things')
  const [first, second] = [elsewhere(() => store.add('one')), store.add('two')]
  elsewhere(() => {
    first.onsuccess = () => {}
  })
  return elsewhere(() => heard(look, second, 'success'))
})
const REQUESTS: Record<string, (store: IDBObjectStore) => IDBRequest> = {
  put: (store) => store.put('thing'),
  get: (store) => store.get(1),
  getAll: (store) => store.getAll(),
  getKey: (store) => store.getKey(1),
  getAllKeys: (store) => store.getAllKeys(),
  count: (store) => store.count(),
  delete: (store) => store.delete(1),
  clear: (store) => store.clear(),
  openKeyCursor: (store) => store.openKeyCursor(),
}
for (const [name, make] of Object.entries(REQUESTS))
  kept(`${name}(): success`, async (look, elsewhere) => {
    const database = await answerOf(openDatabase())
    const request = make(elsewhere(() => write(database).objectStore('things')))
    return elsewhere(() => heard(look, request, 'success'))
  })
kept('a request of an index: success', async (look, elsewhere) => {
  const opening = indexedDB.open(`points-${performance.timeOrigin}-${nextNumber()}`)
  opening.onupgradeneeded = () => opening.result.createObjectStore('things').createIndex('names', 'name')
  const database = await answerOf(opening)
  const index = elsewhere(() => write(database).objectStore('things').index('names'))
  const request = index.getAll()
  return elsewhere(() => heard(look, request, 'success'))
})
kept('cursor.update(): success', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const store = write(database).objectStore('things')
  store.add('one')
  const cursor = await answerOf(store.openCursor())
  const request = cursor!.update('two')
  return elsewhere(() => heard(look, request, 'success'))
})
kept('request: error', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const store = write(database).objectStore('things')
  store.add('one', 1)
  const request = store.add('again', 1)
  return elsewhere(() => {
    request.addEventListener('error', calm)
    return heard(look, request, 'error')
  })
})
kept('request: error, heard by its transaction and its database', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const transaction = elsewhere(() => write(database))
  const store = transaction.objectStore('things')
  store.add('one', 1)
  const seen = elsewhere(async () => {
    const [byTransaction, byDatabase] = await Promise.all([
      heard(look, transaction, 'error'),
      inCallback(look, (done) =>
        database.addEventListener('error', (event) => {
          event.preventDefault()
          done()
        }),
      ),
    ])
    return byTransaction === byDatabase ? byTransaction : `${byTransaction} and ${byDatabase}`
  })
  store.add('again', 1)
  return seen
})
kept('request of a transaction that another flow aborts: error', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const transaction = write(database)
  const request = transaction.objectStore('things').add('one')
  return elsewhere(() => {
    request.addEventListener('error', calm)
    const seen = heard(look, request, 'error')
    transaction.abort()
    return seen
  })
})
kept('cursor, second turn', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const store = write(database).objectStore('things')
  for (const thing of ['one', 'two']) store.add(thing)
  let turns = 0
  const request = store.openCursor()
  return elsewhere(() =>
    inCallback(look, (done) => {
      request.onsuccess = () => (++turns === 2 ? done() : request.result?.continue())
    }),
  )
})
kept('cursor that another flow moves on', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const store = write(database).objectStore('things')
  for (const thing of ['one', 'two']) store.add(thing)
  let turns = 0
  const request = store.openCursor()
  return elsewhere(() =>
    inCallback(look, (done) => {
      request.onsuccess = () => (++turns === 2 ? done() : elsewhere(() => request.result?.continue()))
    }),
  )
})
kept('after an await inside onsuccess', async (look, elsewhere) => {
  const request = openDatabase()
  return elsewhere(
    () =>
      new Promise<string | null>((resolve) => {
        request.onsuccess = async () => {
          await later(1)
          resolve(look())
        }
      }),
  )
})

const transactions = databases.by('task', 'ours: a transaction has the context of transaction()')
transactions.kept('transaction: complete', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const transaction = write(database)
  elsewhere(() => transaction.objectStore('things').add('one'))
  return elsewhere(() => heard(look, transaction, 'complete'))
})
transactions.kept('transaction that another flow aborts: abort', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const transaction = write(database)
  transaction.objectStore('things').add('one').onerror = calm
  return elsewhere(() => {
    const seen = heard(look, transaction, 'abort')
    transaction.abort()
    return seen
  })
})
transactions.kept('transaction: abort, heard by its database', async (look, elsewhere) => {
  const database = await answerOf(openDatabase())
  const transaction = write(database)
  const seen = elsewhere(() => heard(look, database, 'abort'))
  elsewhere(() => transaction.abort())
  return seen
})

const versions = databases.by('separate', 'ours: who waits for a version knows nobody')
versions.none('indexedDB.open(): upgradeneeded', (look) => heard(look, openDatabase(), 'upgradeneeded'))
versions.none('after an await inside onupgradeneeded', (look) => {
  const request = openDatabase()
  return new Promise((resolve) =>
    request.addEventListener('upgradeneeded', async () => {
      await later(1)
      resolve(look())
    }),
  )
})
versions.none('indexedDB.open() while others have it open: versionchange', async (look) => {
  const name = `points-${performance.timeOrigin}-${nextNumber()}`
  const database = await answerOf(openDatabase(name, 1))
  const seen = heard(look, database, 'versionchange')
  database.addEventListener('versionchange', () => database.close())
  openDatabase(name, 2)
  return seen
})
versions.none('indexedDB.open() while others have it open: blocked', async (look) => {
  const name = `points-${performance.timeOrigin}-${nextNumber()}`
  const database = await answerOf(openDatabase(name, 1))
  const request = openDatabase(name, 2)
  const seen = await heard(look, request, 'blocked')
  database.close()
  return seen
})

// ── files ──
const files = databases.by('task', 'ours: by the rule of task objects')
const TEXT = () => new Blob(['text'])
for (const type of ['loadstart', 'progress', 'load', 'loadend'])
  files.kept(`FileReader ${type}`, (look, elsewhere) => {
    const { reader, seen } = elsewhere(() => {
      const reader = new FileReader()
      return { reader, seen: heard(look, reader, type) }
    })
    reader.readAsText(TEXT())
    return seen
  })
for (const method of ['readAsArrayBuffer', 'readAsDataURL', 'readAsBinaryString'] as const)
  files.kept(`FileReader load after ${method}()`, (look, elsewhere) => {
    const { reader, seen } = elsewhere(() => {
      const reader = new FileReader()
      return { reader, seen: heard(look, reader, 'load') }
    })
    reader[method](TEXT())
    return seen
  })
files.kept('FileReader load, heard in another flow after it began', (look, elsewhere) => {
  const reader = new FileReader()
  reader.readAsText(TEXT())
  return elsewhere(() => heard(look, reader, 'load'))
})
files.kept('FileReader load of the second time, after another flow’s', async (look, elsewhere) => {
  const reader = elsewhere(() => new FileReader())
  const over = elsewhere(() => heard(look, reader, 'loadend'))
  elsewhere(() => reader.readAsText(TEXT()))
  await over
  const seen = elsewhere(() => listened(look, reader, 'load'))
  reader.readAsText(TEXT())
  return seen
})
files.kept('FileReader load, whose first listener lets another flow read again, to the second', (look, elsewhere) => {
  const reader = elsewhere(() => new FileReader())
  let times = 0
  elsewhere(() => reader.addEventListener('load', () => elsewhere(() => ++times === 1 && reader.readAsText(TEXT()))))
  const seen = elsewhere(() => heard(look, reader, 'load'))
  reader.readAsText(TEXT())
  return seen
})
files.kept('FileReader load, while another flow’s read is refused', (look, elsewhere) => {
  const reader = elsewhere(() => new FileReader())
  const seen = elsewhere(() => heard(look, reader, 'load'))
  reader.readAsText(TEXT())
  elsewhere(() => {
    try {
      reader.readAsText(TEXT())
    } catch {}
  })
  return seen
})
const aborting = databases.by('sync', 'Synchronous event dispatches')
for (const type of ['abort', 'loadend'])
  aborting.kept(`FileReader abort() of what another flow reads: ${type}`, (look, elsewhere) => {
    const { reader, seen } = elsewhere(() => {
      const reader = new FileReader()
      const seen = heard(look, reader, type)
      reader.readAsText(new Blob(['x'.repeat(1_000_000)]))
      return { reader, seen }
    })
    reader.abort()
    return seen
  })

// ── what tells of changes that anybody may have made ──
const others = databases.by('separate', 'Events dispatched on separate objects')
interface PageCookieStore extends EventTarget {
  set(name: string, value: string): Promise<void>
}
others.none(
  'cookieStore.set(): change',
  (look) => {
    const { cookieStore } = globalThis as unknown as { cookieStore: PageCookieStore }
    const seen = listened(look, cookieStore, 'change')
    void cookieStore.set(`point-${nextNumber()}`, 'value')
    return seen
  },
  comes(() => {
    const { cookieStore } = globalThis as unknown as { cookieStore: PageCookieStore }
    return { target: cookieStore, type: 'change', cause: () => cookieStore.set('point', String(nextNumber())) }
  }),
)
databases.by('outside', '12.2.1 Storage').none('storage, changed by a frame', async (look) => {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  const key = `point-${nextNumber()}`
  const seen = listened(
    look,
    globalThis as unknown as EventTarget,
    'storage',
    (event) => (event as StorageEvent).key === key,
  )
  frame.contentWindow!.localStorage.setItem(key, 'value')
  const said = await seen
  frame.remove()
  return said
})
