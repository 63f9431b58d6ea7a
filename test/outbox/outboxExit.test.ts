// @vitest-environment node
import { IDBFactory, IDBObjectStore, IDBTransaction } from 'fake-indexeddb'
import { expect, it, vi } from 'vitest'
import { fakeLocalStorage } from '../support/fakeLocalStorage'
import {
  batch,
  become,
  comeBack,
  ENDPOINT,
  freshSite,
  heldSend,
  leave,
  openPage,
  openReadyPage,
  stored,
} from './outboxSite'

freshSite()

it('puts at an exit are in one transaction, committed at the end of their task, and nothing else is asked', async () => {
  const page = await openReadyPage()
  const calls: string[] = []
  for (const name of ['put', 'getAllKeys', 'delete'] as const) {
    const original = IDBObjectStore.prototype[name] as (...args: unknown[]) => unknown
    vi.spyOn(IDBObjectStore.prototype, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
      calls.push(name)
      return Reflect.apply(original, this, args) as never
    })
  }
  const commit = IDBTransaction.prototype.commit
  vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(function (this: IDBTransaction) {
    calls.push('commit')
    Reflect.apply(commit, this, [])
  })
  become('hidden')
  const put = page.put(batch('next to last words'))
  void page.put(batch('last words'))
  expect(calls).toEqual(['put', 'put'])
  await Promise.resolve()
  expect(calls).toEqual(['put', 'put', 'commit'])
  await put
  expect(calls).toEqual(['put', 'put', 'commit'])
  expect(await stored()).toEqual(['next to last words', 'last words'])
})

it('behind a transaction that goes on, or before a first write, what an exit puts rests in local storage', async () => {
  const rests = stubLocalStorage()
  const page = await openReadyPage()
  await page.put(batch('long ago'))
  void page.put(batch('before'))
  await Promise.resolve() // the task is over, the transaction is not
  leave(() => {
    page.snapshot([batch('open span')])
    void page.put(batch('last words'))
    page.close()
  })
  expect(rests()).toHaveLength(2)
  const next = await openPage().sendAll()
  expect(next.sort()).toEqual(['before', 'last words', 'long ago'])
  expect(rests()).toEqual([])
})

it('what stands in one transaction with the first put of an exit goes into the database', async () => {
  const rests = stubLocalStorage()
  const page = await openReadyPage()
  await page.put(batch('long ago'))
  leave(() => {
    for (const text of ['one', 'two', 'three']) void page.put(batch(text))
    page.close()
  })
  expect(rests()).toEqual([])
  expect(await stored()).toEqual(['long ago', 'one', 'two', 'three'])
})

it('a page that stays hidden keeps to its bounds', async () => {
  const page = await openReadyPage({ maxBytes: 250 })
  become('hidden')
  for (const text of ['one', 'two', 'three', 'four']) await page.put(batch(text))
  expect(await stored()).toEqual(['three', 'four'])
  expect(page.lost).toHaveLength(2)
})

it('the last handlers of pagehide can still put; then the database is closed', async () => {
  const closed = countOpenDatabases()
  const page = await openReadyPage()
  leave(() => {
    page.close()
    void page.put(batch('after the close'))
    expect(closed.open()).toBe(1)
  })
  expect(closed.open()).toBe(0)
  expect(await stored()).toEqual(['after the close'])
})

it('close() on a living page closes at once, and the next use opens again', async () => {
  const closed = countOpenDatabases()
  const page = await openReadyPage()
  page.close()
  expect(closed.open()).toBe(0)
  await page.put(batch('later'))
  expect(await stored()).toEqual(['later'])
})

it('back from the back/forward cache, puts at the next exit are synchronous again', async () => {
  const page = await openReadyPage()
  leave(() => {
    page.snapshot([batch('open span')])
    page.close()
  })
  comeBack()
  page.dropSnapshot()
  await page.sendAll('https://nowhere.test/')
  leave(() => {
    void page.put(batch('second exit'))
    page.close()
  })
  expect(await stored()).toEqual(['second exit'])
})

it('only with an open database what is put survives the page', async () => {
  const page = openPage()
  expect(page.isDurable()).toBe(false)
  await page.sendAll()
  expect(page.isDurable()).toBe(true)
  page.close()
  expect(page.isDurable()).toBe(false)
})

it('a snapshot said after the database is closed does not make the page forget the one before', async () => {
  const page = await openReadyPage()
  leave(() => {
    page.snapshot([batch('open span')])
    page.close()
  })
  page.snapshot([batch('open span')]) // as at `freeze`
  comeBack()
  page.dropSnapshot()
  await page.sendAll('https://nowhere.test/')
  expect(await stored()).toEqual([])
})

it('the first time that the page is shown opens nothing: that has time', () => {
  const open = vi.spyOn(indexedDB, 'open')
  openPage().dropSnapshot()
  expect(open).not.toHaveBeenCalled()
})

it('an opening that is under way when the page is left does not stay open', async () => {
  const closed = countOpenDatabases()
  const page = openPage()
  const pass = page.sendAll()
  leave(page.close)
  await pass
  await stored()
  expect(closed.open()).toBe(0)
})

it('a batch under way that survives the page is not sent again', async () => {
  const page = await openReadyPage()
  await page.put(batch('one'))
  await page.put(batch('two'))
  const { send, asked, survives } = heldSend()
  void page.drain(ENDPOINT, send)
  await asked
  survives()
  leave(page.close)
  expect(await openPage().sendAll()).toEqual(['two'])
})

it('a batch under way that dies with the page is sent by the next one', async () => {
  const page = await openReadyPage()
  await page.put(batch('one'))
  const { send, asked } = heldSend()
  const pass = page.drain(ENDPOINT, send)
  await asked
  leave(page.close)
  await pass // ends though the send never does
  expect(await openPage().sendAll()).toEqual(['one'])
})

it('nothing more is sent after a close', async () => {
  const page = await openReadyPage()
  await page.put(batch('one'))
  await page.put(batch('two'))
  const { send, asked, answer, texts } = heldSend()
  const pass = page.drain(ENDPOINT, send)
  await asked
  leave(page.close)
  answer('sent')
  await pass
  comeBack()
  expect(await page.sendAll()).toEqual(['two'])
  expect(texts).toEqual(['one'])
})

it('a page that comes back does not send again what is still under way', async () => {
  const page = await openReadyPage()
  await page.put(batch('one'))
  const { send, asked } = heldSend()
  void page.drain(ENDPOINT, send)
  await asked
  leave(page.close)
  comeBack()
  expect(await page.sendAll()).toEqual([])
})

it('a batch that was taken for sent and was not is stored again when the page comes back', async () => {
  const page = await openReadyPage()
  await page.put(batch('one'))
  const { send, asked, survives, answer } = heldSend()
  void page.drain(ENDPOINT, send)
  await asked
  survives()
  leave(page.close)
  expect(await stored()).toEqual([])
  comeBack()
  answer('later')
  await vi.waitFor(async () => expect(await stored()).toEqual(['one']))
})

it('close() frees the lock though a send is under way', async () => {
  const page = await openReadyPage()
  await page.put(batch('one'))
  const { send, asked } = heldSend()
  const pass = page.drain(ENDPOINT, send)
  await asked
  const { held } = navigator.locks as unknown as { held: Set<string> }
  expect(held.size).toBe(1)
  leave(page.close)
  await pass
  expect(held.size).toBe(0)
})

function countOpenDatabases() {
  const databases = new Set<IDBDatabase>()
  const open = IDBFactory.prototype.open
  vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(function (this: IDBFactory, ...args) {
    const request = Reflect.apply(open, this, args) as IDBOpenDBRequest
    request.addEventListener('success', () => {
      const database = request.result
      databases.add(database)
      const close = database.close.bind(database)
      database.close = () => {
        databases.delete(database)
        close()
      }
    })
    return request
  })
  return { open: () => databases.size }
}

/** Gives what names it holds. */
function stubLocalStorage(): () => readonly string[] {
  const texts = fakeLocalStorage()
  vi.stubGlobal('localStorage', texts)
  return () => Object.keys(texts)
}
