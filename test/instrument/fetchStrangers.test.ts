// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

// Every test has our modules anew: a stranger who stays on top of us is there for good.
let page: typeof import('./pageFetch')
let traceFetch: typeof import('../../src/instrument/fetch').traceFetch
let reports: readonly string[]
beforeEach(async () => {
  vi.resetModules()
  page = await import('./pageFetch')
  traceFetch = (await import('../../src/instrument/fetch')).traceFetch
  reports = (await import('../support/reports')).catchReports()
  page.stubPage()
})
afterEach(() => page.stopAll())

describe('strangers', () => {
  const layer =
    (log: string[], name: string, below: typeof fetch): typeof fetch =>
    (...args) => {
      log.push(name)
      return below(...args)
    }

  it('who patched before us are called and come back after the stop', async () => {
    const log: string[] = []
    page.pageFetch()
    const theirs = layer(log, 'theirs', fetch)
    vi.stubGlobal('fetch', theirs)
    const { telemetry: one, spans } = page.traceFetches()
    await fetch('/api')
    await one.shutdown()
    expect(fetch).toBe(theirs)
    expect([log, spans.length]).toEqual([['theirs'], 1])
  })

  it('who patched before us and spread what they get still see method, body, signal and headers', async () => {
    const { calls } = page.pageFetch()
    const native = fetch
    vi.stubGlobal('fetch', (input: string, init: RequestInit) =>
      native(input, { ...init, headers: { ...(init.headers as Record<string, string>), 'x-theirs': '2' } }),
    )
    page.traceFetches()
    const { signal } = new AbortController()
    await fetch('/api', { method: 'POST', body: 'x', signal, headers: { 'x-own': '1' } })
    const [, init] = calls[0]!.args as [unknown, RequestInit]
    expect(init).toMatchObject({ method: 'POST', body: 'x', headers: { 'x-own': '1', 'x-theirs': '2' } })
    expect(init.signal).toBe(signal)
  })

  it.each<[string, (init: Record<string, unknown>) => unknown, object]>([
    ['delete', (init) => delete init['body'], { method: 'PUT' }],
    ['define', (init) => Object.defineProperty(init, 'method', { value: 'POST' }), { method: 'POST', body: 'x' }],
    ['set', (init) => Object.assign(init, { retries: 3 }), { method: 'PUT', body: 'x', retries: 3 }],
    ['freeze', (init) => Object.freeze(init), { method: 'PUT', body: 'x' }],
    ['seal', (init) => Object.seal(init), { method: 'PUT', body: 'x' }],
    ['inherit', (init) => Object.setPrototypeOf(init, { mode: 'cors' }), { method: 'PUT', body: 'x', mode: 'cors' }],
    ['freeze and look at', (init) => [Object.freeze(init), init['method']], { method: 'PUT', body: 'x' }],
  ])(
    'who patched before us may %s what they get, and what the caller holds stays as it is',
    async (_, change, seen) => {
      const { calls } = page.pageFetch()
      const native = fetch
      vi.stubGlobal('fetch', (input: string, init: Record<string, unknown>) => {
        change(init)
        return native(input, init)
      })
      page.traceFetches()
      const mine = { method: 'PUT', body: 'x' }
      await fetch('/api', mine)
      const { headers, ...rest } = calls[0]!.args[1] as Record<string, unknown>
      expect({ ...Object.getPrototypeOf(calls[0]!.args[1]), ...rest }).toEqual(seen)
      expect(new Headers(headers as HeadersInit).has('traceparent')).toBe(true)
      expect(mine).toEqual({ method: 'PUT', body: 'x' })
      expect(reports).toEqual([])
    },
  )

  it('who patched before us and throws an error of his own at once costs the path no headers', async () => {
    const { calls } = page.pageFetch()
    const native = fetch
    let isBroken = true
    vi.stubGlobal('fetch', (...args: Parameters<typeof fetch>) => {
      if (isBroken) throw new TypeError('his own')
      return native(...args)
    })
    page.traceFetches()
    expect(() => fetch('/api')).toThrow('his own')
    isBroken = false
    await fetch('/api')
    expect(new Headers((calls[0]!.args[1] as RequestInit).headers).has('traceparent')).toBe(true)
    expect(reports).toEqual([])
  })

  it('who patched after us stay when we stop, and we only pass on', async () => {
    const log: string[] = []
    const { telemetry: one, spans, calls } = page.traced()
    const theirs = layer(log, 'theirs', fetch)
    vi.stubGlobal('fetch', theirs)
    await one.shutdown()
    await fetch('/api', { method: 'PUT' })
    expect(fetch).toBe(theirs)
    expect([log, spans.length, calls[0]!.args]).toEqual([['theirs'], 0, ['/api', { method: 'PUT' }]])
  })

  it('who patched after us make no second layer when we start again', async () => {
    const log: string[] = []
    const { telemetry: first, calls } = page.traced()
    const theirs = layer(log, 'theirs', fetch)
    vi.stubGlobal('fetch', theirs)
    await first.shutdown()
    const { spans } = page.traceFetches()
    await fetch('/api')
    expect(fetch).toBe(theirs)
    expect([log.length, spans.length, calls.length]).toEqual([1, 1, 1])
  })

  it('who kept our function and put it back after our stop make no second span after the next start', async () => {
    const log: string[] = []
    const { telemetry: first } = page.traced()
    const kept = fetch // a library that patches later, over what it saw when it was loaded
    await first.shutdown()
    vi.stubGlobal('fetch', layer(log, 'theirs', kept))
    const { spans } = page.traceFetches()
    await fetch('/api')
    expect([log.length, spans.length]).toEqual([1, 1])
  })

  it('who put the native function back over us are patched again at the next start', async () => {
    const { native, telemetry: first } = page.traced()
    vi.stubGlobal('fetch', native)
    await first.shutdown()
    const { spans } = page.traceFetches()
    await fetch('/api')
    expect(spans).toHaveLength(1)
  })
})

describe('stop and start', () => {
  it('puts the very same function back', async () => {
    const { native, telemetry: one } = page.traced()
    expect(fetch).not.toBe(native)
    await one.shutdown()
    expect(fetch).toBe(native)
  })

  it('1,000 times leaves nothing behind, with a stranger on top as well', () => {
    const { native, calls } = page.pageFetch()
    for (let i = 0; i < 1000; i++) traceFetch(() => null)()
    expect(fetch).toBe(native)

    const stop = traceFetch(() => null)
    const ours = fetch
    vi.stubGlobal('fetch', (...args: Parameters<typeof fetch>) => ours(...args))
    stop()
    let depth = 0
    for (let i = 0; i < 1000; i++) traceFetch(() => null)()
    traceFetch(() => {
      depth++
      return null
    })
    void fetch('/api')
    expect([depth, calls.length]).toEqual([1, 1])
  })

  it('twice stopped is once stopped', async () => {
    page.pageFetch()
    const start = vi.fn(() => null)
    const stopFirst = traceFetch(() => null)
    const stop = traceFetch(start)
    stopFirst()
    stopFirst()
    await fetch('/api')
    expect(start).toHaveBeenCalledOnce()
    stop()
  })

  it('of one of two telemetries leaves the other running', async () => {
    const { native, calls, telemetry: first, spans: ofFirst } = page.traced()
    const { telemetry: second, spans: ofSecond } = page.traceFetches()
    await fetch('/api')
    await first.shutdown()
    await fetch('/api')
    await second.shutdown()
    expect([calls.length, ofFirst.length, ofSecond.length]).toEqual([2, 1, 2])
    expect(fetch).toBe(native)
  })

  it('while a request is under way still ends its span', async () => {
    let answer: (response: Response) => void = () => {}
    const { telemetry: one, spans } = page.traced(() => new Promise((resolve) => (answer = resolve)))
    const pending = fetch('/api')
    await one.shutdown()
    answer(new Response('late'))
    expect(await (await pending).text()).toBe('late')
    expect(spans).toHaveLength(1)
  })
})

describe('a page that', () => {
  it('locked fetch keeps it, works, and is told once', async () => {
    const { native } = page.pageFetch()
    Object.defineProperty(globalThis, 'fetch', { value: native, writable: false, configurable: true })
    page.traceFetches()
    page.traceFetches()
    expect(fetch).toBe(native)
    await fetch('/api')
    expect(reports.filter((sentence) => sentence.includes('`fetch`'))).toHaveLength(1)
  })

  it('throws when fetch is assigned keeps it, works, and is told', async () => {
    const { native } = page.pageFetch()
    Object.defineProperty(globalThis, 'fetch', {
      configurable: true,
      get: () => native,
      set() {
        throw new Error('hands off')
      },
    })
    page.traceFetches()
    await fetch('/api')
    expect(fetch).toBe(native)
    expect(reports).toHaveLength(1)
  })

  it('has no fetch gets none', () => {
    vi.stubGlobal('fetch', undefined)
    const { telemetry: one } = page.traceFetches()
    expect(fetch).toBeUndefined()
    expect(one.getCurrentSpan()).toBeNull()
    expect(reports).toEqual([])
  })
})
