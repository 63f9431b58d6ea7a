// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { batch, comeBack, ENDPOINT, freshSite, leave, openPage, openReadyPage, stored } from '../outbox/outboxSite'
import { fakeLocalStorage } from '../support/fakeLocalStorage'

const PREFIX = 'codomyrmex-telemetry '
let texts: Record<string, string>

freshSite()
beforeEach(() => {
  texts = fakeLocalStorage()
  vi.stubGlobal('navigator', { ...navigator, vendor: 'Apple Computer, Inc.' })
  vi.stubGlobal('localStorage', texts)
})

const names = () => Object.keys(texts)

it('what is put while the page goes rests in local storage, and leaves with the next page, once', async () => {
  const page = await openReadyPage()
  await page.put(batch('before'))
  leave(() => {
    void page.put(batch('last words', { count: 2 }))
    expect(page.stats(ENDPOINT)).toEqual({ spans: 3, bytes: 200 })
    page.close()
  })
  expect([await stored(), names().length]).toEqual([['before'], 1])
  const next = await openReadyPage()
  expect([await stored(), names()]).toEqual([['before', 'last words'], []])
  expect(await next.sendAll()).toEqual(['before', 'last words'])
  expect([await stored(), names()]).toEqual([[], []])
})

it('a page that comes back sends it itself, once', async () => {
  const page = await openReadyPage()
  leave(() => {
    void page.put(batch('last words'))
    page.close()
  })
  comeBack()
  page.dropSnapshot()
  expect(await page.sendAll()).toEqual(['last words'])
  expect(await page.sendAll()).toEqual([])
  expect([await stored(), names(), page.stats(ENDPOINT).spans]).toEqual([[], [], 0])
})

it('the snapshot of a page that goes rests there too, and is forgotten when the page comes back', async () => {
  const page = await openReadyPage()
  leave(() => {
    page.snapshot([batch('open span')])
    page.close()
  })
  expect(names()).toHaveLength(1)
  comeBack()
  page.dropSnapshot()
  expect(await page.sendAll()).toEqual([])
  expect([await stored(), names()]).toEqual([[], []])
})

it('clear() empties it, and leaves what is not ours', async () => {
  texts['theirs'] = 'theirs'
  const page = await openReadyPage()
  leave(() => void page.put(batch('last words')))
  comeBack()
  await page.clear()
  expect(names()).toEqual(['theirs'])
  expect(page.lost).toEqual(['1 outbox_cleared'])
})

it('text that nobody can read stays out of it', async () => {
  texts[`${PREFIX}x`] = 'garbage'
  const page = await openReadyPage()
  await page.put(batch('a'))
  expect(await page.sendAll()).toEqual(['a'])
  expect(page.lost).toEqual([])
})

it.each(['full', 'denied'])('where local storage is %s IndexedDB is asked all the same', async (how) => {
  const fail = () => {
    throw new DOMException('no', 'QuotaExceededError')
  }
  if (how === 'full') vi.stubGlobal('localStorage', { length: 0, setItem: fail, removeItem() {} })
  else Object.defineProperty(globalThis, 'localStorage', { get: fail, configurable: true })
  const page = await openReadyPage()
  leave(() => void page.put(batch('last words')))
  await vi.waitFor(async () => expect(await stored()).toEqual(['last words']))
  expect(await page.sendAll(ENDPOINT)).toEqual(['last words'])
})

it('a page that lives does not touch local storage', async () => {
  const page = await openReadyPage()
  await page.put(batch('a'))
  expect([await stored(), names()]).toEqual([['a'], []])
})

describe('a browser that is not WebKit', () => {
  beforeEach(() => vi.stubGlobal('navigator', { ...navigator, vendor: 'Google Inc.' }))

  it('does not touch it where the database is open', async () => {
    const page = await openReadyPage()
    vi.stubGlobal('localStorage', undefined)
    leave(() => void page.put(batch('b')))
    await vi.waitFor(async () => expect(await stored()).toEqual(['b']))
    expect(await page.sendAll()).toEqual(['b'])
  })

  it('lets what is put while the database is still being opened rest there when the page is left', async () => {
    const page = openPage()
    page.stayReady()
    expect(page.isDurable()).toBe(false)
    leave(() => {
      expect(page.isDurable()).toBe(true)
      void page.put(batch('last words'))
      page.close()
    })
    expect(names()).toHaveLength(1)
    const next = await openReadyPage()
    expect(await next.sendAll()).toEqual(['last words'])
    expect([await stored(), names()]).toEqual([[], []])
  })

  it('keeps in memory what is put when a page hides that may come back, and stores it once the database is open', async () => {
    const page = openPage()
    page.stayReady()
    await page.put(batch('a'))
    expect([await stored(), names()]).toEqual([['a'], []])
  })

  it('sends it itself, once, when the page comes back', async () => {
    const page = openPage()
    leave(() => {
      page.stayReady()
      void page.put(batch('last words'))
      page.close()
    })
    comeBack()
    page.dropSnapshot()
    expect(await page.sendAll()).toEqual(['last words'])
    expect([await page.sendAll(), await stored(), names()]).toEqual([[], [], []])
  })

  it('that denies the database does not fill it', () => {
    vi.stubGlobal('indexedDB', undefined)
    const page = openPage()
    page.stayReady()
    leave(() => void page.put(batch('a')))
    expect([page.isDurable(), names()]).toEqual([false, []])
  })
})

it('holds no more than 64 bodies', async () => {
  for (let i = 0; i < 64; i++) texts[`${PREFIX}${i}`] = 'garbage'
  const page = await openReadyPage()
  leave(() => void page.put(batch('a')))
  await vi.waitFor(async () => expect(await stored()).toEqual(['a']))
  expect(names()).toHaveLength(64)
})
