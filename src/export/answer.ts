/** What a collector said to one body, in the words of [OTLP/HTTP](https://opentelemetry.io/docs/specs/otlp/#otlphttp-response). */
export type Answer =
  /** Taken, but for `rejected` spans; `message` says why, or warns. */
  | { readonly kind: 'taken'; readonly rejected: number; readonly message: string }
  /** The same body may be sent again, not before `after` milliseconds when the collector says so. */
  | { readonly kind: 'later'; readonly after: number | null; readonly error: Error }
  /** Nobody answered: no network, no collector, no CORS headers, or too late. */
  | { readonly kind: 'unreachable'; readonly error: Error }
  /** The browser would not take it: the page that hides has no more room, and others may have spent it. */
  | { readonly kind: 'no_room' }
  | { readonly kind: 'too_large'; readonly error: Error }
  /** The syntax or the compression is not understood. */
  | { readonly kind: 'unknown_type'; readonly error: Error }
  | { readonly kind: 'refused'; readonly error: Error }

const RETRYABLE = [429, 502, 503, 504] // OTLP/HTTP, "Retryable Response Codes"
const MAX_ANSWER_BYTES = 64 * 1024 // whatever stands there is no answer to a trace export

/** Reads what came back, to its end. Never rejects: a body that cannot be read says nothing. */
export async function readAnswer(response: Response, endpoint: string): Promise<Answer> {
  const { status } = response
  const body = await readBody(response)
  if (response.ok) return { kind: 'taken', ...readPartialSuccess(body) }
  const error = new Error(`${endpoint} answered ${status} ${response.statusText}`.trim())
  if (RETRYABLE.includes(status)) return { kind: 'later', after: retryAfter(response.headers), error }
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
    return body[0] === OPEN_BRACE ? fromJson(new TextDecoder().decode(body)) : fromProtobuf(body)
  } catch {
    return NOTHING // cut off, or an answer to something else
  }
}

const OPEN_BRACE = 123

function fromJson(text: string): PartialSuccess {
  const { partialSuccess } = JSON.parse(text) as {
    partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown } | null
  }
  return checked(Number(partialSuccess?.rejectedSpans ?? 0), partialSuccess?.errorMessage)
}

const PARTIAL_SUCCESS = 1
const REJECTED_SPANS = 1
const ERROR_MESSAGE = 2

/** `ExportTraceServiceResponse { partial_success = 1 { int64 rejected_spans = 1; string error_message = 2 } }` */
function fromProtobuf(bytes: Uint8Array): PartialSuccess {
  const inside = fieldsOf(bytes).get(PARTIAL_SUCCESS)
  if (!(inside instanceof Uint8Array)) return NOTHING
  const fields = fieldsOf(inside)
  const message = fields.get(ERROR_MESSAGE)
  return checked(
    Number(fields.get(REJECTED_SPANS) ?? 0),
    message instanceof Uint8Array ? new TextDecoder().decode(message) : '',
  )
}

const VARINT = 0
const FIXED64 = 1
const LENGTH = 2
const FIXED32 = 5

/** The fields of one protobuf message; of a repeated one the last. Throws at bytes that are none. */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, number | Uint8Array> {
  const fields = new Map<number, number | Uint8Array>()
  let at = 0
  const varint = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('cut off')
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const type = tag % 8
    const field = Math.floor(tag / 8)
    if (type === VARINT) fields.set(field, varint())
    else if (type === LENGTH) {
      const length = varint()
      fields.set(field, bytes.subarray(at, at + length))
      at += length
    } else if (type === FIXED64) at += 8
    else if (type === FIXED32) at += 4
    else throw new Error('no protobuf')
  }
  return fields
}

function checked(rejected: number, message: unknown): PartialSuccess {
  return { rejected: Math.max(0, rejected || 0), message: typeof message === 'string' ? message : '' }
}
