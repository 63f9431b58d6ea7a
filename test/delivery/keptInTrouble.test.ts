// @vitest-environment node
import { IDBObjectStore } from 'fake-indexeddb'
import { expect, it, vi } from 'vitest'
import { pass, startOn } from '../export/exporterOnPage'
import { FakePage, onFreshPages } from '../export/fakePage'

// While nothing can be sent, a copy of what waits is in the outbox: a page may die without a word.

const TEN_MINUTES_MS = 600_000

let page: FakePage
onFreshPages((fresh) => {
  page = fresh
})

/** A page that is offline, with a span that has just ended and whose batch is an hour away. */
async function startOffline() {
  const started = await startOn(page, {}, { scheduledDelay: 3_600_000 })
  await pass(3000)
  page.goOnline(false)
  started.end(1)
  await pass(400)
  return started
}

/** What has arrived when, so much later, another page has been opened. */
async function nextPage(afterMs = 0): Promise<readonly string[]> {
  const { collector, site } = page
  await pass(afterMs)
  page = new FakePage(collector, site)
  await startOn(page)
  await pass(10_000)
  return [...collector.names].sort()
}

it('of a page that crashes offline: another page sends it, after ten minutes', async () => {
  await startOffline()
  await page.die()
  expect(await nextPage(TEN_MINUTES_MS / 2)).toEqual([])
  expect(await nextPage(TEN_MINUTES_MS)).toEqual(['1'])
})

it('of a page that crashes while the collector wants to be left alone', async () => {
  const { end, send } = await startOn(page, {}, { scheduledDelay: 3_600_000 })
  await pass(3000)
  page.fate = () => ({ status: 503, headers: { 'retry-after': '3600' } })
  end(1)
  send()
  await pass(1000)
  end(2)
  await pass(400)
  await page.die()
  expect(await nextPage(TEN_MINUTES_MS)).toEqual(['1', '2', '3'])
})

it('it is gone when its spans were stored at an exit, and they arrive with the next page, once', async () => {
  const { account } = await startOffline()
  page.leave(false)
  await page.die()
  expect(await nextPage()).toEqual(['1'])
  await nextPage(TEN_MINUTES_MS)
  expect(account()).not.toHaveProperty('doubled')
})

it('it stays when the browser drops what is put at an exit', async () => {
  await startOffline()
  const { put } = IDBObjectStore.prototype
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
    const request = Reflect.apply(put, this, args)
    this.transaction.abort()
    vi.stubGlobal('indexedDB', undefined) // the page does not live to try again
    return request
  })
  page.leave(false)
  await page.die()
  vi.mocked(IDBObjectStore.prototype.put).mockRestore()
  expect(await nextPage()).toEqual(['1'])
})

it('it is gone when its spans were sent', async () => {
  const { send, account } = await startOffline()
  page.goOnline(true)
  send()
  await pass(1000)
  expect(page.collector.names).toEqual(['1'])
  await page.die()
  await nextPage(TEN_MINUTES_MS)
  expect(account()).not.toHaveProperty('doubled')
})

it('nothing is written while all is well', async () => {
  const { end } = await startOn(page, {}, { scheduledDelay: 3_600_000 })
  await pass(3000)
  const put = vi.spyOn(IDBObjectStore.prototype, 'put')
  end(3)
  await pass(400)
  expect(put.mock.calls.filter(([, key]) => Array.isArray(key))).toEqual([])
})
