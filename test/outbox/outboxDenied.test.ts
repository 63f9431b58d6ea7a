// @vitest-environment node
import { IDBFactory } from 'fake-indexeddb'
import { expect, it, vi } from 'vitest'
import { batch, ENDPOINT, freshSite, openPage, openReadyPage, refusePuts, stored, textOf } from './outboxSite'

freshSite()

const denied: [string, () => unknown][] = [
  ['is missing', () => undefined],
  [
    'throws',
    () => ({
      open() {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      },
    }),
  ],
  [
    'fails to open',
    () => {
      class Failing extends EventTarget {}
      return {
        open() {
          const request = new Failing()
          queueMicrotask(() => request.dispatchEvent(new Event('error', { cancelable: true })))
          return request
        },
      }
    },
  ],
]

it.each(denied)('where IndexedDB %s, batches wait in memory', async (_, make) => {
  vi.stubGlobal('indexedDB', make())
  const page = openPage()
  await page.put(batch('one', { count: 2, size: 10 }))
  page.snapshot([batch('open span')])
  page.dropSnapshot()
  await page.put(batch('two', { count: 3, size: 20 }))
  expect(page.stats(ENDPOINT)).toEqual({ spans: 5, bytes: 30 })
  await page.drain(ENDPOINT, async () => 'later')
  expect(await page.sendAll()).toEqual(['one', 'two'])
  expect(page.stats(ENDPOINT)).toEqual({ spans: 0, bytes: 0 })
  await page.clear()
  page.close()
})

it('memory has the same bounds, counted', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.stubGlobal('indexedDB', undefined)
  const page = openPage({ maxBytes: 250, maxAge: 1000 })
  for (const [text, count] of [
    ['one', 5],
    ['two', 6],
  ] as const)
    await page.put(batch(text, { count }))
  vi.setSystemTime(Date.now() + 1001)
  await page.put(batch('three', { count: 7 }))
  expect(page.lost).toEqual(['5 outbox_full'])
  expect(await page.sendAll()).toEqual(['three'])
  expect(page.lost).toEqual(['5 outbox_full', '6 outbox_expired'])
})

it('clear() empties memory, and what is being sent from it does not come back', async () => {
  vi.stubGlobal('indexedDB', undefined)
  const page = openPage()
  await page.put(batch('one'))
  await page.put(batch('two'))
  await page.drain(ENDPOINT, async () => {
    await page.clear()
    return 'later'
  })
  expect(await page.sendAll()).toEqual([])
  expect(page.lost).toEqual(['1 outbox_cleared', '1 outbox_cleared'])
})

it('an opening that never ends does not hold up a pass for more than three seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.stubGlobal('indexedDB', { open: () => new EventTarget() })
  const { openPage } = await freshModule()
  const page = openPage()
  void page.put(batch('one'))
  const sent = page.sendAll()
  expect(page.isDurable()).toBe(false)
  await vi.advanceTimersByTimeAsync(3000)
  expect(await sent).toEqual(['one'])
})

it('what waited for a late opening moves into the database', async () => {
  const factory = new IDBFactory()
  const opening = new EventTarget()
  vi.stubGlobal('indexedDB', { open: () => opening })
  const page = openPage()
  const put = page.put(batch('early'))
  page.snapshot([batch('open span')])
  vi.stubGlobal('indexedDB', factory)
  await stored() // makes the store
  const real = factory.open('codomyrmex-telemetry', 1)
  await new Promise((resolve) => real.addEventListener('success', resolve))
  Object.assign(opening, { result: real.result })
  opening.dispatchEvent(new Event('success'))
  await put
  expect(await stored()).toEqual(['early', 'open span'])
})

it('without consent nothing is opened or stored; memory is sent', async () => {
  const open = vi.spyOn(indexedDB, 'open')
  const page = openPage({ consent: () => false })
  await page.put(batch('private'))
  page.snapshot([batch('open span')])
  page.dropSnapshot()
  expect(await page.sendAll()).toEqual(['private'])
  expect(open).not.toHaveBeenCalled()
  expect(sessionStorage.getItem('codomyrmex-telemetry')).toBe(null)
})

it('with the first put after consent, what waited in memory is stored too', async () => {
  let consent = false
  const page = openPage({ consent: () => consent })
  await page.put(batch('before'))
  consent = true
  await page.put(batch('after'))
  expect(await stored()).toEqual(['before', 'after'])
})

it('what waits in memory can be taken at once for a last chance, and is gone then', async () => {
  vi.stubGlobal('indexedDB', undefined)
  const page = openPage()
  void page.put(batch('one'))
  void page.put(batch('other', { endpoint: 'https://other.test/' }))
  expect(page.takeMemory(ENDPOINT).map(textOf)).toEqual(['one'])
  expect(page.takeMemory(ENDPOINT)).toEqual([])
  expect(await page.sendAll('https://other.test/')).toEqual(['other'])
})

it('a database that was opened to be cleared gets nothing that may not be stored', async () => {
  const page = openPage({ consent: () => false })
  const cleared = page.clear()
  await page.put(batch('private'))
  await cleared
  expect(await stored()).toEqual([])
  expect(await page.sendAll()).toEqual(['private'])
})

it('clear() works without consent', async () => {
  await (await openReadyPage()).put(batch('stored before'))
  await openPage({ consent: () => false }).clear()
  expect(await stored()).toEqual([])
})

it('when the browser gives no more room, the oldest makes it', async () => {
  const page = await openReadyPage()
  await page.put(batch('one', { count: 4 }))
  await page.put(batch('two'))
  refusePuts(1)
  await page.put(batch('three'))
  expect(await stored()).toEqual(['two', 'three'])
  expect(page.lost).toEqual(['4 outbox_full'])
})

it('when there is no room even then, the batch waits in memory, and nothing else is dropped', async () => {
  const page = await openReadyPage()
  await page.put(batch('one'))
  refusePuts(2)
  await page.put(batch('two', { count: 3 }))
  expect(await stored()).toEqual(['one'])
  expect([page.lost, page.stats(ENDPOINT).spans]).toEqual([[], 4])
  expect(await page.sendAll()).toEqual(['one', 'two'])
})

it('a batch that found no room is not stored after a clear()', async () => {
  const page = await openReadyPage()
  refusePuts(1)
  const put = page.put(batch('private'))
  await page.clear()
  await put
  expect([await stored(), await page.sendAll(), page.lost]).toEqual([[], [], ['1 outbox_cleared']])
})

it('bytes that cannot be copied are not taken for stored', async () => {
  const page = await openReadyPage()
  const put = batch('given away')
  structuredClone(put.bytes.buffer, { transfer: [put.bytes.buffer] })
  await page.put(put)
  expect(await stored()).toEqual([])
})

it('a connection that the browser has closed is opened again', async () => {
  const databases: IDBDatabase[] = []
  const open = indexedDB.open.bind(indexedDB)
  vi.spyOn(indexedDB, 'open').mockImplementation((...args) => {
    const request = open(...args)
    request.addEventListener('success', () => databases.push(request.result))
    return request
  })
  const page = await openReadyPage()
  databases[0]?.close()
  await page.put(batch('kept'))
  expect(await stored()).toEqual(['kept'])
})

it('whoever deletes the database is not held up, and the next put makes a new one', async () => {
  const page = await openReadyPage()
  await page.put(batch('old'))
  const request = indexedDB.deleteDatabase('codomyrmex-telemetry')
  await new Promise((resolve, reject) => {
    request.onsuccess = resolve
    request.onblocked = reject
  })
  await page.put(batch('new'))
  expect(await stored()).toEqual(['new'])
})

/** A copy that has taken the timers that are on the page now. */
async function freshModule() {
  vi.resetModules()
  return await import('./outboxSite')
}
