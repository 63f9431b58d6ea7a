import { vi } from 'vitest'

/** One body that left the page. */
export interface Sent {
  readonly lane: 'beacon' | 'fetch' | 'keepalive'
  readonly url: string
  readonly size: number
  readonly body: Blob | Uint8Array
  /** By name in lowercase. */
  readonly headers: ReadonlyMap<string, string>
  readonly credentials: string | undefined
}

/** As browsers make them: happy-dom's `Headers` checks nothing. */
function headersOf(init: Record<string, string>): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (const [given, value] of Object.entries(init)) {
    const name = given.toLowerCase()
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new TypeError('Failed to fetch')
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : String(value))
  }
  return headers
}

const BROWSER_BUDGET = 64 * 1024 // of beacons and keepalive requests under way, together

/** `fetch` and `sendBeacon` with a browser's budget, answers that tests give, and the list of what left. */
export class FakeNetwork {
  readonly sent: Sent[] = []
  /** What every request is answered with; a test may hold or refuse it. */
  answer: () => Response | Promise<Response> = () => new Response(null, { status: 200 })
  inFlight = 0

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const size = (init.body as Uint8Array).length
    const headers = headersOf(init.headers as Record<string, string>)
    if (init.keepalive && this.inFlight + size > BROWSER_BUDGET) throw new TypeError('Failed to fetch')
    const lane = init.keepalive ? 'keepalive' : 'fetch'
    this.sent.push({ lane, url, size, body: init.body as Uint8Array, headers, credentials: init.credentials })
    const aborted = new Promise<never>((_, reject) => {
      init.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
    })
    this.inFlight += init.keepalive ? size : 0
    return Promise.race([this.answer(), aborted]).finally(() => {
      this.inFlight -= init.keepalive ? size : 0
    })
  }

  readonly sendBeacon = (url: string, body: Blob): boolean => {
    if (this.inFlight + body.size > BROWSER_BUDGET) return false
    const headers = headersOf({ 'content-type': body.type })
    this.sent.push({ lane: 'beacon', url, size: body.size, body, headers, credentials: 'include' })
    this.inFlight += body.size // a beacon stays under way for as long as the test does
    return true
  }

  /** The lanes that were used, in order. */
  get lanes(): string[] {
    return this.sent.map(({ lane }) => lane)
  }
}

type Sources = typeof import('../../src/export/otlpExporter') & typeof import('../../src/process/batch')

/** The sources, newly loaded on a page that has these; `undefined`: the page has none. */
export async function loadOn(page: { fetch: unknown; sendBeacon: unknown; Request?: unknown }): Promise<Sources> {
  vi.resetModules()
  vi.stubGlobal('fetch', page.fetch)
  const { Request = { prototype: { keepalive: false } } } = page
  vi.stubGlobal(
    'Request',
    Object.assign(() => {}, Request),
  )
  Object.defineProperty(navigator, 'sendBeacon', { configurable: true, writable: true, value: page.sendBeacon })
  return { ...(await import('../../src/export/otlpExporter')), ...(await import('../../src/process/batch')) }
}
