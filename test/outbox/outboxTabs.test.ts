// @vitest-environment node
import { expect, it, vi } from 'vitest'
import { OUTBOX_NAME } from '../../src/export/kept'
import { batch, become, changeTab, ENDPOINT, freshSite, heldSend, openPage, openReadyPage, stored } from './outboxSite'

freshSite()

const MINUTE_MS = 60_000

/** The same with Web Locks and with leases, where there are none. */
const withAndWithoutLocks = it.each([
  ['Web Locks', () => {}],
  ['leases', () => vi.stubGlobal('navigator', {})],
])

withAndWithoutLocks('%s: while one tab sends, another does nothing', async (_, setUp) => {
  setUp()
  const one = await openReadyPage()
  const two = await openReadyPage()
  await one.put(batch('first'))
  await one.put(batch('second'))
  const { send, asked, answer, texts } = heldSend()
  const pass = one.drain(ENDPOINT, send)
  await asked
  expect(await two.sendAll()).toEqual([])
  answer('later')
  await pass
  expect(texts).toEqual(['first'])
  expect(await two.sendAll()).toEqual(['first', 'second'])
})

withAndWithoutLocks('%s: two tabs that drain at the same moment send each batch once', async (_, setUp) => {
  setUp()
  const one = await openReadyPage()
  const two = await openReadyPage()
  const texts = Array.from({ length: 8 }, (__, i) => `batch ${i}`)
  for (const text of texts) await one.put(batch(text))
  const sent = await Promise.all([one.sendAll(), two.sendAll()])
  expect(sent.flat()).toEqual(texts)
})

withAndWithoutLocks('%s: what another tab puts during a pass leaves with it', async (_, setUp) => {
  setUp()
  const one = await openReadyPage()
  const two = await openReadyPage()
  await one.put(batch('first'))
  const texts: string[] = []
  await one.drain(ENDPOINT, async ({ bytes }) => {
    if (texts.length === 0) await two.put(batch('second'))
    texts.push(new TextDecoder().decode(bytes.subarray(0, 6)))
    return 'sent'
  })
  expect(texts).toEqual(['first\0', 'second'])
})

withAndWithoutLocks('%s: other endpoints do not wait', async (_, setUp) => {
  setUp()
  const one = await openReadyPage()
  const two = await openReadyPage()
  await one.put(batch('first'))
  await one.put(batch('other', { endpoint: 'https://other.test/' }))
  const { send, asked } = heldSend()
  void one.drain(ENDPOINT, send)
  await asked
  expect(await two.sendAll('https://other.test/')).toEqual(['other'])
})

it('a second drain of the same page joins the first', async () => {
  const page = await openReadyPage()
  await page.put(batch('once'))
  const [sent, again] = await Promise.all([page.sendAll(), page.sendAll()])
  expect([sent, again]).toEqual([['once'], []])
})

it('no lock is held after a pass, also after one that failed', async () => {
  const page = await openReadyPage()
  await page.put(batch('kept'))
  const during: number[] = []
  const { held } = navigator.locks as unknown as { held: Set<string> }
  await page.drain(ENDPOINT, async () => {
    during.push(held.size)
    return 'later'
  })
  expect([during, held.size]).toEqual([[1], 0])
})

/** A page that is sending `saved`, and will not hear the answer. */
async function openSendingPage(): Promise<void> {
  const page = await openReadyPage()
  await page.put(batch('saved'))
  const { send, asked } = heldSend()
  void page.drain(ENDPOINT, send)
  await asked
}

it('a tab that dies while it sends loses nothing: with its lock gone, another sends the batch', async () => {
  await openSendingPage()
  ;(navigator.locks as unknown as { held: Set<string> }).held.clear() // as the browser does
  expect(await (await openReadyPage()).sendAll()).toEqual(['saved'])
})

it('the lease of a tab that died runs out after 30 seconds', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.stubGlobal('navigator', {})
  await openSendingPage()
  const next = await openReadyPage()
  vi.setSystemTime(Date.now() + 29_000)
  expect(await next.sendAll()).toEqual([])
  vi.setSystemTime(Date.now() + 2000)
  expect(await next.sendAll()).toEqual(['saved'])
})

it('a lease from the future does not hold: the clock was set back', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.stubGlobal('navigator', {})
  await openSendingPage()
  vi.setSystemTime(Date.now() - 10 * MINUTE_MS)
  expect(await (await openReadyPage()).sendAll()).toEqual(['saved'])
})

it('the snapshot of a page is sent at once by the next page of its tab', async () => {
  const page = await openReadyPage()
  become('hidden')
  page.snapshot([batch('open span')])
  expect(await openPage().sendAll()).toEqual(['open span'])
})

it('other tabs leave a snapshot alone for ten minutes', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  ;(await openReadyPage()).snapshot([batch('open span')])
  changeTab()
  const other = await openReadyPage()
  vi.setSystemTime(Date.now() + 10 * MINUTE_MS)
  expect(await other.sendAll()).toEqual([])
  vi.setSystemTime(Date.now() + 1)
  expect(await other.sendAll()).toEqual(['open span'])
})

it('a page never sends its own snapshot', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const page = await openReadyPage()
  page.snapshot([batch('open span')])
  vi.setSystemTime(Date.now() + 11 * MINUTE_MS)
  expect(await page.sendAll()).toEqual([])
})

it('a tab that was opened or duplicated from a page that is looked at does not take it for dead', async () => {
  const page = await openReadyPage()
  page.snapshot([batch('hidden for a moment')])
  page.dropSnapshot()
  const original = sessionStorage
  changeTab(new Map([[OUTBOX_NAME, original.getItem(OUTBOX_NAME) ?? '']])) // the new tab has a copy
  const [copy, copied] = [openPage(), sessionStorage]
  vi.stubGlobal('sessionStorage', original)
  page.snapshot([batch('open span')])
  vi.stubGlobal('sessionStorage', copied)
  expect(await copy.sendAll()).toEqual([])
})

it('a snapshot takes the place of the one before', async () => {
  const page = await openReadyPage()
  page.snapshot([batch('one'), batch('two')])
  page.snapshot([batch('three')])
  expect(await stored()).toEqual(['three'])
})

it('a page that comes back forgets its snapshot, and nothing else', async () => {
  const page = await openReadyPage()
  await page.put(batch('kept'))
  page.snapshot([batch('open span')])
  page.dropSnapshot()
  expect(await openPage().sendAll()).toEqual(['kept'])
})

it('snapshots are not counted in stats()', async () => {
  const page = await openReadyPage()
  page.snapshot([batch('open span')])
  expect(page.stats(ENDPOINT)).toEqual({ spans: 0, bytes: 0 })
})
