import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { catchReports } from '../support/reports'

async function freshNative() {
  vi.resetModules()
  return import('../../src/lib/native')
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  for (const name of ['addEventListener', 'removeEventListener'])
    Reflect.deleteProperty(EventTarget.prototype, `__zone_symbol__${name}`)
})

it('timers come from where zone.js keeps the originals, and are called on the window', async () => {
  const work = vi.fn()
  const set = vi.fn(function (this: unknown, own: () => void, ms: number) {
    expect([this, ms]).toEqual([globalThis, 20])
    own()
    return 7
  })
  const clear = vi.fn()
  vi.stubGlobal('__zone_symbol__setTimeout', set)
  vi.stubGlobal('__zone_symbol__clearTimeout', clear)
  vi.stubGlobal('setTimeout', () => expect.fail('the patched setTimeout'))
  const { later } = await freshNative()
  later(20, work)()
  expect([set.mock.calls.length, work.mock.calls.length]).toEqual([1, 1])
  expect(clear.mock.calls).toEqual([[7]])
})

it('later() calls once, after its time, unless it is cancelled', async () => {
  const { later } = await freshNative()
  const work = vi.fn()
  const cancelled = vi.fn()
  later(20, work)
  later(20, cancelled)()
  vi.advanceTimersByTime(19)
  expect(work).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1000)
  expect([work.mock.calls.length, cancelled.mock.calls.length]).toEqual([1, 0])
})

it.each([Infinity, 2 ** 31, 30 * 24 * 3600_000])(
  'later(%d) does not call at once: browsers take what is over 2^31 - 1 ms for 0',
  async (ms) => {
    // What a browser makes of the number (WebIDL long); fake timers know no such limit.
    vi.stubGlobal('setTimeout', (work: () => void, delay: number) => (delay | 0) <= 0 && work())
    const { later } = await freshNative()
    const work = vi.fn()
    later(ms, work)
    expect(work).not.toHaveBeenCalled()
  },
)

it('listeners come from where zone.js keeps the originals', async () => {
  const add = vi.fn()
  const remove = vi.fn()
  const proto = EventTarget.prototype as unknown as Record<string, unknown>
  proto['__zone_symbol__addEventListener'] = add
  proto['__zone_symbol__removeEventListener'] = remove
  const { listen } = await freshNative()
  const listener = vi.fn()
  const target = new EventTarget()
  listen(target, 'thing', listener, { capture: true })()
  const own = add.mock.calls[0]![1] as (event: Event) => void
  expect([add.mock.calls, remove.mock.calls]).toEqual([
    [['thing', own, { capture: true }]],
    [['thing', own, { capture: true }]],
  ])
  const event = new Event('thing')
  own(event)
  expect(listener.mock.calls).toEqual([[event]])
  expect(add.mock.contexts).toEqual([target])
})

it('fetch comes from where zone.js keeps the original, bound to the window', async () => {
  const native = vi.fn(function (this: unknown) {
    return Promise.resolve(this)
  })
  vi.stubGlobal('__zone_symbol__fetch', native)
  vi.stubGlobal('fetch', () => expect.fail('the patched fetch'))
  const { nativeFetch } = await freshNative()
  await nativeFetch?.('/v1/traces')
  expect(native.mock.contexts).toEqual([globalThis])
})

it('fetch is the one of the load time, whatever the page makes of it later', async () => {
  const first = vi.fn()
  vi.stubGlobal('fetch', first)
  const { nativeFetch } = await freshNative()
  vi.stubGlobal('fetch', () => expect.fail('a later patch'))
  void nativeFetch?.('/v1/traces')
  expect(first).toHaveBeenCalledOnce()
})

it('sendBeacon is called on the navigator: detached it would throw', async () => {
  const navigator = {
    sendBeacon(this: unknown) {
      return this === navigator
    },
  }
  vi.stubGlobal('navigator', navigator)
  const { nativeSendBeacon } = await freshNative()
  expect(nativeSendBeacon?.('/v1/traces')).toBe(true)
})

it('what a page has not got is undefined, and loading throws nothing', async () => {
  for (const name of ['fetch', 'navigator', 'EventTarget']) vi.stubGlobal(name, undefined)
  const { nativeFetch, nativeSendBeacon } = await freshNative()
  expect([nativeFetch, nativeSendBeacon]).toEqual([undefined, undefined])
})

it('the native promise is that of async functions, and plainThen derives from the given one', async () => {
  const native = Promise
  vi.stubGlobal('Promise', class ZoneAwarePromise extends Promise<unknown> {})
  const { NativePromise, plainThen } = await freshNative()
  vi.unstubAllGlobals()
  expect(NativePromise).toBe(native)
  const given = NativePromise.resolve(2)
  const derived = plainThen(given, (value: number) => value + 1)
  expect(derived).not.toBe(given)
  await expect(derived).resolves.toBe(3)
})

describe('what our own work throws is reported, and the page hears nothing', () => {
  const broken = () => {
    throw new Error('broken')
  }

  it('in a timer, in a listener and in idle time', async () => {
    const reports = catchReports()
    vi.stubGlobal('requestIdleCallback', (work: () => void) => {
      work()
      return 1
    })
    const { later, listen, whenIdle } = await freshNative()
    later(20, broken)
    expect(() => vi.advanceTimersByTime(20)).not.toThrow()
    const target = new EventTarget()
    listen(target, 'thing', broken)
    target.dispatchEvent(new Event('thing'))
    expect(() => whenIdle(1000, broken)).not.toThrow()
    expect(reports).toEqual(['[telemetry] a timer or listener failed; the page goes on without it.'])
  })

  it('where nobody waits', async () => {
    const reports = catchReports()
    const { detach } = await freshNative()
    detach((async () => broken())())
    detach(null)
    for (let i = 0; i < 5; i++) await null
    expect(reports).toEqual(['[telemetry] a timer or listener failed; the page goes on without it.'])
  })

  it.each([
    ['without idle callbacks (Safari)', undefined],
    ['whose idle callbacks throw', broken],
  ])('a page %s has its idle work after the time', async (_, idle) => {
    catchReports()
    vi.stubGlobal('requestIdleCallback', idle)
    const { whenIdle } = await freshNative()
    const work = vi.fn()
    whenIdle(1000, work)
    vi.advanceTimersByTime(999)
    expect(work).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(work).toHaveBeenCalledOnce()
  })
})
