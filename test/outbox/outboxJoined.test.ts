// @vitest-environment node
import { expect, it, vi } from 'vitest'
import type { SendStored, StoredBatch } from '../../src/outbox/outbox'
import { packed } from '../wire/storedBody'
import { batch, ENDPOINT, freshSite, holdDatabase, openPage, openReadyPage, textOf } from './outboxSite'

vi.mock(import('../../src/lib/native'), async (load) => (await import('../support/ofNode')).nativeOfNode(load))

freshSite()

const ANY_SIZE = () => 1e6

async function openWith(...batches: StoredBatch[]) {
  const page = await openReadyPage()
  for (const one of batches) await page.put(one)
  return page
}

it('those that are alike are sent as one, and forgotten together', async () => {
  await openWith(batch('a', { size: 1 }), batch('b', { size: 1 }), {
    ...batch('{}', { size: 2 }),
    contentType: 'text/x',
  })
  const page = openPage()
  const texts: string[] = []
  await page.drain(
    ENDPOINT,
    async (one) => {
      texts.push(textOf(one))
      return 'sent'
    },
    ANY_SIZE,
  )
  expect(texts).toEqual(['ab', '{}'])
  expect([page.stats(ENDPOINT).spans, await openPage().sendAll()]).toEqual([0, []])
})

it('what cannot be unpacked goes alone, as it is, and those behind it as well', async () => {
  const broken: StoredBatch = { ...batch('no gzip'), contentEncoding: 'gzip' }
  await openWith(broken, await packed(batch('b')), batch('c'))
  const sent: [number, boolean][] = []
  await openPage().drain(
    ENDPOINT,
    async ({ bytes, contentEncoding }, _begun, parts) => {
      sent.push([parts.length, contentEncoding !== null && bytes.length === broken.bytes.length])
      return 'sent'
    },
    ANY_SIZE,
  )
  expect(sent).toEqual([
    [1, true],
    [1, false],
    [1, false],
  ])
})

const MOMENTS_MS = [0, 1, 2, 3, 5, 8, 12] // of unpacking and packing; the real one takes some

it.each(MOMENTS_MS)('a page that closes %i ms after it began to join sends nothing any more', async (ms) => {
  const page = await openWith(await packed(batch('a')), await packed(batch('b')))
  const send = vi.fn<SendStored>(() => new Promise(() => {}))
  void page.drain(ENDPOINT, send, ANY_SIZE)
  await new Promise((resolve) => setTimeout(resolve, ms))
  const before = send.mock.calls.length
  page.close()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(send.mock.calls.length).toBe(before)
  expect((await openPage().sendAll()).length).toBe(2)
})

it.each(MOMENTS_MS)(
  'what is cleared %i ms after it began to be joined is not sent any more, and counted once',
  async (ms) => {
    const page = await openWith(await packed(batch('a')), await packed(batch('b')))
    const send = vi.fn<SendStored>(async () => 'later')
    const pass = page.drain(ENDPOINT, send, ANY_SIZE)
    await new Promise((resolve) => setTimeout(resolve, ms))
    const before = send.mock.calls.length
    await page.clear()
    await pass
    expect(send.mock.calls.length).toBe(before)
    expect(page.lost.reduce((sum, told) => sum + Number.parseInt(told, 10), 0)).toBe(2)
    expect(await openPage().sendAll()).toEqual([])
  },
)

it.each(['later', 'again'] as const)(
  'what is being sent as the user logs out, and comes back %s before the database is cleared, is counted once',
  async (outcome) => {
    const page = await openWith(batch('a'), batch('b'))
    let answer: (outcome: 'later' | 'again') => void = () => {}
    const send = vi.fn<SendStored>(() => new Promise((resolve) => (answer = resolve)))
    const pass = page.drain(ENDPOINT, send, ANY_SIZE)
    await vi.waitUntil(() => send.mock.calls.length > 0)
    const letGo = await holdDatabase()
    const cleared = page.clear()
    answer(outcome)
    await new Promise((resolve) => setTimeout(resolve))
    letGo()
    await Promise.all([cleared, pass])
    expect(page.lost).toEqual(['2 outbox_cleared'])
    expect(await openPage().sendAll()).toEqual([])
  },
)
