// @ts-check
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { corsHeaders } from '../../../demo/collector/corsHeaders.mjs'
import { encodeFailure, encodeSuccess } from '../../../demo/collector/otlpAnswer.mjs'
import { responseType } from '../../../demo/collector/otlpProto.mjs'
import { readOtlpJson } from '../../../demo/collector/readOtlpJson.mjs'
import { readOtlpProtobuf } from '../../../demo/collector/readOtlpProtobuf.mjs'
import { readSpans } from '../../../demo/collector/readSpans.mjs'

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('node:http').ServerResponse} Res */
/** @typedef {import('../../../demo/collector/contract').StoredSpan} StoredSpan */
/** @typedef {import('./contract').Behaviour} Behaviour */
/** @typedef {import('./hostileLog.mjs').OpenRequest} OpenRequest */
/** @typedef {{ status: number, contentType: string, body: Buffer }} Answer */

const inflate = promisify(gunzip)

/**
 * Does to one request what the behaviour says, and tells the log how far it came.
 * @param {Req} req
 * @param {Res} res
 * @param {OpenRequest} request
 * @param {Behaviour} behaviour
 * @param {Pick<ReturnType<typeof import('./hostileLog.mjs').createHostileLog>, 'change' | 'take'>} log
 */
export async function answerHostile(req, res, request, behaviour, log) {
  res.on('close', () => {
    const closedAt = Date.now()
    if (request.outcome !== 'open') log.change(request, { closedAt })
    else if (res.writableFinished) log.change(request, { outcome: 'answered', closedAt })
    else log.change(request, { outcome: req.complete ? 'aborted while waiting' : 'aborted while sending', closedAt })
  })
  if (behaviour.cut === 'at once') return cutOff()

  const body = await readSlowly(req, behaviour, (bytes) => log.change(request, { bytes: request.bytes + bytes }))
  if (behaviour.cut === 'while reading') return cutOff()
  log.change(request, { readAt: Date.now() })

  const answer = req.method === 'OPTIONS' ? answerPreflight(behaviour) : await takeSpans(body)
  await forAWhile(behaviour.delay ?? 0, res)
  if (behaviour.cut === 'unanswered') return cutOff()
  if (behaviour.cut === 'half-closed') {
    log.change(request, { outcome: 'cut' })
    return void req.socket.end()
  }
  await send(answer)

  function cutOff() {
    log.change(request, { outcome: 'cut' })
    req.socket.resetAndDestroy()
  }

  /** @param {Buffer} sent @returns {Promise<Answer>} */
  async function takeSpans(sent) {
    const isProtobuf = typeOf(request, behaviour) === 'application/x-protobuf'
    const contentType = isProtobuf ? 'application/x-protobuf' : 'application/json'
    /** @type {(status: number, message: string) => Answer} */
    const fail = (status, message) => ({ status, contentType, body: encodeFailure(contentType, status, message) })
    /** @type {StoredSpan[]} */
    let spans
    try {
      spans = await decode(sent, typeOf(request, behaviour), request.encoding)
    } catch (error) {
      const problem = /** @type {Error} */ (error).message
      log.change(request, { problem })
      return fail(400, problem)
    }
    log.change(request, { spans })
    if (behaviour.gzip === false && request.encoding) return fail(415, `${request.encoding} is not understood`)
    if (behaviour.protobuf === false && isProtobuf) return fail(415, 'protobuf is not understood')
    if (request.bytes > (behaviour.maxBytes ?? Infinity)) return fail(413, `more than ${behaviour.maxBytes} bytes`)

    const { status = 200, message = 'as the test asked', reject } = behaviour
    const isTaken = behaviour.takes ?? (status < 300 && (!behaviour.cut || behaviour.cut === 'within the answer'))
    const refused = rejectedOf(spans, reject)
    if (isTaken) log.take(request, refused.length > 0 ? spans.filter((span) => !refused.includes(span)) : spans)
    if (status >= 300) return fail(status, message)
    const body =
      reject === undefined ? encodeSuccess(contentType, []) : encodePartial(contentType, refused.length, message)
    return { status, contentType, body }
  }

  /** @param {Answer} answer */
  async function send({ status, contentType, body }) {
    const sent = behaviour.body === undefined ? body : Buffer.from(behaviour.body)
    const headers = { ...headersFor(req, behaviour), ...(contentType && { 'content-type': contentType }) }
    const { cut, slowAnswer = 0 } = behaviour
    const begun = sent.length > 0 ? sent.subarray(0, 1) : Buffer.from(' ')
    const length = cut === 'within the answer' ? Math.max(sent.length, begun.length) + 1 : sent.length
    log.change(request, { status })
    res.writeHead(status, {
      ...headers,
      ...(status !== 204 && { 'content-length': String(length) }),
      ...behaviour.headers,
    })
    if (cut === 'within the answer') {
      // what was written before must leave before the reset: a reset throws away what the system still holds
      await new Promise((resolve) => res.write(begun, resolve))
      await wait(RESET_AFTER_MS)
      return cutOff()
    }
    if (slowAnswer > 0) {
      res.flushHeaders()
      await forAWhile(slowAnswer, res)
    }
    res.end(sent)
  }
}

const RESET_AFTER_MS = 20 // a local client has read the headers by then

/** @param {Behaviour} behaviour @returns {Answer} */
function answerPreflight({ status = 204 }) {
  return { status, contentType: '', body: Buffer.alloc(0) }
}

/** @param {string} contentType @param {number} rejectedSpans @param {string} errorMessage */
function encodePartial(contentType, rejectedSpans, errorMessage) {
  if (contentType === 'application/json')
    return Buffer.from(JSON.stringify({ partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } }))
  return Buffer.from(responseType.encode({ partialSuccess: { rejectedSpans, errorMessage } }).finish())
}

/** @param {readonly StoredSpan[]} spans @param {Behaviour['reject']} reject */
function rejectedOf(spans, reject) {
  return typeof reject === 'function' ? spans.filter(reject) : spans.slice(0, reject ?? 0)
}

/** The type of the body; a beacon of a string says text/plain. @param {OpenRequest} request @param {Behaviour} behaviour */
function typeOf({ contentType }, { textPlain = 'application/json' }) {
  const type = (contentType ?? '').split(';', 1)[0]?.trim()
  return type === 'text/plain' ? textPlain : type
}

/** @param {Buffer} sent @param {string | undefined} type @param {string | null} encoding @returns {Promise<StoredSpan[]>} */
async function decode(sent, type, encoding) {
  const body = encoding === 'gzip' ? await inflate(sent) : sent
  const isJson = type === 'application/json'
  if (!isJson && type !== 'application/x-protobuf') throw new Error(`Content-Type ${type || 'nothing'}`)
  const { spans, rejections } = readSpans(isJson ? readOtlpJson(body) : readOtlpProtobuf(body))
  if (rejections.length > 0) throw new Error(rejections.join('; '))
  return spans
}

/** @param {Req} req @param {Behaviour} behaviour @param {(bytes: number) => void} onBytes @returns {Promise<Buffer>} */
async function readSlowly(req, { slowRead, cut }, onBytes) {
  /** @type {Buffer[]} */
  const chunks = []
  let untilRest = slowRead?.bytes ?? Infinity
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk)
    onBytes(chunk.length)
    if (cut === 'while reading') break
    untilRest -= chunk.length
    for (; slowRead && untilRest <= 0; untilRest += slowRead.bytes) await wait(slowRead.restMs)
  }
  return Buffer.concat(chunks)
}

/** @param {number} ms @param {Res} res */
async function forAWhile(ms, res) {
  if (ms === 0) return
  const gone = new AbortController()
  const leave = () => gone.abort()
  res.once('close', leave)
  try {
    if (ms === Infinity) await new Promise((_, reject) => gone.signal.addEventListener('abort', reject))
    else await wait(ms, undefined, { signal: gone.signal })
  } finally {
    res.off('close', leave)
  }
}

/** @param {Req} req @param {Behaviour} behaviour @returns {Record<string, string>} */
function headersFor(req, { cors = 'reflect', allowHeaders, maxAge = 600, exposeHeaders = 'Retry-After', retryAfter }) {
  const headers = corsHeaders(req, {
    origin: cors === 'wrong' ? 'reflect' : cors,
    methods: 'POST, OPTIONS',
    allow: allowHeaders ?? ['content-type', 'content-encoding'],
    allowRequested: !allowHeaders,
    expose: exposeHeaders,
  })
  if (cors === 'wrong') headers['access-control-allow-origin'] = 'https://somebody.example'
  if (headers['access-control-max-age']) headers['access-control-max-age'] = String(maxAge)
  if (retryAfter !== undefined)
    headers['retry-after'] = typeof retryAfter === 'number' ? String(retryAfter) : retryAfter.toUTCString()
  return headers
}
