// @vitest-environment node
import { beforeEach, expect, it, vi } from 'vitest'
import { batch, comeBack, ENDPOINT, freshSite, leave, openReadyPage, stored } from './outboxSite'

const PREFIX = 'codomyrmex-telemetry '
let texts: Record<string, string>

freshSite()
beforeEach(() => {
  texts = {}
  vi.stubGlobal('navigator', { ...navigator, vendor: 'Apple Computer, Inc.' })
  const methods = {
    getItem: (name: string) => texts[name] ?? null,
    setItem(name: string, text: string) {
      texts[name] = text
    },
    removeItem(name: string) {
      delete texts[name]
    },
  }
  vi.stubGlobal(
    'localStorage',
    new Proxy(methods, {
      ownKeys: () => Object.keys(texts),
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    }),
  )
})

const names = () => Object.keys(texts)

it('what is put while the page goes rests in local storage, and leaves with the next page, once', async () => {
  const page = await openReadyPage()
  await page.put(batch('before'))
  leave(() => {
    void page.put(batch('last words', { count: 2 }))
    expect(page.stats()).toEqual({ spans: 3, bytes: 200 })
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
  expect([await stored(), names(), page.stats().spans]).toEqual([[], [], 0])
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
  if (how === 'full') vi.stubGlobal('localStorage', { setItem: fail, removeItem() {} })
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

it('a browser that is not WebKit does not touch it', async () => {
  vi.stubGlobal('navigator', { ...navigator, vendor: 'Google Inc.' })
  vi.stubGlobal('localStorage', undefined)
  const page = await openReadyPage()
  leave(() => void page.put(batch('b')))
  await vi.waitFor(async () => expect(await stored()).toEqual(['b']))
})
