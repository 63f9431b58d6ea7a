// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

type Module = typeof import('../src/index')

/** A page of our own making: only what is put there is there. */
const page = {
  window: new EventTarget(),
  document: Object.assign(new EventTarget(), {
    nodeType: 9,
    baseURI: 'https://shop.example/',
    visibilityState: 'visible',
  }),
}
const handles: { shutdown(): Promise<void> }[] = []
let sent: { url: unknown; init: RequestInit }[]
let reports: readonly string[]

beforeEach(() => {
  sent = []
  vi.stubGlobal('window', page.window)
  vi.stubGlobal('document', page.document)
  vi.stubGlobal('location', new URL('https://shop.example/'))
  vi.stubGlobal('fetch', async (url: unknown, init: RequestInit = {}) => {
    sent.push({ url, init })
    return new Response('{}')
  })
})
afterEach(async () => {
  for (const handle of handles.splice(0).reverse()) await handle.shutdown().catch(() => {})
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** A copy of the package, loaded into the page as it is now. */
async function load(): Promise<Module> {
  vi.resetModules()
  reports = (await import('./support/reports')).catchReports()
  return import('../src/index')
}
async function start(options: Parameters<Module['startTelemetry']>[0] = {}) {
  const copy = await load()
  const telemetry = copy.startTelemetry(options)
  handles.push(telemetry)
  return { ...copy, telemetry }
}
const withoutEveryThing = [
  ...['fetch', 'crypto', 'navigator', 'performance', 'XMLHttpRequest', 'EventTarget'],
  ...['TextEncoder', 'TextDecoder', 'setTimeout', 'clearTimeout', 'Headers', 'Blob', 'AbortController'],
]

describe('our own exports', () => {
  it('are sent by the fetch below our patch: never traced, without traceparent', async () => {
    const { telemetry } = await start({ endpoint: '/v1/traces' })
    await telemetry.withSpan('work', () => fetch('/api'))
    await telemetry.forceFlush()
    expect(sent.map(({ url }) => url)).toEqual(['/api', 'https://shop.example/v1/traces'])
    expect(new Headers(sent[0]?.init.headers).has('traceparent')).toBe(true)
    expect(new Headers(sent[1]?.init.headers).has('traceparent')).toBe(false)
    expect(telemetry.stats()).toMatchObject({ started: 2, ended: 2, exported: 2, queued: 0 })
  })

  it('of a second copy of the package are not traced by the first one either', async () => {
    const { telemetry: first } = await start({ endpoint: '/first' })
    const { createTelemetry } = await load()
    const second = createTelemetry({ endpoint: '/second', instrument: false })
    handles.push(second)
    second.startSpan('work').end()
    await second.forceFlush()
    expect(sent.map(({ url }) => url)).toEqual(['https://shop.example/second'])
    expect(first.stats().started).toBe(0)
  })
})

describe('two copies of the package', () => {
  it('are one telemetry: the second start gets the handle of the first', async () => {
    const { telemetry } = await start()
    const other = await load()
    expect(other.startTelemetry()).toBe(telemetry)
    other.withSpan('work', (span) => {
      expect(other.getCurrentSpan()).toBe(span)
      expect(telemetry.getCurrentSpan()).toBe(span)
    })
    expect(telemetry.stats()).toMatchObject({ started: 1, ended: 1 })
  })

  it('hear the same events', async () => {
    const { telemetry } = await start()
    const { on } = await load()
    const heard = vi.fn()
    const off = on('span_started', heard)
    telemetry.startSpan('work')
    off()
    expect(heard).toHaveBeenCalledOnce()
  })

  it('trace a request once for each telemetry, with one traceparent', async () => {
    const { telemetry: first } = await start({ endpoint: '/first' })
    const { createTelemetry } = await load()
    const second = createTelemetry({ endpoint: '/second' })
    handles.push(second)
    await fetch('/api')
    expect([first.stats().started, second.stats().started]).toEqual([1, 1])
    expect(new Headers(sent[0]?.init.headers).get('traceparent')).toMatch(/^00-\w{32}-\w{16}-03$/)
  })
})

describe('a page without', () => {
  it.each([...withoutEveryThing.map((name) => [name]), withoutEveryThing])(
    '%s … works as far as it can',
    async (...names) => {
      for (const name of names) vi.stubGlobal(name, undefined)
      const { telemetry } = await start()
      const span = telemetry.withSpan('work', (own) => own)
      expect(span.traceId).toMatch(/^[0-9a-f]{32}$/)
      expect(telemetry.stats()).toMatchObject({ started: 1, ended: 1, queued: 1 })
      expect(reports).toEqual(
        names.includes('setTimeout') ? [expect.stringContaining('a timer or listener failed')] : [],
      )
    },
  )

  it('sendBeacon sends by a keepalive fetch when it hides', async () => {
    vi.stubGlobal('navigator', {})
    const { telemetry } = await start()
    telemetry.startSpan('work').end()
    page.window.dispatchEvent(new Event('pagehide'))
    expect(sent.map(({ url, init }) => [url, init.keepalive])).toEqual([['https://shop.example/v1/traces', true]])
    page.window.dispatchEvent(new Event('pageshow'))
  })

  it('fetch sends by sendBeacon', async () => {
    const sendBeacon = vi.fn(() => true)
    vi.stubGlobal('fetch', undefined)
    vi.stubGlobal('navigator', { sendBeacon })
    const { telemetry } = await start()
    telemetry.startSpan('work').end()
    await telemetry.forceFlush()
    expect(sendBeacon.mock.calls.map(([url]: unknown[]) => url)).toEqual(['https://shop.example/v1/traces'])
    expect(telemetry.stats().exported).toBe(1)
  })

  it('fetch and sendBeacon counts what it cannot send', async () => {
    vi.stubGlobal('fetch', undefined)
    vi.stubGlobal('navigator', {})
    const { telemetry } = await start()
    telemetry.startSpan('work').end()
    await telemetry.forceFlush()
    expect(telemetry.stats()).toMatchObject({ exported: 0, queued: 0, dropped: { export_failed: 1 } })
    expect(reports).toHaveLength(1)
  })
})

describe('a page at', () => {
  it.each(['about:blank', 'about:srcdoc', 'data:text/html,x', 'blob:https://shop.example/4711', 'file:///index.html'])(
    '%s (a frame written by script) starts, and nothing is thrown',
    async (href) => {
      vi.stubGlobal('location', { href, protocol: new URL(href).protocol, origin: 'null' })
      vi.stubGlobal('origin', 'null')
      const copy = await load()
      expect(() => handles.push(copy.startTelemetry())).not.toThrow()
      expect(copy.withSpan('work', () => 7)).toBe(7)
    },
  )

  it.each(['ftp://c.example/', 'http://', 'javascript:alert(1)'])(
    'an ordinary place with the endpoint %s sends to the default, and says so once',
    async (endpoint) => {
      const { telemetry } = await start({ endpoint })
      telemetry.startSpan('work').end()
      await telemetry.forceFlush()
      expect(sent.map(({ url }) => url)).toEqual(['https://shop.example/v1/traces'])
      expect(reports).toEqual([expect.stringContaining('`endpoint`')])
    },
  )
})

it('a window whose listeners are not those of EventTarget (test environments) starts without a throw', async () => {
  const own = { addEventListener: vi.fn(), removeEventListener: vi.fn() }
  vi.stubGlobal('window', own)
  const copy = await load()
  expect(() => handles.push(copy.startTelemetry())).not.toThrow()
  expect(own.addEventListener.mock.calls.map(([type]: unknown[]) => type)).toContain('pagehide')
})

it('shutdown() takes the listeners of the page hide away, and flushes', async () => {
  const { telemetry } = await start()
  telemetry.startSpan('work').end()
  await telemetry.shutdown()
  expect(sent).toHaveLength(1)
  telemetry.startSpan('too late').end()
  page.window.dispatchEvent(new Event('pagehide'))
  expect(sent).toHaveLength(1)
  expect(telemetry.stats().dropped).toEqual({ shutdown: 1 })
})

it('processors that are none are reported, the default one is taken, and nothing on the handle throws', async () => {
  const { telemetry } = await start({ processors: [null, 'x', {}] as never })
  expect(telemetry.withSpan('work', () => 7)).toBe(7)
  expect(telemetry.stats()).toMatchObject({ ended: 1, queued: 1 })
  await telemetry.forceFlush()
  expect(sent.map(({ url }) => url)).toEqual(['https://shop.example/v1/traces'])
  expect(reports).toEqual([expect.stringContaining('`processors`')])
})

it('headers that throw do not keep spans from leaving', async () => {
  const headers = () => {
    throw new Error('a bug of theirs')
  }
  const { telemetry } = await start({ headers })
  telemetry.startSpan('work').end()
  await telemetry.forceFlush()
  expect(sent).toHaveLength(1)
  expect(reports).toHaveLength(1)
})

it.each([Infinity, 2 ** 31])('timeout: %d is a long time and not none', async (timeout) => {
  const setTimeout = globalThis.setTimeout
  // What a browser makes of the number (WebIDL long); Node does the same with a warning.
  vi.stubGlobal('setTimeout', (work: () => void, ms: number) => setTimeout(work, Math.max(0, ms | 0)))
  let answer: () => void = () => {}
  vi.stubGlobal('fetch', (url: unknown, init: RequestInit) => {
    sent.push({ url, init })
    return new Promise((resolve) => {
      answer = () => resolve(new Response('{}'))
    })
  })
  const { telemetry } = await start({ timeout, batch: { exportTimeout: timeout } })
  telemetry.startSpan('work').end()
  const flushed = telemetry.forceFlush().catch((error: unknown) => error)
  await new Promise((resolve) => setTimeout(resolve, 5)) // after every timer of 0 ms
  answer()
  expect(await flushed).toBeUndefined()
  expect(sent[0]?.init.signal?.aborted).toBe(false)
  expect(telemetry.stats()).toMatchObject({ exported: 1, dropped: {} })
})

it('in Node (server-side rendering) nothing is patched, nothing leaves, and every call is harmless', async () => {
  for (const name of ['window', 'document', 'location']) vi.stubGlobal(name, undefined)
  const { fetch: before } = globalThis
  const then = Object.getOwnPropertyDescriptor(Promise.prototype, 'then')
  const processor = { onStart: vi.fn(), onEnd: vi.fn(), forceFlush: vi.fn(), shutdown: vi.fn() }
  const { telemetry, withSpan, startSpan } = await start({ processors: [processor] as never })
  expect(await withSpan('x', async () => 7)).toBe(7)
  expect(startSpan('x').isRecording()).toBe(false)
  expect(globalThis.fetch).toBe(before)
  expect(Object.getOwnPropertyDescriptor(Promise.prototype, 'then')).toEqual(then)
  await telemetry.forceFlush()
  await telemetry.shutdown()
  for (const hook of Object.values(processor)) expect(hook).not.toHaveBeenCalled()
  expect(reports).toEqual([])
})
