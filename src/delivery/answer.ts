import { bare } from '../lib/bare'
import { fromUtf8 } from '../lib/utf8'
import { readMessage, varintOf } from '../wire/protobuf'

/** What a collector said to one body, in the words of [OTLP/HTTP](https://opentelemetry.io/docs/specs/otlp/#otlphttp-response). */
export type Answer =
  /** Taken, but for `rejected` spans; `message` says why, or warns. */
  | { readonly kind: 'taken'; readonly rejected: number; readonly message: string }
  /** The same body may be sent again, not before `after` milliseconds when the collector says so. */
  | { readonly kind: 'later'; readonly after: number | null; readonly error: Error }
  /** Nobody answered: no network, no collector, no CORS headers, or too late. */
  | { readonly kind: 'unreachable'; readonly error: Error }
  /** The browser did not take it: the page that hides has no more room, and others may have spent it; or we took it back. */
  | { readonly kind: 'no_room' }
  | { readonly kind: 'too_large'; readonly error: Error }
  /** The syntax or the compression is not understood. */
  | { readonly kind: 'unknown_type'; readonly error: Error }
  | { readonly kind: 'refused'; readonly error: Error }

const RETRYABLE = [429, 502, 503, 504] // OTLP/HTTP, "Retryable Response Codes"
const MAX_ANSWER_BYTES = 64 * 1024 // whatever stands there is no answer to a trace export

// Not just any `<`: with a line feed before it that is protobuf, too.
const BEGIN_OF_PAGE = /^\s*<(!doctype html|html|head|!--)/i
const BEGIN_BYTES = 1024

/** Reads what came back, to its end. Never rejects: a body that cannot be read says nothing. */
export async function readAnswer(response: Response, endpoint: string): Promise<Answer> {
  const { status, headers } = response
  const body = await readBody(response)
  if (response.type === 'opaqueredirect') {
    const error = new Error(`${endpoint} redirects, where \`headers\` must not go: set \`endpoint\` to its target.`)
    return { kind: 'later', after: null, error }
  }
  // Of an empty answer the type says nothing; a whole page is what the router of an application gives to every address.
  const isWebPage =
    (/html/i.test(headers?.get('content-type') ?? '') &&
      (body.length > 0 || Number(headers.get('content-length')) > 0)) ||
    BEGIN_OF_PAGE.test(fromUtf8(body.subarray(0, BEGIN_BYTES)))
  if (response.ok && !isWebPage) return { kind: 'taken', ...readPartialSuccess(body) }
  const said = response.ok ? 'with a web page' : `${status} ${response.statusText}`.trim()
  const hint = response.ok || status === 404 ? '; the address of a collector mostly ends in /v1/traces' : ''
  const error = new Error(`${endpoint} answered ${said}${hint}`)
  if (RETRYABLE.includes(status)) return { kind: 'later', after: retryAfter(headers), error }
  return { kind: status === 413 ? 'too_large' : status === 415 ? 'unknown_type' : 'refused', error }
}

/** `Retry-After` in milliseconds: seconds or a date ([RFC 9110, 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)). */
function retryAfter(headers: Headers): number | null {
  const given = headers.get('retry-after')?.trim()
  if (!given) return null
  const ms = /^\d+$/.test(given) ? Number(given) * 1000 : Date.parse(given) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

interface PartialSuccess {
  readonly rejected: number
  readonly message: string
}

const NOTHING: PartialSuccess = { rejected: 0, message: '' }

/** Of every answer, an empty one too: until its end the browser counts the bytes of a keepalive request as under way. */
async function readBody(response: Response): Promise<Uint8Array> {
  try {
    if (Number(response.headers.get('content-length')) > MAX_ANSWER_BYTES) await response.body?.cancel()
    else return new Uint8Array(await response.arrayBuffer())
  } catch {
    // cut off
  }
  return new Uint8Array()
}

function readPartialSuccess(body: Uint8Array): PartialSuccess {
  if (body.length === 0 || body.length > MAX_ANSWER_BYTES) return NOTHING
  try {
    return body[0] === OPEN_BRACE ? fromJson(fromUtf8(body)) : fromProtobuf(body)
  } catch {
    return NOTHING // cut off, or an answer to something else
  }
}

const OPEN_BRACE = 123

function fromJson(text: string): PartialSuccess {
  const { partialSuccess } = bare(JSON.parse(text)) as {
    partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown } | null
  }
  const { rejectedSpans, errorMessage } = bare({ ...partialSuccess })
  return checked(Number(rejectedSpans ?? 0), errorMessage)
}

const PARTIAL_SUCCESS = 1
const REJECTED_SPANS = 1
const ERROR_MESSAGE = 2

/** `ExportTraceServiceResponse { partial_success = 1 { int64 rejected_spans = 1; string error_message = 2 } }` */
function fromProtobuf(bytes: Uint8Array): PartialSuccess {
  let rejected = 0
  let message = ''
  readMessage(bytes, (field, inside) => {
    if (field !== PARTIAL_SUCCESS) return
    readMessage(inside, (number, value) => {
      if (number === REJECTED_SPANS) rejected = Number(varintOf(value))
      else if (number === ERROR_MESSAGE) message = fromUtf8(value)
    })
  })
  return checked(rejected, message)
}

function checked(rejected: number, message: unknown): PartialSuccess {
  return { rejected: Math.max(0, rejected || 0), message: typeof message === 'string' ? message : '' }
}
