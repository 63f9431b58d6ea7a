// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { catchReports } from '../support/reports'
import { pageFetch, sentHeaders, stopAll, stubPage, TRACEPARENT, traced, traceFetches } from './pageFetch'

beforeEach(() => {
  catchReports()
  stubPage()
})
afterEach(stopAll)

describe('the arguments', () => {
  const ELSEWHERE = 'https://elsewhere.example/'

  it.each([
    [[ELSEWHERE]],
    [[ELSEWHERE, undefined]],
    [[ELSEWHERE, null]],
    [[new URL(ELSEWHERE)]],
    [[new Request(ELSEWHERE)]],
  ])('%# are passed on verbatim where no header is added', async (args) => {
    const { calls, spans } = traced()
    await Reflect.apply(fetch, undefined, args)
    expect(spans).toHaveLength(1)
    expect(calls[0]!.args).toHaveLength(args.length)
    args.forEach((argument, i) => void expect(calls[0]!.args[i]).toBe(argument))
  })

  it('of an init are passed on as they were read', async () => {
    const { calls } = traced()
    await Reflect.apply(fetch, undefined, [ELSEWHERE, { headers: { a: 'b' }, own: 1 }, 'a third one'])
    const [input, init, third] = calls[0]!.args as [string, object, string]
    expect([input, { ...init }, third]).toEqual([ELSEWHERE, { headers: { a: 'b' }, own: 1 }, 'a third one'])
  })

  it('none at all stay none', () => {
    const { calls } = traced(() => {
      throw new TypeError('1 argument required')
    })
    expect(() => Reflect.apply(fetch, undefined, [])).toThrow('1 argument required')
    expect(calls[0]!.args).toEqual([])
  })

  it('get a header where there was no init, a null one, and a third argument', async () => {
    const { calls } = traced()
    await fetch('/api')
    await Reflect.apply(fetch, undefined, ['/api', null])
    await Reflect.apply(fetch, undefined, ['/api', undefined, 'a third one'])
    for (const call of calls) expect(sentHeaders(call).get('traceparent')).toMatch(TRACEPARENT)
    expect(calls[2]!.args[2]).toBe('a third one')
    expect(calls.map(({ args }) => args[0])).toEqual(['/api', '/api', '/api'])
  })

  it.each([
    ['an object', { 'x-own': '1' }],
    ['pairs', [['x-own', '1']]],
    ['Headers', new Headers({ 'x-own': '1' })],
  ] as [string, HeadersInit][])('keep headers given as %s', async (_, headers) => {
    const { calls } = traced()
    await fetch('/api', { headers })
    const sent = sentHeaders(calls[0]!)
    expect([...sent.keys()]).toEqual(['traceparent', 'x-own'])
    expect(sent.get('x-own')).toBe('1')
  })

  it.each([
    ['an object', { 'x-own': '1' }, Object],
    ['pairs', [['x-own', '1']], Array],
    ['Headers', new Headers({ 'x-own': '1' }), Headers],
    ['nothing', undefined, Object],
  ] as [string, HeadersInit | undefined, unknown][])(
    'keep headers in their form (%s): who patched before us may spread them',
    async (_, headers, form) => {
      const { calls } = traced()
      await fetch('/api', headers && { headers })
      expect((calls[0]!.args[1] as { headers: object }).headers.constructor).toBe(form)
    },
  )

  it('of the caller are not written to', async () => {
    const { calls } = traced()
    const headers = new Headers({ 'x-own': '1' })
    const init = { method: 'POST', headers }
    await fetch('/api', init)
    expect(Object.keys(init)).toEqual(['method', 'headers'])
    expect(init.headers).toBe(headers)
    expect([...headers.keys()]).toEqual(['x-own'])
    await fetch(ELSEWHERE, init)
    expect(sentHeaders(calls[1]!).has('traceparent')).toBe(false)
  })

  it('may be frozen', async () => {
    const { calls } = traced()
    const init = Object.freeze({ method: 'POST', body: 'x', headers: Object.freeze({ 'x-own': '1' }) })
    await fetch('/api', init)
    const [, passed] = calls[0]!.args as [unknown, RequestInit]
    expect([passed.method, passed.body]).toEqual(['POST', 'x'])
    expect(sentHeaders(calls[0]!).get('traceparent')).toMatch(TRACEPARENT)
    expect(sentHeaders(calls[0]!).get('x-own')).toBe('1')
  })

  it('may be an instance of a class with getters and inherited fields', async () => {
    const abort = new AbortController()
    class Base {
      get method() {
        return 'PUT'
      }
      get headers() {
        return { 'x-own': '1' }
      }
    }
    class Init extends Base {
      get body() {
        return 'text'
      }
      signal = abort.signal
    }
    const { calls, spans } = traced()
    await fetch('/api', new Init())
    const [, passed] = calls[0]!.args as [unknown, RequestInit]
    expect([passed.method, passed.body, passed.signal]).toEqual(['PUT', 'text', abort.signal])
    expect(sentHeaders(calls[0]!).get('x-own')).toBe('1')
    expect(spans[0]?.name).toBe('PUT')
  })

  it('with getters on #private fields still make the request', async () => {
    class Init {
      #method = 'PUT'
      get method() {
        return this.#method
      }
    }
    const { calls } = traced((_input, init) => {
      const { method } = init as RequestInit
      return Promise.resolve(new Response(method))
    })
    expect(await (await fetch('/api', new Init())).text()).toBe('PUT')
    expect(calls).toHaveLength(1)
  })

  it('with broken headers go on as they are: fetch itself says what is wrong', async () => {
    const { calls, spans } = traced()
    const init = { headers: { 'no token': '1' } }
    await fetch('/api', init)
    expect(calls[0]!.args).toEqual(['/api', init])
    expect(calls[0]!.args[1]).toBe(init)
    expect(spans).toHaveLength(1)
  })

  it('keep a traceparent that is there, in whatever case and form', async () => {
    const { calls } = traced()
    const own = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
    await fetch('/api', { headers: { TraceParent: own } })
    await fetch(new Request('https://shop.example/', { headers: { traceparent: own } }))
    await fetch(new Request('https://shop.example/'), { headers: [['traceparent', own]] })
    expect(calls.map((call) => sentHeaders(call).get('traceparent'))).toEqual([own, own, own])
  })

  it('as a Request keep it usable by the page as after any fetch, and get the header on a copy', async () => {
    const { calls, spans } = traced()
    const request = new Request('https://shop.example/api', {
      method: 'POST',
      body: 'x',
      headers: { 'x-own': '1' },
      referrer: 'https://shop.example/from',
      referrerPolicy: 'origin',
      credentials: 'omit',
    })
    await fetch(request)
    const [passed] = calls[0]!.args as [Request]
    expect(calls[0]!.args).toHaveLength(1)
    expect(request.headers.has('traceparent')).toBe(false)
    expect(passed.headers.get('traceparent')).toMatch(TRACEPARENT)
    expect([passed.method, passed.url, await passed.text()]).toEqual(['POST', 'https://shop.example/api', 'x'])
    expect([passed.referrer, passed.referrerPolicy, passed.credentials]).toEqual([
      'https://shop.example/from',
      'origin',
      'omit',
    ])
    expect(spans[0]?.name).toBe('POST')
  })

  it('as a Request with an init mean what fetch makes of both', async () => {
    const { calls, spans } = traced()
    const request = new Request('https://shop.example/api', { method: 'POST', body: 'x', headers: { a: '1' } })
    await fetch(request, { method: 'PUT', headers: { b: '2' } })
    const [passed] = calls[0]!.args as [Request]
    expect([passed.method, [...passed.headers.keys()]]).toEqual(['PUT', ['b', 'traceparent']])
    expect(spans[0]?.name).toBe('PUT')
  })

  it('as a Request that was used reject as they would without us', async () => {
    const request = new Request('https://shop.example/api', { method: 'POST', body: 'x' })
    await request.text()
    const { spans } = traced((input) => Promise.resolve().then(() => new Request(input as Request)))
    await expect(fetch(request)).rejects.toThrow(TypeError)
    expect(spans).toEqual([]) // nothing was sent
  })

  it('that only say that they are a Request (a polyfill’s) are passed on as they are, untraced', async () => {
    const polyfills = Object.create(null, {
      [Symbol.toStringTag]: { value: 'Request' },
      url: { value: 'https://elsewhere.example/frame' },
      method: { value: 'PATCH' },
      headers: { value: new Headers() },
    }) as Request
    const { calls, spans } = traced()
    const init = { headers: { a: '1' } }
    await fetch(polyfills, init)
    expect(calls[0]!.args).toEqual([polyfills, init])
    expect(calls[0]!.args[1]).toBe(init)
    expect(spans).toEqual([])
  })
})

describe('what the page sees', () => {
  it('is the very same Response, whose body nobody read', async () => {
    const response = new Response('hello')
    traced(() => Promise.resolve(response))
    const got = await fetch('/api')
    expect(got).toBe(response)
    expect(got.bodyUsed).toBe(false)
  })

  it('is a throw where fetch throws, and the span ends with it', () => {
    const error = new TypeError('sync')
    const { spans } = traced(() => {
      throw error
    })
    expect(() => void fetch('/api')).toThrow(error)
    expect(spans[0]?.attributes['error.type']).toBe('TypeError')
  })

  it('is called at once, not a microtask later', () => {
    const { calls } = traced()
    void fetch('/api')
    expect(calls).toHaveLength(1)
  })

  it('is a rejection that stays unhandled when nobody handles it', async () => {
    traced(() => Promise.reject(new Error('nobody cares')))
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    try {
      const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve))
      void fetch('/api')
      expect(await unhandled).toMatchObject({ message: 'nobody cares' })
    } finally {
      for (const other of others) process.on('unhandledRejection', other)
    }
  })

  it('is a name, a length, an own property and a text like before', () => {
    const { native } = pageFetch()
    Object.assign(native, { __original: 'a marker of others' })
    traceFetches()
    expect(fetch).not.toBe(native)
    expect(fetch.name).toBe('fetch')
    expect(fetch.length).toBe(native.length)
    expect((fetch as unknown as typeof native & { __original: string }).__original).toBe('a marker of others')
    expect(Function.prototype.toString.call(fetch)).toContain('[native code]')
  })

  it('is `this` as it was', async () => {
    const { calls } = traced()
    const self = {}
    await Reflect.apply(fetch, self, ['/api'])
    await Reflect.apply(fetch, undefined, ['/api'])
    expect(calls.map(({ self: one }) => one)).toEqual([self, undefined])
  })

  it('is what a fetch that gives no promise gives', () => {
    traced(() => 'nothing to wait for')
    expect(fetch('/api')).toBe('nothing to wait for')
  })

  it('is a promise of the same class as that of the page', async () => {
    class Own<T> extends Promise<T> {}
    traced(() => Own.resolve(new Response('hello')))
    const answer = fetch('/api')
    expect(answer).toBeInstanceOf(Own)
    await expect(answer).resolves.toMatchObject({ status: 200 })
  })

  it('is the value of a thenable that is no native promise', async () => {
    const { spans } = traced(() => ({
      then: (done: (response: Response) => unknown) => Promise.resolve(done(new Response('hello'))),
    }))
    expect(await fetch('/api')).toMatchObject({ status: 200 })
    expect(spans).toHaveLength(1)
  })
})
