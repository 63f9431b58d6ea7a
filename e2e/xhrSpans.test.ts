import { openRecording } from './support/recording'
import { expect, test } from './support/test'

declare global {
  /** Sends a request and waits for its loadend. */
  var sendXhr: (url: string, prepare?: (xhr: XMLHttpRequest) => void) => Promise<XMLHttpRequest>
}

const HELPER = `<script>
  globalThis.sendXhr = (url, prepare) => new Promise((resolve) => {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', url)
    xhr.addEventListener('loadend', () => resolve(xhr))
    prepare?.(xhr)
    xhr.send()
  })
</script>`

test.beforeEach(({ page, lab }) => openRecording(page, lab, {}, HELPER))

test('a request is a client span under the span it was sent in, and carries traceparent @engines', async ({
  page,
  lab,
}) => {
  const spans = await page.evaluate(async () => {
    await api.withSpan('click', () => sendXhr('/lab/echo'))
    return await ended()
  })
  expect(spans).toMatchObject([
    {
      name: 'GET',
      kind: 'client',
      parent: 'click',
      status: 'unset',
      attributes: {
        'http.request.method': 'GET',
        'url.full': `${lab.url}/lab/echo`,
        'http.response.status_code': 200,
      },
    },
    { name: 'click' },
  ])
  expect(lab.requests[0]?.headers['traceparent']).toContain(spans[0]?.spanId)
})

test('404, 500 and a cut connection are errors', async ({ page }) => {
  const spans = await page.evaluate(async () => {
    await sendXhr('/lab/status/404')
    await sendXhr('/lab/status/500')
    await sendXhr('/lab/broken')
    return await ended()
  })
  expect(spans.map(({ status, attributes }) => [status, attributes['error.type']])).toEqual([
    ['error', '404'],
    ['error', '500'],
    ['error', 'network_error'],
  ])
})

test('abort() ends the span without an error, the time-out with one', async ({ page }) => {
  const spans = await page.evaluate(async () => {
    await sendXhr('/lab/hang', (xhr) => setTimeout(() => xhr.abort(), 10))
    await sendXhr('/lab/hang', (xhr) => {
      xhr.timeout = 20
    })
    return await ended()
  })
  expect(spans.map(({ status, attributes }) => [status, attributes['error.type']])).toEqual([
    ['unset', undefined],
    ['error', 'timeout'],
  ])
})

test('abort() inside readystatechange 4 keeps the status', async ({ page }) => {
  const spans = await page.evaluate(async () => {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/lab/echo')
    await new Promise<void>((resolve) => {
      xhr.onreadystatechange = () => {
        if (xhr.readyState !== 4) return
        xhr.abort()
        resolve()
      }
      xhr.send()
    })
    return await ended()
  })
  expect(spans).toMatchObject([{ status: 'unset', attributes: { 'http.response.status_code': 200 } }])
  expect(spans).toHaveLength(1)
})

test('a synchronous request is one span, and its failure is thrown to the page as before', async ({ page }) => {
  const result = await page.evaluate(async () => {
    const call = (url: string) => {
      const xhr = new XMLHttpRequest()
      xhr.open('GET', url, false)
      xhr.send()
      return xhr.status
    }
    const status = api.withSpan('click', () => call('/lab/echo'))
    let thrown = ''
    try {
      call('/lab/broken')
    } catch (error) {
      thrown = (error as Error).name
    }
    return { status, thrown, spans: await ended() }
  })
  expect(result.status).toBe(200)
  expect(result.thrown).toBe('NetworkError')
  expect(result.spans).toMatchObject([
    { name: 'GET', parent: 'click', status: 'unset', attributes: { 'http.response.status_code': 200 } },
    { name: 'click' },
    { name: 'GET', status: 'error', attributes: { 'error.type': 'NetworkError' } },
  ])
})

test('a request that is opened again while it runs gives two spans', async ({ page }) => {
  const spans = await page.evaluate(async () => {
    await new Promise<void>((resolve) => {
      const xhr = new XMLHttpRequest()
      xhr.open('GET', '/lab/hang')
      xhr.send()
      xhr.open('POST', '/lab/echo')
      xhr.onload = () => resolve()
      xhr.send('x')
    })
    return await ended()
  })
  expect(spans.map(({ name, status, attributes }) => [name, status, attributes['http.response.status_code']])).toEqual([
    ['GET', 'unset', undefined],
    ['POST', 'unset', 200],
  ])
})

test('traceparent goes to the own origin only, and the page’s own one stays alone', async ({ page, lab }) => {
  const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  await page.evaluate(
    async ([other, traceparent]) => {
      await sendXhr(`${other}/lab/echo`)
      await sendXhr('/lab/echo', (xhr) => xhr.setRequestHeader('traceparent', traceparent))
    },
    [lab.otherUrl, own] as const,
  )
  expect(lab.requests.map(({ headers }) => headers['traceparent'])).toEqual([undefined, own])
})

test('the page sees the same request: headers, properties, and a clean object', async ({ page, lab }) => {
  const seen = await page.evaluate(async () => {
    const xhr = await sendXhr('/lab/echo', (request) => {
      request.setRequestHeader('x-own', 'kept')
      request.responseType = 'json'
    })
    return {
      own: Object.getOwnPropertyNames(xhr),
      header: xhr.response.headers['x-own'],
      isNativeCode: Function.prototype.toString.call(XMLHttpRequest.prototype.open).includes('[native code]'),
      length: XMLHttpRequest.prototype.open.length,
    }
  })
  expect(seen).toEqual({ own: [], header: 'kept', isNativeCode: true, length: 2 })
  expect(lab.requests).toHaveLength(1)
})

test('of trace headers that a `send` of somebody before us sets, the server gets one well-formed value @engines', async ({
  page,
  lab,
}) => {
  const THEIRS = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
  const wrappers = (names: readonly string[]) => `<script>{
    const proto = XMLHttpRequest.prototype
    for (const name of ${JSON.stringify(names)}) {
      const method = proto[name]
      proto[name] = function (...args) { return Reflect.apply(method, this, args) }
    }
    const { send } = proto
    proto.send = function (...args) {
      const set = () => {
        for (const [name, value] of this.late ?? []) this.setRequestHeader(name, value)
        return Reflect.apply(send, this, args)
      }
      return this.isSlow ? void setTimeout(set) : set()
    }
  }</script>`
  for (const wrapped of [[], ['open'], ['setRequestHeader']]) {
    await openRecording(page, lab, {}, `${wrappers(wrapped)}${HELPER}`)
    const made = await page.evaluate(async (theirs) => {
      const own = { traceparent: theirs, TraceState: 'own=1', baggage: 'own=1', 'x-one': '1' }
      const results: { early: string[]; late: string[]; events: string[]; arrived: Record<string, string> }[] = []
      const parent = { traceId: '3'.repeat(32), spanId: '4'.repeat(16), traceFlags: 1, traceState: 'ours=1' }
      const span = api.startSpan('server', { parent })
      const one = async (bits: number) => {
        const pairs = Object.entries(own)
        const early = pairs.filter((_, at) => bits & (1 << at))
        const late = pairs.filter((_, at) => bits & (1 << (at + 4)))
        const events: string[] = []
        const method = bits % 2 ? 'POST' : 'GET'
        const xhr = new XMLHttpRequest()
        xhr.onreadystatechange = () => events.push(String(xhr.readyState))
        xhr.open(method, '/lab/echo')
        xhr.timeout = 9000
        xhr.overrideMimeType('text/x')
        for (const [name, value] of early) xhr.setRequestHeader(name, value)
        Object.assign(xhr, { late, isSlow: bits % 3 === 0 })
        await new Promise((resolve) => {
          xhr.onloadend = resolve
          xhr.send(method === 'POST' ? 'text' : null)
        })
        const { headers, ...rest } = JSON.parse(xhr.responseText)
        const names = (list: [string, string][]) => list.map(([name]) => name.toLowerCase())
        const arrived = { ...headers, ...rest, timeout: String(xhr.timeout) }
        results.push({ early: names(early), late: names(late), events, arrived })
      }
      await api.withContext(span, () =>
        api.withBaggage({ ours: '1' }, async () => {
          for (let bits = 0; bits < 256; bits++) if ((bits & (bits >> 4)) === 0) await one(bits)
        }),
      )
      return results
    }, THEIRS)
    expect(made).toHaveLength(81)
    const isOpenWrapped = (wrapped as string[]).includes('open')
    for (const { early, late, events, arrived } of made) {
      expect(events).toEqual(['1', '2', '3', '4'])
      const has = (name: string) => early.includes(name) || late.includes(name)
      const what = JSON.stringify({ wrapped, early, late, arrived })
      expect(arrived['traceparent'], what).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$/)
      expect(arrived['x-one'], what).toBe(has('x-one') ? '1' : undefined)
      const isTheirs = early.includes('traceparent') || (late.includes('traceparent') && !isOpenWrapped)
      expect(arrived['traceparent'] === THEIRS, what).toBe(isTheirs)
      const baggage = arrived['baggage']?.split(/, */)
      expect(baggage?.sort(), what).toEqual(has('baggage') ? ['ours=1', 'own=1'] : ['ours=1'])
      if (!isOpenWrapped)
        expect(arrived['tracestate'], what).toBe(has('tracestate') ? 'own=1' : isTheirs ? undefined : 'ours=1')
      else expect(arrived['tracestate'] ?? '', what).not.toMatch(/,/)
    }
  }
})
