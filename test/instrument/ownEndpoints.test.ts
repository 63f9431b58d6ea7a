// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { catchReports } from '../support/reports'

const PAGE = 'https://shop.test/'
const ENDPOINTS = [
  '/v1/traces',
  'v1/traces?token=1',
  'https://collector.test/v1/traces',
  'https://collector.test:443/a/../v1',
]

interface Asked {
  readonly url: string
  readonly headers: Headers
}
let asked: Asked[] = []
const note = (input: unknown, init: RequestInit = {}) => {
  const request = input instanceof Request ? input : null
  asked.push({ url: request?.url ?? String(input), headers: new Headers(request?.headers ?? init.headers) })
}

/** As much of the platform's class as a polyfill of `fetch` needs. */
class FakeXhr extends EventTarget {
  readyState = 0
  status = 0
  private url = ''
  private readonly headers: Record<string, string> = {}
  open(_method: string, url: string) {
    this.url = url
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value
  }
  send() {
    note(this.url, { headers: this.headers })
    queueMicrotask(() => {
      this.readyState = 4
      this.status = 200
      this.dispatchEvent(new Event('loadend'))
    })
  }
  abort() {}
}

type Fetch = (input: unknown, init?: RequestInit) => Promise<Response>
const native: Fetch = async (input, init) => {
  note(input, init)
  return new Response('{}')
}
const overXhr: Fetch = (input, init = {}) =>
  new Promise((resolve) => {
    const xhr = new XMLHttpRequest()
    xhr.open(init.method ?? 'GET', String(input))
    for (const [name, value] of new Headers(init.headers)) xhr.setRequestHeader(name, value)
    xhr.addEventListener('loadend', () => resolve(new Response('{}')))
    xhr.send()
  })

type Changes = Readonly<Record<string, () => void>>
/** Puts something in the place of the page's `fetch`. */
const CHANGES: Changes = {
  nothing: () => {},
  wrapped() {
    const below = globalThis.fetch as Fetch
    vi.stubGlobal('fetch', (input: unknown, init?: RequestInit) => below(input, init))
  },
  'wrapped, and later': () => {
    const below = globalThis.fetch as Fetch
    vi.stubGlobal('fetch', async (input: unknown, init?: RequestInit) => {
      await new Promise((resolve) => queueMicrotask(() => resolve(null)))
      return below(input, init)
    })
  },
  'over XHR': () => void vi.stubGlobal('fetch', overXhr),
  'over XHR, and later': () =>
    void vi.stubGlobal('fetch', async (input: unknown, init?: RequestInit) =>
      overXhr(await Promise.resolve(input), init),
    ),
}

const elsewhere = (input: unknown) => (/v1|second/.test(String(input)) ? '/proxy' : input)

/** The same, by somebody who sends exports to another address, and says so before the call returns. */
const REWRITES: Changes = {
  nothing: () => {},
  wrapped: CHANGES['wrapped']!,
  'over XHR': CHANGES['over XHR']!,
  'wrapped, elsewhere': () => {
    const below = globalThis.fetch as Fetch
    vi.stubGlobal('fetch', (input: unknown, init?: RequestInit) => below(elsewhere(input), init))
  },
  'over XHR, elsewhere': () =>
    void vi.stubGlobal('fetch', (input: unknown, init?: RequestInit) => overXhr(elsewhere(input), init)),
  'over XHR, elsewhere, sent later': () =>
    void vi.stubGlobal('fetch', async (input: unknown, init: RequestInit = {}) => {
      const xhr = new XMLHttpRequest()
      xhr.open(init.method ?? 'GET', String(elsewhere(input)))
      for (const [name, value] of new Headers(init.headers)) xhr.setRequestHeader(name, value)
      await Promise.resolve()
      const loaded = new Promise((resolve) => xhr.addEventListener('loadend', resolve))
      xhr.send()
      await loaded
      return new Response('{}')
    }),
  'wrapped, with a request of its own': () => {
    const below = globalThis.fetch as Fetch
    vi.stubGlobal('fetch', (input: unknown, init?: RequestInit) => {
      if (/v1|second/.test(String(input))) void globalThis.fetch('/count')
      return below(input, init)
    })
  },
}

beforeEach(() => {
  asked = []
  const document = Object.assign(new EventTarget(), { nodeType: 9, baseURI: PAGE, visibilityState: 'visible' })
  const window = new EventTarget()
  vi.stubGlobal('window', window)
  vi.stubGlobal('document', document)
  vi.stubGlobal('location', new URL(PAGE))
  vi.stubGlobal('XMLHttpRequest', FakeXhr)
  vi.stubGlobal('fetch', native)
  vi.stubGlobal('navigator', {
    sendBeacon: (url: string, body: BodyInit) => {
      void fetch(url, { method: 'POST', body }) // as polyfills have it
      return true
    },
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

async function load() {
  vi.resetModules()
  catchReports()
  return import('../../src/index')
}

const OWN_FETCH = ((input, init) => globalThis.fetch(input, init)) as typeof fetch
/** All pairs of what stands there before us and what comes later; the rest takes turns. */
const pairsOf = (changes: Changes) => {
  const names = Object.keys(changes)
  return names.flatMap((before, i) =>
    names.map((later, j) => ({
      changes,
      before,
      between: names[(i + j) % names.length]!,
      later,
      endpoint: ENDPOINTS[(i + j) % ENDPOINTS.length]!,
      beacon: j % 2 ? ('always' as const) : ('auto' as const),
      own: i % 2 ? OWN_FETCH : undefined,
    })),
  )
}

it.each([...pairsOf(CHANGES), ...pairsOf(REWRITES)])(
  'fetch before us: $before, after the import: $between, after the start: $later … no export makes a span',
  async ({ changes, before, between, later, endpoint, beacon, own }) => {
    changes[before]!()
    const { createTelemetry } = await load()
    changes[between]!()
    const telemetry = createTelemetry({ endpoint, beacon, fetch: own, outbox: false })
    const second = (await load()).createTelemetry({ endpoint: '/second', outbox: false })
    changes[later]!()
    telemetry.startSpan('work').end()
    await telemetry.forceFlush()
    second.startSpan('work').end()
    await second.forceFlush()
    telemetry.startSpan('last').end()
    window.dispatchEvent(new Event('pagehide'))
    await new Promise((resolve) => setTimeout(resolve, 0))
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    expect(asked.length).toBeGreaterThanOrEqual(3)
    expect(asked.filter(({ headers }) => headers.has('traceparent'))).toEqual([])
    expect([telemetry.stats().started, second.stats().started]).toEqual([2, 1])
    await fetch('/page')
    expect(asked.at(-1)?.headers.has('traceparent')).toBe(true)
    expect(telemetry.stats().started).toBeGreaterThan(2)
    await Promise.all([telemetry.shutdown(), second.shutdown()])
  },
  20_000,
)

it('after a `fetch` and a beacon that throw, the page’s own requests are traced', async () => {
  vi.stubGlobal('fetch', (input: unknown, init?: RequestInit) => {
    if (elsewhere(input) !== input) throw new Error('not today')
    return native(input, init)
  })
  vi.stubGlobal('navigator', {
    sendBeacon() {
      throw new Error('not today')
    },
  })
  const { createTelemetry } = await load()
  const telemetry = createTelemetry({ endpoint: '/v1/traces', beacon: 'always', outbox: false })
  telemetry.startSpan('work').end()
  await telemetry.forceFlush()
  await fetch('/page')
  expect(asked.map(({ url, headers }) => [url, headers.has('traceparent')])).toEqual([['/page', true]])
  await telemetry.shutdown()
})

it('an export that another copy sends within ours does not end it', async () => {
  vi.resetModules()
  const ours = await import('../../src/lib/ownEndpoints')
  vi.resetModules()
  const theirs = await import('../../src/lib/ownEndpoints')
  const seen = ours.asOwn(() => [
    ours.isSendingOwn(),
    theirs.asOwn(() => ours.isSendingOwn()),
    ours.isSendingOwn(),
    theirs.isSendingOwn(),
  ])
  expect([...seen, ours.isSendingOwn(), theirs.isSendingOwn()]).toEqual([true, true, true, true, false, false])
})

it('exports leave a page that has frozen `Set.prototype`, as SES does, and make no spans', async () => {
  const { has } = Set.prototype
  const { createTelemetry } = await load()
  const telemetry = createTelemetry({ endpoint: '/v1/traces', outbox: false })
  Object.defineProperty(Set.prototype, 'has', { writable: false }) // cannot be assigned to any Set either
  try {
    telemetry.startSpan('work').end()
    await telemetry.forceFlush()
    expect(asked.map(({ headers }) => headers.has('traceparent'))).toEqual([false])
    expect(telemetry.stats()).toMatchObject({ started: 1, exported: 1 })
    await fetch('/page')
    expect(asked.at(-1)?.headers.has('traceparent')).toBe(true)
  } finally {
    Object.defineProperty(Set.prototype, 'has', { value: has, writable: true })
    await telemetry.shutdown()
  }
})
