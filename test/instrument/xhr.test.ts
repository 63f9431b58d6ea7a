// @vitest-environment node
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HttpOptions } from '../../src/instrument/httpSpan'
import type { Telemetry } from '../../src/startTelemetry'
import type { Span } from '../../src/trace/span'
import { catchReports } from '../support/reports'
import { keepSpans } from '../support/telemetry'
import { FakeXhr } from './fakeXhr'
import { PAGE, TRACEPARENT } from './pageFetch'

const natives = { ...Object.getOwnPropertyDescriptors(FakeXhr.prototype) }
const PATCHED = ['open', 'setRequestHeader', 'send', 'abort'] as const

let reports: readonly string[]
const running: Telemetry[] = []
beforeAll(() => {
  vi.stubGlobal('location', new URL(PAGE))
  vi.stubGlobal('document', { nodeType: 9, visibilityState: 'visible', baseURI: PAGE })
  vi.stubGlobal('XMLHttpRequest', FakeXhr)
})
beforeEach(() => {
  reports = catchReports()
})
afterEach(async () => {
  for (const telemetry of running.splice(0)) await telemetry.shutdown()
  vi.restoreAllMocks()
})

function traced(http: HttpOptions | true = true) {
  const kept = keepSpans({ instrument: { fetch: false, xhr: http } })
  running.push(kept.telemetry)
  return kept
}

function sent(method = 'GET', url: unknown = '/api'): FakeXhr {
  const xhr = new FakeXhr()
  xhr.open(method, url)
  xhr.send()
  return xhr
}

/** What became of the requests: the status code, the error type, or 'aborted'. */
const outcomes = (spans: readonly Span[]) =>
  spans.map(
    ({ attributes, status }) =>
      attributes['error.type'] ??
      attributes['http.response.status_code'] ??
      (status.code === 'unset' ? 'aborted' : 'an error without a type'),
  )

const traceparents = (xhr: FakeXhr) => xhr.headers.filter(([name]) => name.toLowerCase() === 'traceparent')

describe('the span of an XMLHttpRequest', () => {
  it('says what the HTTP conventions ask', () => {
    const { spans } = traced()
    sent('POST', '../api?x=1').answer(201)
    expect(spans).toHaveLength(1)
    expect(spans[0]).toMatchObject({ name: 'POST', kind: 'client', status: { code: 'unset' } })
    expect(spans[0]?.attributes).toEqual({
      'http.request.method': 'POST',
      'url.full': 'https://shop.example/api?x=1',
      'server.address': 'shop.example',
      'server.port': 443,
      'http.response.status_code': 201,
    })
  })

  it('is a child of the span in which send() was called, and the header names it', () => {
    const { telemetry, spans } = traced()
    const xhr = telemetry.withSpan('click', () => sent())
    xhr.answer(200)
    const [click, request] = spans
    expect(request).toMatchObject({ traceId: click?.traceId, parentSpanId: click?.spanId })
    expect(xhr.headers).toEqual([['traceparent', `00-${request?.traceId}-${request?.spanId}-03`]])
  })

  it.each([
    [200, 200],
    [304, 304],
    [404, '404'],
    [503, '503'],
  ])('with status %i ends as %s', (status, outcome) => {
    const { spans } = traced()
    sent().answer(status)
    expect(outcomes(spans)).toEqual([outcome])
    expect(spans[0]?.status.code).toBe(status < 400 ? 'unset' : 'error')
  })

  it.each([
    ['error', 'network_error', 'error'],
    ['timeout', 'timeout', 'error'],
    ['abort', 'aborted', 'unset'],
  ] as const)('ends once at the event %s, as %s', (event, outcome, code) => {
    const { spans } = traced()
    sent().fail(event)
    expect(outcomes(spans)).toEqual([outcome])
    expect(spans[0]?.status.code).toBe(code)
    expect(spans[0]?.attributes).not.toHaveProperty('http.response.status_code')
  })

  it('ends at loadend where a browser gives nothing else', () => {
    const { spans } = traced()
    sent().answer(200, ['loadend'])
    expect(outcomes(spans)).toEqual([200])
  })

  it('is not made before send(), and never for a request that is not sent', () => {
    const { spans, processor } = traced()
    new FakeXhr().open('GET', '/api')
    expect([spans, processor.started]).toEqual([[], []])
  })

  it('has the URL that open() was given, though the URL object was changed before send()', () => {
    const { spans } = traced()
    const url = new URL('https://shop.example/one')
    const xhr = new FakeXhr()
    xhr.open('GET', url)
    url.pathname = '/two'
    xhr.send()
    xhr.answer(200)
    expect(spans[0]?.attributes['url.full']).toBe('https://shop.example/one')
  })
})

describe('abort()', () => {
  it('while the request is under way ends the span without an error', () => {
    const { spans } = traced()
    sent().abort()
    expect(outcomes(spans)).toEqual(['aborted'])
    expect(spans[0]?.status.code).toBe('unset')
  })

  it('inside the readystatechange 4 of the page keeps the status that arrived', () => {
    const { spans } = traced()
    const xhr = new FakeXhr()
    xhr.addEventListener('readystatechange', () => {
      if (xhr.readyState === 4) xhr.abort()
    })
    xhr.open('GET', '/api')
    xhr.send()
    xhr.answer(500)
    expect(outcomes(spans)).toEqual(['500'])
  })

  it('inside an error handler keeps the error', () => {
    const { spans } = traced()
    const xhr = new FakeXhr()
    xhr.addEventListener('error', () => xhr.abort())
    xhr.open('GET', '/api')
    xhr.send()
    xhr.fail('error')
    expect(outcomes(spans)).toEqual(['network_error'])
  })

  it('before send() and after the end does nothing', () => {
    const { spans } = traced()
    const xhr = new FakeXhr()
    xhr.abort()
    xhr.open('GET', '/api')
    xhr.abort()
    xhr.send()
    xhr.answer(200)
    xhr.abort()
    expect(outcomes(spans)).toEqual([200])
  })
})

describe('one object for several requests', () => {
  it('opened during a request ends that as aborted, and the second has a span of its own', () => {
    const { spans } = traced()
    const xhr = sent('GET', '/one')
    xhr.open('PUT', '/two')
    xhr.send()
    xhr.answer(200)
    expect(outcomes(spans)).toEqual(['aborted', 200])
    expect(spans.map((span) => span.name)).toEqual(['GET', 'PUT'])
  })

  it('sent again in its own load handler ignores the loadend of the first', () => {
    const { spans } = traced()
    const xhr = new FakeXhr()
    let rounds = 0
    xhr.addEventListener('load', () => {
      if (rounds++ > 0) return
      xhr.open('GET', '/two')
      xhr.send()
    })
    xhr.open('GET', '/one')
    xhr.send()
    xhr.answer(200)
    expect(outcomes(spans)).toEqual([200])
    xhr.answer(404)
    expect(outcomes(spans)).toEqual([200, '404'])
  })

  it('sent again in the readystatechange 4 of the page keeps the status of the first', () => {
    const { spans } = traced()
    const xhr = new FakeXhr()
    let rounds = 0
    xhr.addEventListener('readystatechange', () => {
      if (xhr.readyState !== 4 || rounds++ > 0) return
      xhr.open('GET', '/two')
      xhr.send()
    })
    xhr.open('GET', '/one')
    xhr.send()
    xhr.answer(503)
    xhr.answer(200)
    expect(outcomes(spans)).toEqual(['503', 200])
  })

  it.each(['error', 'timeout'] as const)('tried again in its own %s handler: the first one failed', (event) => {
    const { spans } = traced()
    const xhr = new FakeXhr()
    let rounds = 0
    xhr.addEventListener(event, () => {
      if (rounds++ > 0) return
      xhr.open('GET', '/again')
      xhr.send()
    })
    xhr.open('GET', '/api')
    xhr.send()
    xhr.fail(event)
    xhr.answer(200)
    expect(spans.map(({ status }) => status.code)).toEqual(['error', 'unset'])
    expect(outcomes(spans)[1]).toBe(200)
  })

  it('tried again when readyState is 4 and status 0: the error event of the first is not that of the second', () => {
    const { spans } = traced()
    const xhr = new FakeXhr()
    let rounds = 0
    xhr.addEventListener('readystatechange', () => {
      if (xhr.readyState !== 4 || rounds++ > 0) return
      xhr.open('GET', '/again')
      xhr.send()
    })
    xhr.open('GET', '/api')
    xhr.send()
    xhr.fail('error')
    xhr.answer(200)
    expect(outcomes(spans)[1]).toBe(200)
  })

  it('sent inside the readystatechange 1 of open() has its span', () => {
    const { spans } = traced()
    const xhr = new FakeXhr()
    xhr.addEventListener('readystatechange', () => {
      if (xhr.readyState === 1) xhr.send()
    })
    xhr.open('GET', '/api')
    xhr.answer(200)
    expect(outcomes(spans)).toEqual([200])
  })

  it('has no listeners of ours left after 100 requests', () => {
    traced()
    const xhr = new FakeXhr()
    const added = vi.spyOn(xhr, 'addEventListener')
    for (let i = 0; i < 100; i++) {
      xhr.open('GET', '/api')
      xhr.send()
      xhr.answer(200)
    }
    let calls = 0
    Object.defineProperty(xhr, 'readyState', { get: () => calls++ })
    xhr.dispatchEvent(new Event('loadend'))
    xhr.dispatchEvent(new Event('readystatechange'))
    expect(calls).toBe(0) // a listener of ours would have looked
    expect(added).not.toHaveBeenCalled()
  })
})

describe('what throws', () => {
  it('is an open() with a bad method, and the request under way goes on', () => {
    const { spans } = traced()
    const xhr = sent()
    expect(() => xhr.open('NO METHOD', '/two')).toThrow(DOMException)
    xhr.answer(200)
    expect(outcomes(spans)).toEqual([200])
  })

  it('is a second send(), and the request under way goes on', () => {
    const { spans } = traced()
    const xhr = sent()
    expect(() => xhr.send()).toThrow(DOMException)
    xhr.answer(200)
    expect(outcomes(spans)).toEqual([200])
  })

  it('is a send() without open()', () => {
    const { spans } = traced()
    expect(() => new FakeXhr().send()).toThrow(DOMException)
    expect(spans).toEqual([])
  })

  it('is the send() of a synchronous request without a network, which ends the span', () => {
    const { spans } = traced()
    const error = new DOMException('offline', 'NetworkError')
    const xhr = new FakeXhr()
    Object.defineProperty(xhr, 'isSent', {
      get: () => false,
      set(value) {
        if (value) throw error
      },
    })
    xhr.open('GET', '/api', false)
    expect(() => xhr.send()).toThrow(error)
    expect(outcomes(spans)).toEqual(['NetworkError'])
    expect(spans[0]?.status).toEqual({ code: 'error', description: 'offline' })
  })
})

it('a synchronous request ends its span inside send(), though no event tells of it', () => {
  const { spans } = traced()
  const xhr = new FakeXhr()
  Object.defineProperty(xhr, 'isSent', {
    get: () => false,
    set(value) {
      if (value) Object.assign(xhr, { readyState: 4, status: 200 })
    },
  })
  xhr.open('GET', '/api', false)
  xhr.send()
  expect(outcomes(spans)).toEqual([200])
})

describe('the arguments', () => {
  it('go on as they came: `undefined` for async means synchronous', () => {
    traced()
    const xhr = new FakeXhr()
    const url = 'https://shop.example/'
    const body = new FormData()
    const asUrl = new URL(url)
    Reflect.apply(xhr.open, xhr, ['GET', asUrl])
    Reflect.apply(xhr.open, xhr, ['GET', { toString: () => url }]) // asked for its text once
    Reflect.apply(xhr.open, xhr, ['GET', url, undefined])
    Reflect.apply(xhr.open, xhr, ['GET', url, true, null, undefined])
    xhr.send(body)
    xhr.abort()
    xhr.open('GET', url)
    xhr.send()
    expect(xhr.calls).toEqual([
      ['open', 'GET', asUrl],
      ['open', 'GET', url],
      ['open', 'GET', url, undefined],
      ['open', 'GET', url, true, null, undefined],
      ['send', body],
      ['abort'],
      ['open', 'GET', url],
      ['send'],
    ])
  })

  it('of a credential-carrying URL are redacted on the span alone', () => {
    const { spans } = traced()
    const xhr = sent('GET', 'https://user:secret@elsewhere.example/?sig=s')
    xhr.answer(200)
    expect(spans[0]?.attributes['url.full']).toBe('https://REDACTED:REDACTED@elsewhere.example/?sig=REDACTED')
    expect(xhr.calls[0]?.[2]).toBe('https://user:secret@elsewhere.example/?sig=s')
  })
})

describe('the header', () => {
  it('is left to the application when it set its own, in whatever case', () => {
    const { spans } = traced()
    const xhr = new FakeXhr()
    xhr.open('GET', '/api')
    xhr.setRequestHeader('TraceParent', 'own')
    xhr.send()
    xhr.answer(200)
    expect(xhr.headers).toEqual([['TraceParent', 'own']])
    expect(spans).toHaveLength(1)
  })

  it('is one well-formed value, though a `send` of somebody below ours sets it too', async () => {
    const send = FakeXhr.prototype.send
    FakeXhr.prototype.send = function (...args) {
      this.setRequestHeader('Traceparent', 'theirs')
      this.setRequestHeader('x-own', '1')
      Reflect.apply(send, this, args)
    }
    try {
      traced()
      const xhr = new FakeXhr()
      xhr.open('GET', '/api')
      xhr.send()
      expect(xhr.headers).toEqual([
        ['traceparent', expect.stringMatching(TRACEPARENT)],
        ['x-own', '1'],
      ])
    } finally {
      await running.pop()?.shutdown()
      FakeXhr.prototype.send = send
    }
  })

  it('is added again to the second request of an object whose first one had its own', () => {
    traced()
    const xhr = new FakeXhr()
    xhr.open('GET', '/one')
    xhr.setRequestHeader('traceparent', 'own')
    xhr.send()
    xhr.answer(200)
    xhr.open('GET', '/two')
    xhr.send()
    expect(xhr.headers).toEqual([['traceparent', expect.stringMatching(TRACEPARENT)]])
  })

  it('goes to the own origin and to listed ones alone', () => {
    traced({ propagateTo: ['https://api.example.com'] })
    const urls = [
      '/api',
      'https://api.example.com/v1',
      'https://api.example.com.evil.com/',
      'https://elsewhere.example/',
    ]
    expect(urls.map((url) => traceparents(sent('GET', url)).length)).toEqual([1, 1, 0, 0])
  })

  it('is one, with two telemetries', () => {
    const { spans: first } = traced()
    const { spans: second } = traced()
    const xhr = sent()
    xhr.answer(200)
    expect([first.length, second.length, traceparents(xhr).length]).toEqual([1, 1, 1])
  })

  it('that cannot be set does not keep the span from ending', () => {
    const { spans, processor } = traced()
    const xhr = new FakeXhr()
    xhr.setRequestHeader = () => {
      throw new Error('a bug of theirs')
    }
    xhr.open('GET', '/api')
    xhr.send()
    xhr.answer(200)
    expect(xhr.calls).toHaveLength(2)
    expect(processor.started).toHaveLength(1)
    expect(outcomes(spans)).toEqual([200])
  })

  it('is added below whoever patched setRequestHeader after us: it is not a header of the page', () => {
    const { telemetry } = traced()
    const seen: string[] = []
    const ours = FakeXhr.prototype.setRequestHeader
    FakeXhr.prototype.setRequestHeader = function (name, value) {
      seen.push(name)
      Reflect.apply(ours, this, [name, value])
    }
    try {
      expect(traceparents(sent())).toHaveLength(1)
      expect(seen).toEqual([])
    } finally {
      FakeXhr.prototype.setRequestHeader = ours
    }
    expect(telemetry.stats().started).toBe(1)
  })
})

it('ignoreUrls make neither span nor header', () => {
  const { processor } = traced({ ignoreUrls: ['/health', /\.map$/g] })
  const requests = ['/health/deep', '/app.js.map', '/app.js.map'].map((url) => sent('GET', url))
  for (const xhr of requests) xhr.answer(200)
  expect(requests.flatMap((xhr) => xhr.headers)).toEqual([])
  expect(processor.started).toEqual([])
})

it('hooks get the request object, and one that throws harms nothing', () => {
  const onResponse = vi.fn()
  const { spans } = traced({
    onRequest: () => {
      throw new Error('a bug of theirs')
    },
    onResponse,
  })
  const xhr = sent()
  xhr.answer(200)
  expect(onResponse.mock.calls.map((call: unknown[]) => call[1])).toEqual([xhr])
  expect(spans).toHaveLength(1)
  expect(reports).toHaveLength(1)
})

it('nothing of ours is seen on the object', () => {
  traced()
  const before = Reflect.ownKeys(new FakeXhr())
  const xhr = sent()
  xhr.answer(200)
  expect(Reflect.ownKeys(xhr)).toEqual(before)
})

describe('stop and start', () => {
  const current = () => PATCHED.map((name) => FakeXhr.prototype[name])
  const originals = PATCHED.map((name) => natives[name].value as unknown)

  it('puts all four methods back, which kept their names and lengths meanwhile', async () => {
    const { telemetry } = traced()
    current().forEach((method, i) => {
      expect(method).not.toBe(originals[i])
      expect([method.name, method.length]).toEqual([PATCHED[i], (originals[i] as () => void).length])
    })
    await telemetry.shutdown()
    expect(current()).toEqual(originals)
    current().forEach((method, i) => void expect(method).toBe(originals[i]))
  })

  it('while a request is under way still ends its span, and traces no new one', async () => {
    const { telemetry, spans } = traced()
    const xhr = sent()
    const opened = new FakeXhr()
    opened.open('GET', '/two')
    await telemetry.shutdown()
    opened.send()
    opened.answer(200)
    xhr.answer(200)
    expect(outcomes(spans)).toEqual([200])
    expect(opened.headers).toEqual([])
  })

  it('with a stranger on top leaves his patch, passes on, and wakes again', async () => {
    const { telemetry } = traced()
    const ours = FakeXhr.prototype.send
    let calls = 0
    const theirs = function (this: FakeXhr, ...args: unknown[]) {
      calls++
      Reflect.apply(ours, this, args)
    }
    FakeXhr.prototype.send = theirs
    await telemetry.shutdown()
    sent().answer(200)
    const { spans } = traced()
    sent().answer(200)
    expect(FakeXhr.prototype.send).toBe(theirs)
    expect([calls, spans.length]).toEqual([2, 1])
    FakeXhr.prototype.send = ours
  })
})

it('a method that the page locked is left alone, told once, and the page works', async () => {
  vi.resetModules()
  class Locked extends FakeXhr {}
  for (const name of PATCHED)
    Object.defineProperty(Locked.prototype, name, { ...natives[name], writable: name !== 'send', configurable: true })
  vi.stubGlobal('XMLHttpRequest', Locked)
  const told = (await import('../support/reports')).catchReports()
  const { telemetry } = (await import('../support/telemetry')).keepSpans({ instrument: { fetch: false } })
  running.push(telemetry)
  const xhr = new Locked()
  xhr.open('GET', '/api')
  xhr.send()
  xhr.answer(200)
  expect(xhr.calls).toHaveLength(2)
  expect(told).toEqual([expect.stringContaining('`send`')])
})

it('a page without XMLHttpRequest is left alone', async () => {
  vi.resetModules()
  vi.stubGlobal('XMLHttpRequest', undefined)
  const told = (await import('../support/reports')).catchReports()
  const { telemetry } = (await import('../support/telemetry')).keepSpans({ instrument: { fetch: false } })
  await telemetry.shutdown()
  expect(told).toEqual([])
})
