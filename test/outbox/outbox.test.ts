// @vitest-environment node
import { expect, it, vi } from 'vitest'
import { batch, ENDPOINT, freshSite, openPage, openReadyPage, stored, textOf } from './outboxSite'

freshSite()

it('what was put is sent by the next page, oldest first, and then forgotten', async () => {
  const page = openPage()
  for (const text of ['one', 'two', 'three']) await page.put(batch(text))
  page.close()
  expect(await openPage().sendAll()).toEqual(['one', 'two', 'three'])
  expect(await stored()).toEqual([])
  expect(await openPage().sendAll()).toEqual([])
})

it('a batch comes back as it was', async () => {
  const page = await openReadyPage()
  const put = { ...batch('whole', { count: 7 }), contentType: 'application/json', contentEncoding: 'gzip' } as const
  await page.put(put)
  const send = vi.fn(async () => 'sent' as const)
  await openPage().drain(ENDPOINT, send)
  expect(send).toHaveBeenCalledExactlyOnceWith(put, expect.any(Function), [put])
})

it('of bytes that are a part of a larger buffer only the part is stored', async () => {
  const page = await openReadyPage()
  const whole = new Uint8Array(5000).fill(65)
  await page.put({ ...batch(''), bytes: whole.subarray(10, 13) })
  const send = vi.fn(async (..._: unknown[]) => 'sent' as const)
  await openPage().drain(ENDPOINT, send)
  const [sent] = send.mock.calls[0] as [ReturnType<typeof batch>]
  expect([textOf(sent), sent.bytes.buffer.byteLength]).toEqual(['AAA', 3])
})

it('a page sends only what is for its endpoint', async () => {
  const page = await openReadyPage()
  await page.put(batch('theirs', { endpoint: 'https://other.test/' }))
  await page.put(batch('ours'))
  expect(await page.sendAll()).toEqual(['ours'])
  expect(await stored()).toEqual(['theirs'])
})

it('`later` ends the pass; that batch and all behind it stay', async () => {
  const page = await openReadyPage()
  for (const text of ['one', 'two', 'three']) await page.put(batch(text))
  const answers = ['sent', 'later'] as const
  const send = vi.fn(async () => answers[send.mock.calls.length - 1] ?? 'sent')
  await page.drain(ENDPOINT, send)
  expect(send).toHaveBeenCalledTimes(2)
  expect(await stored()).toEqual(['two', 'three'])
})

it.each([
  ['throws', () => Promise.reject(new Error('no network'))],
  [
    'throws at once',
    () => {
      throw new Error('no network')
    },
  ],
])('a send that %s means `later`', async (_, send) => {
  const page = await openReadyPage()
  await page.put(batch('kept'))
  await page.drain(ENDPOINT, send)
  expect(await stored()).toEqual(['kept'])
})

it('above the bound the oldest go first, and their spans are counted', async () => {
  const page = await openReadyPage({ maxBytes: 250 })
  for (const [text, count] of [
    ['one', 5],
    ['two', 6],
    ['three', 7],
  ] as const)
    await page.put(batch(text, { count }))
  expect(page.lost).toEqual(['5 outbox_full'])
  expect(await stored()).toEqual(['two', 'three'])
})

it('the batch that is being sent is not dropped for those behind it', async () => {
  const page = await openReadyPage({ maxBytes: 250 })
  for (const text of ['one', 'two']) await page.put(batch(text))
  await page.drain(ENDPOINT, async () => {
    await page.put(batch('three', { count: 3 }))
    return 'later'
  })
  expect(page.lost).toEqual(['1 outbox_full'])
  expect(await stored()).toEqual(['one', 'three'])
})

it('a batch larger than the bound is dropped alone', async () => {
  const page = await openReadyPage({ maxBytes: 250 })
  await page.put(batch('small'))
  await page.put(batch('large', { size: 251, count: 9 }))
  expect(page.lost).toEqual(['9 outbox_full'])
  expect(await stored()).toEqual(['small'])
})

it('what is too old is dropped and counted, not sent', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000 })
  const page = await openReadyPage({ maxAge: 1000 })
  await page.put(batch('old', { count: 3 }))
  vi.setSystemTime(1_000_001_001)
  await page.put(batch('young'))
  expect(await page.sendAll()).toEqual(['young'])
  expect(page.lost).toEqual(['3 outbox_expired'])
})

it('a batch from the future is too old: the clock was set back', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000 })
  const page = await openReadyPage({ maxAge: 1000 })
  await page.put(batch('future'))
  vi.setSystemTime(900_000_000)
  expect(await page.sendAll()).toEqual([])
  expect(page.lost).toEqual(['1 outbox_expired'])
})

it('stats() tells what waits', async () => {
  const page = openPage()
  expect(page.stats(ENDPOINT)).toEqual({ spans: 0, bytes: 0 })
  const put = page.put(batch('one', { count: 2, size: 10 }))
  await put
  await page.put(batch('two', { count: 3, size: 20 }))
  expect(page.stats(ENDPOINT)).toEqual({ spans: 5, bytes: 30 })
  await page.sendAll()
  expect(page.stats(ENDPOINT)).toEqual({ spans: 0, bytes: 0 })
})

it('a page that opens learns from a drain what others have stored', async () => {
  await (await openReadyPage()).put(batch('one', { count: 2, size: 10 }))
  const page = openPage()
  await page.drain(ENDPOINT, async () => 'later')
  expect(page.stats(ENDPOINT)).toEqual({ spans: 2, bytes: 10 })
})

it('clear() forgets what every page has stored', async () => {
  await (await openReadyPage()).put(batch('theirs', { count: 2 }))
  const page = await openReadyPage()
  await page.put(batch('own', { count: 3 }))
  page.snapshot([batch('open span')])
  await page.clear()
  expect([await stored(), await page.sendAll(), page.stats(ENDPOINT)]).toEqual([[], [], { spans: 0, bytes: 0 }])
  expect(page.lost).toEqual(['5 outbox_cleared'])
})

it('a batch that was being sent when clear() was called does not come back', async () => {
  const page = await openReadyPage()
  await page.put(batch('private'))
  await page.drain(ENDPOINT, async () => {
    await page.clear()
    return 'later'
  })
  expect(await stored()).toEqual([])
  expect(page.lost).toEqual(['1 outbox_cleared'])
})

it('what was put before clear() is forgotten, what was put after it stays', async () => {
  const page = await openReadyPage()
  const put = page.put(batch('before'))
  const cleared = page.clear()
  const after = page.put(batch('after'))
  await Promise.all([put, cleared, after])
  expect(await stored()).toEqual(['after'])
})
