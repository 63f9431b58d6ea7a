import { active } from '../context/context'
import type { SpanContextMap } from '../context/frame'
import { bare } from '../lib/bare'
import { monotonic } from '../lib/clock'
import { isOffline } from '../lib/isOffline'
import { isOwnEndpoint } from '../lib/ownEndpoints'
import { guard, report } from '../lib/report'
import { traceHeaders } from '../propagation/propagator'
import type { Attributes } from '../trace/attributes'
import { errorType } from '../trace/exception'
import type { RecordingSpan } from '../trace/recordingSpan'
import type { TraceContext } from '../trace/span'
import type { SpanMaker } from '../trace/tracer'
import { absoluteUrl, createRedaction, isOwnOrigin, matches, mayPropagate, type UrlPattern } from './urls'

/** How requests become spans. The same for fetch and XHR; each may be given its own. */
export interface HttpOptions {
  /** Requests that make no span and get no header: the beginning of a URL, a path, or a RegExp. @default none */
  readonly ignoreUrls?: readonly UrlPattern[] | undefined
  /** Origins besides the page's own that get `traceparent`; others would answer it with a CORS error. @default none */
  readonly propagateTo?: readonly UrlPattern[] | undefined
  /** `false`: not even the page's own origin gets `traceparent`. @default true */
  readonly propagateToSameOrigin?: boolean | undefined
  /**
   * Requests that are traced and get no header, whatever else is said: such as a path of the own origin that redirects to another one
   * (a download from a bucket), whose CORS rules do not allow it. @default none
   */
  readonly neverPropagateTo?: readonly UrlPattern[] | undefined
  /** Query parameters whose values are replaced by REDACTED in `url.full`, whatever their case, besides signatures and secrets. @default none */
  readonly redactParams?: readonly string[] | undefined
  /**
   * Replaces also the values of parameters whose names contain `token`, `secret`, `password`, `api_key`, `session_id`, `reset_code`, `auth`
   * (but not `author`) and the like, have `sid`, `sig` or `otp` as a word, or `pass` as the last one: in any case, with any separator or a
   * capital letter between words. `false`: only the signatures that the conventions name and `redactParams`. Either way a value goes that is
   * an address with such a parameter, or with a password.
   * @default true
   */
  readonly redactSecrets?: boolean | undefined
  /** Called when a span starts, before the header is added. What it throws is reported. */
  readonly onRequest?:
    | ((span: TraceContext, request: { readonly method: string; readonly url: string }) => void)
    | undefined
  /** Called before a span ends: with the `Response`, the `XMLHttpRequest`, or the error. */
  readonly onResponse?: ((span: TraceContext, outcome: unknown) => void) | undefined
}

/** One request on its way. */
export interface HttpSpan {
  readonly span: TraceContext
  /** What to add to the request; empty where nothing may be added. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** An answer came. */
  answered(status: number, outcome: unknown): void
  /**
   * No answer: `outcome` is what the caller gets, `type` the word for `error.type`, `time` when that was. `mayLearn: false` for a request
   * that asks for less than any answer (`integrity`, `redirect: 'error'`, …): our headers are not to blame then.
   */
  failed(outcome: unknown, more?: Failure): void
  /** The page took it back: no error (HTTP conventions, "intentional abort"). */
  aborted(outcome: unknown): void
}

interface Failure {
  readonly type?: string
  readonly time?: number
  readonly mayLearn?: boolean
}

/** Starts the span of a request, or gives `null` when it is not to be traced. */
export type StartHttpSpan = (method: string, url: string | URL) => HttpSpan | null

const METHODS = /^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|QUERY)$/
/** The `error.type` of an XHR that got no answer. */
export const NETWORK_ERROR = 'network_error'
const MAX_LEARNT = 100
const AT_ONCE_MS = 5000 // what takes longer fails for another reason
const NO_HEADERS: readonly (readonly [string, string])[] = []

/** Requests of one telemetry ([HTTP client conventions](https://opentelemetry.io/docs/specs/semconv/http/http-spans/)). */
export function createHttpSpans(maker: SpanMaker, options: HttpOptions): StartHttpSpan {
  const {
    ignoreUrls = [],
    propagateTo = [],
    propagateToSameOrigin = true,
    neverPropagateTo = [],
    onRequest,
    onResponse,
  } = options
  const redacted = createRedaction(options)
  const learnt = new Set<string>() // paths where a request failed with our headers; `#` and the path, where they went again

  return (given, rawUrl) => {
    const url = toldUrl(rawUrl, ignoreUrls)
    if (url === null) return null

    const { loose } = maker.host
    if (loose?.isRecording() && !maker.currentSpan())
      report(
        'a request began beside an open span that was never current: use withSpan() or withContext().',
        (loose as RecordingSpan).name,
      )

    const upper = given.toUpperCase()
    const method = METHODS.test(upper) ? upper : '_OTHER'
    const span = maker.startSpan(method === '_OTHER' ? 'HTTP' : method, {
      kind: 'client',
      attributes: startAttributes(method, given, url, redacted(url)),
    })
    if (onRequest) guard('onRequest', () => onRequest(span, { method: given, url: url.href }))

    const path = url.origin + url.pathname
    const isWanted =
      mayPropagate(url, propagateTo, propagateToSameOrigin) && !learnt.has(path) && !matches(url, neverPropagateTo)
    const headers = isWanted ? headersOf(span, maker, active()) : NO_HEADERS
    const begun = monotonic()
    const learn = () => {
      if (headers.length === 0) return void learnt.delete(path) // it was not for them, then
      // Nobody sees a redirect to an origin that does not allow the headers: the request fails, as it does without a network.
      if (isOwnOrigin(url) && !isOffline() && monotonic() - begun < AT_ONCE_MS && learnt.size < MAX_LEARNT) {
        learnt.add(path)
        report(`${path} failed with trace headers, and gets none while it redirects: see \`neverPropagateTo\`.`)
      }
    }

    const end = (outcome: unknown, time?: number) => {
      if (onResponse) guard('onResponse', () => onResponse(span, outcome))
      span.end(time)
    }
    return {
      span,
      headers,
      answered(status, outcome) {
        span.setAttribute('http.response.status_code', status)
        if (status >= 400) span.setAttribute('error.type', String(status)).setStatus('error')
        end(outcome)
        if (!learnt.has(path) || learnt.has(`#${path}`)) return
        const { url: from, responseURL = from } = outcome as Partial<Response & XMLHttpRequest>
        // By no other origin: a server or a network was away for a moment. Once, since the same path may lead elsewhere the next time.
        if (`${responseURL}`.startsWith(path)) {
          learnt.delete(path)
          learnt.add(`#${path}`)
        }
      },
      failed(outcome, more) {
        const { type, time, mayLearn } = bare({ ...more })
        if (time !== undefined && !span.isRecording()) return // ended with the page in the meantime
        if (mayLearn !== false && (type === NETWORK_ERROR || outcome instanceof TypeError)) learn()
        const message = type === undefined && outcome instanceof Error ? outcome.message : undefined
        span.setAttribute('error.type', type ?? errorType(outcome)).setStatus('error', message)
        end(outcome, time)
      },
      aborted: (outcome) => end(outcome),
    }
  }
}

/** `url` made absolute, or `null` where nothing is told of what is asked of it. */
export function toldUrl(url: string | URL, ignoreUrls: readonly UrlPattern[]): URL | null {
  const absolute = absoluteUrl(url)
  const isTold = absolute && /^https?:$/.test(absolute.protocol) && !isOwnEndpoint(absolute.href)
  return isTold && !matches(absolute, ignoreUrls) ? absolute : null
}

/** What is known of a request when it begins; `full`: the address as it may be recorded. */
export function startAttributes(method: string, given: string, url: URL, full: string): Attributes {
  const attributes: Record<string, string | number> = {
    'http.request.method': method,
    'url.full': full,
    'server.address': url.hostname,
    'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
  }
  if (method !== given) attributes['http.request.method_original'] = given
  return attributes
}

function headersOf(span: TraceContext, maker: SpanMaker, context: SpanContextMap): [string, string][] {
  return traceHeaders(span, maker.contextWith(span, context))
}

/** One owner of a patch, many telemetries behind it: the first that has headers for a request gives them. */
export function startAll(subscribers: Iterable<StartHttpSpan>, method: string, url: string | URL): HttpSpan | null {
  const started: HttpSpan[] = []
  for (const start of subscribers) {
    const one = guard('starting the span of a request', () => start(method, url))
    if (one) started.push(one)
  }
  const [first] = started
  if (!first || started.length === 1) return first ?? null
  return {
    span: first.span,
    headers: started.find((one) => one.headers.length > 0)?.headers ?? NO_HEADERS,
    answered: (status, outcome) => started.forEach((one) => void one.answered(status, outcome)),
    failed: (outcome, more) => started.forEach((one) => void one.failed(outcome, more)),
    aborted: (outcome) => started.forEach((one) => void one.aborted(outcome)),
  }
}

/**
 * What to append to the headers of a request that `has` some by its caller, who stays right: a list (`baggage`) is joined behind theirs,
 * and beside a `traceparent` of theirs there is no `tracestate` of ours.
 */
export function additions(has: (name: string) => boolean, headers: HttpSpan['headers']): HttpSpan['headers'] {
  return headers.filter(([name]) => name === 'baggage' || !(has(name) || (name === 'tracestate' && has('traceparent'))))
}
