import { vi } from 'vitest'
import type { HttpOptions } from '../../src/instrument/httpSpan'
import type { TelemetryOptions } from '../../src/options'
import { keepSpans, type TestTelemetry } from '../support/telemetry'

export const PAGE = 'https://shop.example/app/'
export const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/

export interface Call {
  readonly self: unknown
  readonly args: unknown[]
}

export type Answer = (...args: unknown[]) => unknown

export const ok: Answer = () => Promise.resolve(new Response('hello'))

/** Node's own fetch classes, and as much of a page as a request looks at. */
export function stubPage(): void {
  vi.stubGlobal('location', new URL(PAGE))
  vi.stubGlobal('document', { nodeType: 9, visibilityState: 'visible', baseURI: PAGE })
}

/** Gives the page a fetch that answers as told and keeps what it was given. */
export function pageFetch(answer: Answer = ok) {
  const calls: Call[] = []
  const native = function fetch(this: unknown, ...args: unknown[]) {
    calls.push({ self: this, args })
    return answer(...args)
  }
  Object.defineProperty(native, 'length', { value: 1 })
  vi.stubGlobal('fetch', native)
  return { calls, native: native as unknown as typeof fetch }
}

const running: TestTelemetry[] = []

/** A telemetry that traces fetch, until `stopAll()`. */
export function traceFetches(http: HttpOptions | true = true, options: TelemetryOptions = {}): TestTelemetry {
  const kept = keepSpans({ instrument: { fetch: http, xhr: false }, ...options })
  running.push(kept)
  return kept
}

export function traced(answer?: Answer, http?: HttpOptions) {
  return { ...pageFetch(answer), ...traceFetches(http) }
}

/** For `afterEach`: the page as it was. */
export async function stopAll(): Promise<void> {
  for (const { telemetry } of running.splice(0)) await telemetry.shutdown()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
}

export function sentHeaders({ args: [input, init] }: Call): Headers {
  return input instanceof Request ? input.headers : new Headers((init as RequestInit | undefined)?.headers)
}
