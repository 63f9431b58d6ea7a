// What the hostile collector promises. Types only: Node never loads this file. How to use it stands in startHostileCollector.mjs.
import type { IncomingHttpHeaders } from 'node:http'
import type { StoredSpan } from '../../../demo/collector/contract'

/**
 * Where the connection ends.
 *
 * | word | what the client sees |
 * | --- | --- |
 * | `at once` | a reset, before anything of the body was read |
 * | `while reading` | a reset, after a part of the body |
 * | `unanswered` | a reset, after the whole body |
 * | `half-closed` | the end of the answer's direction and not one byte of an answer; its own direction stays open |
 * | `within the answer` | the status, the headers, the first byte of a longer body, a reset |
 */
type Cut = 'at once' | 'while reading' | 'unanswered' | 'half-closed' | 'within the answer'

/** What happens to one request. Without any field it is taken and answered as an OpenTelemetry Collector does. */
export interface Behaviour {
  /** Milliseconds from the whole request to the answer or the cut; `Infinity` never answers. @default 0 */
  readonly delay?: number
  /** How the body is read: so many bytes, then so many milliseconds of rest. The client's socket fills up meanwhile. */
  readonly slowRead?: { readonly bytes: number; readonly restMs: number }
  /** Milliseconds from the answer's headers to the end of its body. @default 0 */
  readonly slowAnswer?: number
  readonly cut?: Cut
  /** @default 200, and 204 for a preflight */
  readonly status?: number
  /** Seconds, or the date of the header. */
  readonly retryAfter?: number | Date
  /** Added to the answer; a name in lower case replaces what stands there. */
  readonly headers?: Readonly<Record<string, string>>
  /** The answer's body instead of OTLP's, as a proxy between would write it. */
  readonly body?: string
  /** The message in the answer's body: of the failure, or of the partial success. */
  readonly message?: string
  /** Partial success: so many spans of each request (the first ones) or those that the function picks are rejected; 0 is a warning. */
  readonly reject?: number | ((span: StoredSpan) => boolean)
  /** Whether the spans count as arrived. @default true where the answer begins with a status of 2xx, else false */
  readonly takes?: boolean
  /** Bodies above are answered 413. As sent, not as inflated. */
  readonly maxBytes?: number
  /** `false`: gzip is answered 415. */
  readonly gzip?: boolean
  /** `false`: protobuf is answered 415. */
  readonly protobuf?: boolean
  /** What `text/plain` stands for, as a proxy between sets it right. @default 'application/json' */
  readonly textPlain?: 'application/x-protobuf' | 'application/json'
  /** What a page of another origin is told: its own origin, `*`, nothing, or a third origin. @default 'reflect' */
  readonly cors?: 'reflect' | 'any' | 'none' | 'wrong'
  /** The request headers that a preflight allows. @default whatever it asks for */
  readonly allowHeaders?: readonly string[]
  /** Seconds that a browser may keep a preflight's answer. @default 600 */
  readonly maxAge?: number
  /** The answer's headers that a page of another origin may read. @default 'Retry-After' */
  readonly exposeHeaders?: string
}

/** A behaviour, or a function that picks one when the headers of a request are there. */
export type Script = Behaviour | ((request: HostileRequest) => Behaviour)

/** One request to `/v1/traces`, as far as it has come. */
export interface HostileRequest {
  /** From 1, in the order of arrival, preflights included. */
  readonly number: number
  /** The origin that it came to: `url` or `otherUrl` of the collector. */
  readonly to: string
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly contentType: string | null
  /** The Content-Encoding header. */
  readonly encoding: string | null
  /** Of the body, as read so far and as sent. */
  readonly bytes: number
  /** The spans of the body, whatever became of them. */
  readonly spans: readonly StoredSpan[]
  /** Those that arrived. */
  readonly taken: readonly StoredSpan[]
  /** Why the body was refused, where nobody had scripted it. */
  readonly problem: string | null
  /** Of the answer; 0 while and where there is none. */
  readonly status: number
  /** `cut` is our doing, `aborted` is the client's: it went away before its body was whole, or before our answer was. */
  readonly outcome: 'open' | 'answered' | 'cut' | 'aborted while sending' | 'aborted while waiting'
  /** Milliseconds since the epoch: its headers, its last byte, our last byte or the end of the connection. */
  readonly arrivedAt: number
  readonly readAt: number | null
  readonly closedAt: number | null
}

interface Duplicate {
  readonly span: StoredSpan
  /** Those that brought it, two or more. */
  readonly requests: readonly HostileRequest[]
}

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>

export interface HostileLog {
  /** Oldest first, preflights included. */
  readonly requests: readonly HostileRequest[]
  /** The requests without the preflights. */
  exports(): readonly HostileRequest[]
  preflights(): readonly HostileRequest[]
  /** What has arrived, in the order of the first arrival, each span once. */
  spans(): readonly StoredSpan[]
  /** How many have arrived: `spans().length` without the list. */
  spanCount(): number
  /** The first request that brought the span. */
  requestOf(span: StoredSpan): HostileRequest | undefined
  /** The spans that arrived more than once, told by trace id and span id. */
  duplicates(): readonly Duplicate[]
  /** Waits until `condition` gives something truthy; looked at now and whenever a request goes on. Rejects after `timeoutMs` (5,000). */
  waitFor<T>(condition: () => T, timeoutMs?: number): Promise<Truthy<T>>
  /** Waits until that many different spans have arrived, and gives them. */
  waitForSpans(count: number, timeoutMs?: number): Promise<readonly StoredSpan[]>
}

export interface HostileCollector extends HostileLog {
  /** The origin that serves the pages, and a collector as well. */
  readonly url: string
  /** A collector of another origin. */
  readonly otherUrl: string
  /** `/v1/traces` of the pages' own origin. */
  readonly endpoint: string
  /** `/v1/traces` of the other origin. */
  readonly otherEndpoint: string

  /** The next `times` exports (not preflights), before what `always` says. In the order of the calls. */
  next(script: Script, times?: number): void
  nextPreflight(script: Script, times?: number): void
  /**
   * From now on, for whatever `next` does not script; a field that `next` leaves out comes from here too. What it says about CORS
   * (`cors`, `allowHeaders`, `maxAge`, `exposeHeaders`) holds for preflights as well.
   */
  always(script: Script): void
  alwaysPreflight(script: Script): void
  /** Back to the well-behaved collector; forgets requests and spans. */
  clear(): void

  /** Closes both ports: what is open is reset, what comes is refused. Of one origin only, where it is named. */
  goDown(origin?: string): Promise<void>
  /** Listens again, on the same ports. */
  comeUp(): Promise<void>
  /** Down and up. */
  restart(): Promise<void>

  /** Serves the HTML on the pages' origin and gives its URL. `/telemetry.min.js` is there too; `/never` never answers, `/late` after 1.5 seconds. */
  page(html: string): string
  /** Serves the JavaScript and gives its path. */
  script(name: string, code: string): string
  /** Leaves whoever asks for it without an answer, until it is given by `script`. */
  never(name: string): void
  close(): Promise<void>
}
