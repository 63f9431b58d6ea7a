// @vitest-environment node
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { traceFetch } from '../../src/instrument/fetch'
import { catchReports } from '../support/reports'
import {
  type Answer,
  type Call,
  ok,
  PAGE,
  pageFetch,
  sentHeaders,
  stopAll,
  stubPage,
  TRACEPARENT,
  traced,
  traceFetches,
} from './pageFetch'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
  stubPage()
})
afterEach(stopAll)

describe('the span of a fetch', () => {
  it('says what the HTTP conventions ask', async () => {
    const { spans } = traced()
    await fetch('../api/cart?x=1#top', { method: 'POST' })
    expect(spans).toHaveLength(1)
    expect(spans[0]).toMatchObject({ name: 'POST', kind: 'client', status: { code: 'unset', description: null } })
    expect(spans[0]?.attributes).toEqual({
      'http.request.method': 'POST',
      'url.full': 'https://shop.example/api/cart?x=1',
      'server.address': 'shop.example',
      'server.port': 443,
      'http.response.status_code': 200,
    })
  })

  it('has method, URL, address and port when it starts', async () => {
    let atStart: unknown
    pageFetch()
    const { telemetry: one } = traceFetches()
    one.on('span_started', ({ span }) => {
      atStart = { ...(span as unknown as { attributes: object }).attributes }
    })
    await fetch('http://other.example:8080/')
    expect(atStart).toEqual({
      'http.request.method': 'GET',
      'url.full': 'http://other.example:8080/',
      'server.address': 'other.example',
      'server.port': 8080,
    })
  })

  it('is a child of the current span, and the header names it', async () => {
    const { telemetry: one, spans, calls } = traced()
    await one.withSpan('click', () => fetch('/api'))
    const [request, click] = spans
    expect(request).toMatchObject({ name: 'GET', traceId: click?.traceId, parentSpanId: click?.spanId })
    expect(sentHeaders(calls[0]!).get('traceparent')).toBe(`00-${request?.traceId}-${request?.spanId}-03`)
  })

  it.each([404, 500, 503])(
    'with status %i is an error with the status as its type, without a description',
    async (status) => {
      const { spans } = traced(() => Promise.resolve(new Response(null, { status })))
      await fetch('/api')
      expect(spans[0]?.status).toEqual({ code: 'error', description: null })
      expect(spans[0]?.attributes).toMatchObject({ 'http.response.status_code': status, 'error.type': String(status) })
    },
  )

  it.each([204, 304])('with status %i is no error', async (status) => {
    const { spans } = traced(() => Promise.resolve(new Response(null, { status })))
    await fetch('/api')
    expect(spans[0]?.status.code).toBe('unset')
    expect(spans[0]?.attributes).not.toHaveProperty('error.type')
  })

  it('of an opaque answer has no status code and no error', async () => {
    const { spans } = traced(() => Promise.resolve(Response.error()))
    await fetch('https://other.example/', { mode: 'no-cors' })
    expect(spans[0]?.status.code).toBe('unset')
    expect(spans[0]?.attributes).not.toHaveProperty('http.response.status_code')
    expect(spans[0]?.attributes).not.toHaveProperty('error.type')
  })

  it('of a network error is an error named as the error, without a status code', async () => {
    const error = new TypeError('Failed to fetch')
    const { spans } = traced(() => Promise.reject(error))
    await expect(fetch('/api')).rejects.toBe(error)
    expect(spans[0]?.status).toEqual({ code: 'error', description: 'Failed to fetch' })
    expect(spans[0]?.attributes['error.type']).toBe('TypeError')
    expect(spans[0]?.attributes).not.toHaveProperty('http.response.status_code')
  })

  it('of a rejection with a text has the type and not the text as error.type, which must have few values', async () => {
    const { spans } = traced(() => Promise.reject('user 4711 is not logged in'))
    await expect(fetch('/api')).rejects.toBe('user 4711 is not logged in')
    expect(spans[0]?.attributes['error.type']).toBe('string')
  })

  it.each([undefined, null, 42])('of a rejection with %s ends as an error', async (reason) => {
    const { spans } = traced(() => Promise.reject(reason))
    await expect(fetch('/api')).rejects.toBe(reason)
    expect(spans[0]?.status.code).toBe('error')
  })

  it.each(['get', 'Post'])('of %s is named in capitals and keeps what was given', async (method) => {
    const { spans } = traced()
    await fetch('/api', { method })
    expect(spans[0]?.name).toBe(method.toUpperCase())
    expect(spans[0]?.attributes).toMatchObject({
      'http.request.method': method.toUpperCase(),
      'http.request.method_original': method,
    })
  })

  it('of an unknown method is named HTTP, with _OTHER and what was given', async () => {
    const { spans } = traced()
    await fetch('/api', { method: 'PURGE' })
    expect(spans[0]?.name).toBe('HTTP')
    expect(spans[0]?.attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PURGE',
    })
  })

  it.each(['data:text/plain,hi', 'blob:https://shop.example/4711', 'about:blank', 'http://', 'https://exa mple/'])(
    'is not made for %s',
    async (url) => {
      const { spans, calls } = traced()
      await fetch(url)
      expect(spans).toEqual([])
      expect(calls).toHaveLength(1)
    },
  )

  it('is made in a worker too, where there is a location and no document', async () => {
    const { spans } = traced()
    vi.stubGlobal('document', undefined)
    await fetch('/api')
    expect(spans.map((span) => span.attributes['url.full'])).toEqual(['https://shop.example/api'])
  })
})

describe('an abort', () => {
  const following: Answer = (_input, init) =>
    new Promise((_, reject) => {
      const { signal } = init as RequestInit & { signal: AbortSignal }
      signal.addEventListener('abort', () => reject(signal.reason as unknown))
    })

  it.each([undefined, 'navigated away', new Error('a newer search'), { why: 'unmount' }])(
    'by the page with reason %s is no error',
    async (reason) => {
      const { spans } = traced(following)
      const abort = new AbortController()
      const answer = fetch('/api', { signal: abort.signal })
      abort.abort(reason)
      await expect(answer).rejects.toBe(abort.signal.reason)
      expect(spans[0]?.status).toEqual({ code: 'unset', description: null })
      expect(spans[0]?.attributes).not.toHaveProperty('error.type')
      expect(spans[0]?.attributes).not.toHaveProperty('http.response.status_code')
    },
  )

  it('by the signal of a Request is no error', async () => {
    const abort = new AbortController()
    const { spans } = traced((input) => {
      const { signal } = input as Request
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as unknown)))
    })
    const answer = fetch(new Request('https://shop.example/', { signal: abort.signal }))
    const reason = new Error('unmounted')
    abort.abort(reason)
    await expect(answer).rejects.toBe(reason)
    expect(spans[0]?.status.code).toBe('unset')
  })

  it('by AbortSignal.timeout is an error of type TimeoutError', async () => {
    const { spans } = traced(following)
    await expect(fetch('/api', { signal: AbortSignal.timeout(1) })).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(spans[0]?.status.code).toBe('error')
    expect(spans[0]?.attributes['error.type']).toBe('TimeoutError')
  })

  it('of another signal does not excuse a network error', async () => {
    const abort = new AbortController()
    const { spans } = traced(() => Promise.reject(new TypeError('offline')))
    abort.abort()
    await expect(fetch('/api', { signal: abort.signal })).rejects.toThrow('offline')
    expect(spans[0]?.status.code).toBe('error')
  })
})

describe('several telemetries behind one patch', () => {
  it('have a span each, of their own current span, and the header of the first', async () => {
    const { calls, telemetry: first, spans: ofFirst } = traced()
    const { telemetry: second, spans: ofSecond } = traceFetches()
    await first.withSpan('a', () => second.withSpan('b', () => fetch('/api')))
    const [requestOfFirst, a] = ofFirst
    const [requestOfSecond, b] = ofSecond
    expect(requestOfFirst?.parentSpanId).toBe(a?.spanId)
    expect(requestOfSecond?.parentSpanId).toBe(b?.spanId)
    expect(sentHeaders(calls[0]!).get('traceparent')).toContain(requestOfFirst?.spanId)
  })

  it('get the header of the one that may give one', async () => {
    const { calls } = traced(ok, { propagateToSameOrigin: false })
    const { spans } = traceFetches()
    await fetch('/api')
    expect(sentHeaders(calls[0]!).get('traceparent')).toContain(spans[0]?.spanId)
  })

  it('are not stopped by one whose start throws', async () => {
    pageFetch()
    const stop = traceFetch(() => {
      throw new Error('a bug of ours')
    })
    const { spans } = traceFetches()
    await fetch('/api')
    stop()
    expect(spans).toHaveLength(1)
    expect(reports).toHaveLength(1)
  })
})

describe('hooks', () => {
  it('get the span, the request, and the very response or error', async () => {
    const response = new Response('hello')
    const onRequest = vi.fn()
    const onResponse = vi.fn((span: { setAttribute(key: string, value: unknown): void }) => {
      span.setAttribute('from.hook', true)
    })
    const answers = [() => Promise.resolve(response), () => Promise.reject(new Error('no'))]
    const { spans } = traced(() => answers.shift()?.(), { onRequest, onResponse })
    await fetch('/api', { method: 'PUT' })
    await fetch('/api').catch(() => {})
    expect(onRequest.mock.calls[0]?.[1]).toEqual({ method: 'PUT', url: 'https://shop.example/api' })
    expect(onResponse.mock.calls.map((call: unknown[]) => call[1])).toEqual([response, new Error('no')])
    expect(spans.map((span) => span.attributes['from.hook'])).toEqual([true, true])
  })

  it('that throw are reported, and request, header and span go on', async () => {
    const hook = () => {
      throw new Error('a bug of theirs')
    }
    const { calls, spans } = traced(ok, { onRequest: hook, onResponse: hook })
    await fetch('/api')
    expect(sentHeaders(calls[0]!).get('traceparent')).toMatch(TRACEPARENT)
    expect(spans).toHaveLength(1)
    expect(reports).toHaveLength(2)
  })
})

it('a request that is not sampled makes no span, and tells the server so', async () => {
  const { calls } = pageFetch()
  const { spans } = traceFetches(true, { sampler: 0 })
  await fetch('/api')
  expect(spans).toEqual([])
  expect(sentHeaders(calls[0]!).get('traceparent')).toMatch(/-02$/)
})

it('baggage and tracestate travel where traceparent does, and nowhere else', async () => {
  const { calls, telemetry: one } = traced()
  const parent = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1, traceState: 'vendor=1' }
  const span = one.startSpan('server', { parent })
  await one.withContext(span, () =>
    one.withBaggage({ plan: 'pro' }, async () => {
      await fetch('/api')
      await fetch('https://elsewhere.example/')
    }),
  )
  expect(Object.fromEntries(sentHeaders(calls[0]!))).toMatchObject({ tracestate: 'vendor=1', baggage: 'plan=pro' })
  expect([...sentHeaders(calls[1]!).keys()]).toEqual([])
})

describe('a request of the own origin that failed with trace headers', () => {
  const failing = () => Promise.reject(new TypeError('Failed to fetch'))
  const isTraced = (call: Call) => sentHeaders(call).has('traceparent')

  it('marks its path: the next one goes without them, and works', async () => {
    let answer = failing as Answer
    const { calls } = pageFetch(() => answer())
    const { spans } = traceFetches()
    await expect(fetch('/download?a')).rejects.toThrow('Failed to fetch')
    answer = ok
    await fetch('/download?b')
    await fetch('/download')
    await fetch('/other')
    expect(calls.map(isTraced)).toEqual([true, false, false, true])
    expect(spans).toHaveLength(4)
    expect(reports.filter((sentence) => sentence.includes('neverPropagateTo'))).toHaveLength(1)
  })

  it('and fails without them too: it was not for the headers, and the next one has them', async () => {
    const { calls } = pageFetch(failing)
    traceFetches()
    for (let times = 0; times < 3; times++) await fetch('/download').catch(() => {})
    expect(calls.map(isTraced)).toEqual([true, false, true])
  })

  const answeredBy =
    (url: string): Answer =>
    () =>
      Promise.resolve(Object.defineProperty(new Response(''), 'url', { value: new URL(url, PAGE).href }))

  it('and answers without them itself: a network was away, and the next one has them; this is tried once', async () => {
    const answers = { away: failing, itself: answeredBy('/file?a'), bucket: answeredBy('//bucket.example/') }
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('away', 'itself', 'bucket')), async (days) => {
        let answer = ok
        const { calls } = pageFetch(() => answer())
        const { telemetry } = traceFetches()
        let state = 'new'
        for (const day of days) {
          const hasHeaders = !state.startsWith('without')
          // With headers nothing comes of a bucket.
          answer = hasHeaders && day === 'bucket' ? failing : answers[day]
          await fetch('/file?b').catch(() => {})
          expect(isTraced(calls.at(-1)!), `${day} of ${days}`).toBe(hasHeaders)
          if (hasHeaders && answer === failing) state = state === 'again' ? 'without for good' : 'without'
          else if (!hasHeaders && answer === failing) state = state === 'without' ? 'new' : 'again'
          else if (day === 'itself' && state === 'without') state = 'again'
        }
        await telemetry.shutdown()
      }),
    )
  })

  it.each([
    ['offline', () => vi.stubGlobal('navigator', { onLine: false }), '/download', failing],
    ['to another origin', () => {}, 'https://api.example/download', failing],
    ['that was taken back', () => {}, '/download', () => Promise.reject(new DOMException('', 'AbortError'))],
    [
      'that was answered with an error',
      () => {},
      '/download',
      () => Promise.resolve(new Response('', { status: 500 })),
    ],
  ])('%s: nothing is learnt', async (_what, prepare, url, answer) => {
    prepare()
    const { calls } = pageFetch(answer as Answer)
    traceFetches({ propagateTo: ['https://api.example'] })
    for (let times = 0; times < 2; times++) await fetch(url).catch(() => {})
    expect(calls.map(isTraced)).toEqual([true, true])
  })
})

it('`neverPropagateTo`: traced, and without headers, also where another option allows them', async () => {
  const { calls } = pageFetch()
  const { spans } = traceFetches({ propagateTo: ['https://api.example'], neverPropagateTo: ['/download', /secret/] })
  for (const url of ['/download/1', '/down', 'https://api.example/secret', 'https://api.example/']) await fetch(url)
  expect(calls.map((call) => sentHeaders(call).has('traceparent'))).toEqual([false, true, false, true])
  expect(spans).toHaveLength(4)
})
