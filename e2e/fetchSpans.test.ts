import { openRecording } from './support/recording'
import { expect, test } from './support/test'

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-9a-f]$/

test('a call is a client span with the conventions’ attributes, under the span it was made in @engines', async ({
  page,
  lab,
}) => {
  await openRecording(page, lab)
  const spans = await page.evaluate(async () => {
    await api.withSpan('click', async () => {
      await fetch('/lab/echo?q=1', { method: 'post', body: 'x' })
    })
    return await ended()
  })
  expect(spans).toMatchObject([
    {
      name: 'POST',
      kind: 'client',
      parent: 'click',
      status: 'unset',
      attributes: {
        'http.request.method': 'POST',
        'url.full': `${lab.url}/lab/echo?q=1`,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(lab.url).port),
        'http.response.status_code': 200,
      },
    },
    { name: 'click', parent: null },
  ])
  expect(lab.requests[0]?.headers['traceparent']).toContain(spans[0]?.spanId)
})

for (const [status, expected] of [
  [204, 'unset'],
  [404, 'error'],
  [500, 'error'],
] as const)
  test(`status ${status} gives a span with status ${expected}`, async ({ page, lab }) => {
    await openRecording(page, lab)
    const [span] = await page.evaluate(async (wanted) => {
      await fetch(`/lab/status/${wanted}`)
      return await ended()
    }, status)
    expect(span?.status).toBe(expected)
    expect(span?.attributes['http.response.status_code']).toBe(status)
    expect(span?.attributes['error.type']).toBe(expected === 'error' ? String(status) : undefined)
  })

test('a network error is the page’s own TypeError, and the span’s error.type', async ({ page, lab }) => {
  await openRecording(page, lab)
  const result = await page.evaluate(async () => {
    const error = await fetch('/lab/broken').catch((reason: unknown) => reason)
    return { isTypeError: error instanceof TypeError, spans: await ended() }
  })
  expect(result.isTypeError).toBe(true)
  expect(result.spans).toMatchObject([{ status: 'error', attributes: { 'error.type': 'TypeError' } }])
})

test('an abort by the page ends the span without an error; a time-out is one', async ({ page, lab }) => {
  await openRecording(page, lab)
  const result = await page.evaluate(async () => {
    const abort = new AbortController()
    const reason = { why: 'changed my mind' }
    const pending = fetch('/lab/hang', { signal: abort.signal })
    abort.abort(reason)
    const caught = await pending.catch((error: unknown) => error)
    await fetch('/lab/hang', { signal: AbortSignal.timeout(20) }).catch(() => {})
    return { isSame: caught === reason, spans: await ended() }
  })
  expect(result.isSame).toBe(true)
  expect(result.spans.map(({ status, attributes }) => [status, attributes['error.type']])).toEqual([
    ['unset', undefined],
    ['error', 'TimeoutError'],
  ])
})

test('a Request, a Request with init, Headers and plain objects keep what the page asked for', async ({
  page,
  lab,
}) => {
  await openRecording(page, lab)
  await page.evaluate(async () => {
    const request = new Request('/lab/echo?1', {
      method: 'PUT',
      body: 'from the request',
      headers: { 'x-own': 'request' },
      referrerPolicy: 'no-referrer',
    })
    await fetch(request)
    await fetch(new Request('/lab/echo?2', { method: 'PUT', body: 'old', headers: { 'x-own': 'old' } }), {
      method: 'POST',
      body: 'new',
      headers: { 'x-own': 'init' },
    })
    await fetch('/lab/echo?3', { headers: new Headers({ 'x-own': 'headers' }) })
    await fetch(new URL('/lab/echo?4', location.href), { headers: [['x-own', 'list']] })
    const inherited = Object.create({ method: 'POST', headers: { 'x-own': 'inherited' }, body: 'inherited' })
    await fetch('/lab/echo?5', inherited)
  })
  expect(lab.requests.map(({ method, url, body, headers }) => [method, url, body, headers['x-own']])).toEqual([
    ['PUT', '/lab/echo?1', 'from the request', 'request'],
    ['POST', '/lab/echo?2', 'new', 'init'],
    ['GET', '/lab/echo?3', '', 'headers'],
    ['GET', '/lab/echo?4', '', 'list'],
    ['POST', '/lab/echo?5', 'inherited', 'inherited'],
  ])
  for (const { headers } of lab.requests) expect(headers['traceparent']).toMatch(TRACEPARENT)
  expect(lab.requests[0]?.headers.referer).toBeUndefined()
})

test('the objects that the page passes are not written to', async ({ page, lab }) => {
  await openRecording(page, lab)
  const after = await page.evaluate(async () => {
    const init = Object.freeze({ headers: Object.freeze({ 'x-own': '1' }) })
    const headers = new Headers({ 'x-own': '1' })
    const request = new Request('/lab/echo', { method: 'POST', body: 'kept' })
    await fetch('/lab/echo', init)
    await fetch('/lab/echo', { headers })
    await fetch(request)
    return { init: Object.keys(init.headers), headers: [...headers.keys()], request: [...request.headers.keys()] }
  })
  expect(after).toEqual({ init: ['x-own'], headers: ['x-own'], request: ['content-type'] })
})

test('the body of a Request that was fetched counts as used, as without us', async ({ page, lab }) => {
  await openRecording(page, lab)
  const used = await page.evaluate(async () => {
    const request = new Request('/lab/echo', { method: 'POST', body: 'once' })
    await fetch(request)
    const again = await fetch(request).then(
      () => 'sent twice',
      (error: unknown) => (error as Error).name,
    )
    return { used: request.bodyUsed, again }
  })
  expect(used).toEqual({ used: true, again: 'TypeError' })
})

test('traceparent goes to the own origin and to listed ones only', async ({ page, lab }) => {
  await openRecording(page, lab)
  const call = (path: string) =>
    page.evaluate(async (url) => {
      await fetch(url)
    }, path)
  await call('/lab/echo?own')
  await call(`${lab.otherUrl}/lab/echo?stranger`)
  await page.evaluate(() => api.startTelemetry().shutdown())
  await openRecording(page, lab, { propagateTo: [lab.otherUrl] })
  await call(`${lab.otherUrl}/lab/echo?listed`)
  expect(lab.requests.map(({ url, headers }) => [url, TRACEPARENT.test(String(headers['traceparent']))])).toEqual([
    ['/lab/echo?own', true],
    ['/lab/echo?stranger', false],
    ['/lab/echo?listed', true],
  ])
})

test('a traceparent that the page sets itself stays', async ({ page, lab }) => {
  await openRecording(page, lab)
  const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  await page.evaluate(async (traceparent) => {
    await fetch('/lab/echo', { headers: { traceparent } })
  }, own)
  expect(lab.requests[0]?.headers['traceparent']).toBe(own)
})

test('an ignored URL makes no span and gets no header', async ({ page, lab }) => {
  await openRecording(page, lab, { ignoreUrls: ['/lab/echo'] })
  const spans = await page.evaluate(async () => {
    await fetch('/lab/echo')
    return await ended()
  })
  expect(spans).toEqual([])
  expect(lab.requests[0]?.headers['traceparent']).toBeUndefined()
})

test('an error that nobody catches is still reported as unhandled, once', async ({ page, lab, told }) => {
  await openRecording(page, lab)
  const reasons = await page.evaluate(async () => {
    const seen: string[] = []
    const heard = new Promise<void>((resolve) =>
      addEventListener('unhandledrejection', (event) => {
        seen.push((event.reason as Error).name)
        resolve()
      }),
    )
    void fetch('/lab/broken')
    await heard
    await new Promise((resolve) => setTimeout(resolve))
    return seen
  })
  expect(reasons).toEqual(['TypeError'])
  expect(told.filter((line) => line.startsWith('uncaught'))).toEqual(['uncaught: Failed to fetch'])
})

test('the page gets the browser’s own promise and Response, and WebAssembly streams from them', async ({
  page,
  lab,
}) => {
  await openRecording(page, lab)
  const result = await page.evaluate(async () => {
    const promise = fetch('/lab/module.wasm')
    const isNative = promise instanceof Promise && Object.getPrototypeOf(promise) === Promise.prototype
    const compiled = await WebAssembly.compileStreaming(promise)
    const response = await fetch('/lab/echo')
    const isOwn = response.constructor === Response && Object.getOwnPropertyNames(response).length === 0
    return { isNative, isOwn, bodyUsed: response.bodyUsed, isModule: compiled instanceof WebAssembly.Module }
  })
  expect(result).toEqual({ isNative: true, isOwn: true, bodyUsed: false, isModule: true })
})

test('fetch without an argument is refused as without us', async ({ page, lab }) => {
  await openRecording(page, lab)
  const refused = await page.evaluate(() =>
    (fetch as () => Promise<unknown>)().then(
      () => 'sent',
      (error: Error) => error.name,
    ),
  )
  expect(refused).toBe('TypeError')
  expect(lab.requests).toEqual([])
})

test('fetch looks like fetch: name, length, text, and its own throws', async ({ page, lab }) => {
  await openRecording(page, lab)
  const looks = await page.evaluate(async () => ({
    name: fetch.name,
    length: fetch.length,
    isNativeCode: Function.prototype.toString.call(fetch).includes('[native code]'),
    keys: Object.getOwnPropertyNames(fetch).sort(),
    detached: await fetch.call({} as never, '/lab/echo').catch((error: Error) => error.name),
  }))
  expect(looks).toEqual({
    name: 'fetch',
    length: 1,
    isNativeCode: true,
    keys: ['length', 'name'],
    detached: 'TypeError',
  })
})
