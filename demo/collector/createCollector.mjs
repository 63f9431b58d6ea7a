// @ts-check
import { createByteBudget } from './byteBudget.mjs'
import { corsHeaders } from './corsHeaders.mjs'
import { HttpError } from './httpError.mjs'
import { encodeFailure, encodeSuccess, summarizeReasons } from './otlpAnswer.mjs'
import { readBody } from './readBody.mjs'
import { readOtlpJson } from './readOtlpJson.mjs'
import { readOtlpProtobuf } from './readOtlpProtobuf.mjs'
import { readSpans } from './readSpans.mjs'
import { createRequestLog } from './requestLog.mjs'
import { createTraceStore } from './traceStore.mjs'

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('node:http').ServerResponse} Res */
/** @typedef {import('./contract').Collector} Collector */
/** @typedef {{ status: number, body: Buffer, contentType: string, headers: Record<string, string> }} Answer */

const MAX_BODY_BYTES = 16 * 1024 * 1024
const UNFINISHED_BODIES = 4 // of the largest size, over all connections: two of them at once, each as sent and as inflated
const BODY_TIMEOUT_MS = 30_000 // a batch of 56 KiB needs 15 kbit/s for it
const CUT_SHORT = new Set([408, 413, 503]) // the answers that may come before the body has ended
const LINGER_MS = 500 // how long the rest of a refused body is read and dropped, so that its sender gets to read the refusal
const CORS_RULES = {
  methods: 'POST, OPTIONS',
  allow: ['content-type', 'content-encoding'],
  allowRequested: true,
  expose: 'Retry-After',
}

/**
 * An OTLP/HTTP collector for traces: the answers are those of the OTLP specification, the spans land in a store in memory.
 * @type {(options?: import('./contract').CollectorOptions) => Collector}
 */
export function createCollector(options = {}) {
  const {
    maxTraces = 500,
    maxSpans = 20_000,
    maxBodyBytes = MAX_BODY_BYTES,
    maxUnfinishedBytes = UNFINISHED_BODIES * maxBodyBytes,
    bodyTimeout = BODY_TIMEOUT_MS,
    maxRequests = 1000,
    cors = 'reflect',
  } = options
  const store = createTraceStore({ maxTraces, maxSpans })
  const log = createRequestLog(maxRequests)
  const bodyLimits = {
    maxBytes: maxBodyBytes,
    timeoutMs: bodyTimeout,
    budget: createByteBudget(maxUnfinishedBytes),
  }
  /** @type {Parameters<Collector['answerNext']>[0][]} */
  const nextAnswers = []

  return {
    handler,
    store,
    requests: log.requests,
    answerNext(answer, times = 1) {
      for (let i = 0; i < times; i++) nextAnswers.push(answer)
    },
    waitFor: (condition, timeoutMs = 5000) => log.waitFor(condition, timeoutMs, tellState),
  }

  /** @param {Req} req @param {Res} res */
  async function handler(req, res) {
    const noted = { status: 0, bytes: 0, spans: 0, rejected: 0, message: /** @type {string | null} */ (null) }
    try {
      const answer = await answerTo(req, noted)
      for (const [name, value] of Object.entries(corsHeaders(req, { origin: cors, ...CORS_RULES })))
        res.setHeader(name, value)
      send(req, res, answer)
      noted.status = answer.status
    } catch {
      res.destroy() // the sender went away
    }
    log.add(req, noted)
  }

  /** @param {Req} req @param {import('./requestLog.mjs').Noted} noted @returns {Promise<Answer>} */
  async function answerTo(req, noted) {
    if (req.method === 'OPTIONS') return { status: 204, body: Buffer.alloc(0), contentType: '', headers: {} }
    const encoding = answerEncoding(req)
    try {
      const rejections = await takeSpans(req, noted)
      return { status: 200, body: encodeSuccess(encoding, rejections), contentType: encoding, headers: {} }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      const { status, message, headers } = error
      Object.assign(noted, { message })
      return { status, body: encodeFailure(encoding, status, message), contentType: encoding, headers }
    }
  }

  /** @param {Req} req @param {import('./requestLog.mjs').Noted} noted @returns {Promise<string[]>} why spans were rejected */
  async function takeSpans(req, noted) {
    if (req.method !== 'POST')
      throw new HttpError(405, `${req.method} is not answered here, POST is`, { allow: 'POST, OPTIONS' })
    const read = readerFor(req)
    const { sent, body } = await readBody(req, bodyLimits)
    Object.assign(noted, { bytes: sent })
    const { spans, rejections } = readSpans(read(body))
    const message = rejections.length > 0 ? summarizeReasons(rejections) : null
    Object.assign(noted, { spans: spans.length + rejections.length, rejected: rejections.length, message })
    const trouble = nextAnswers.shift()
    if (trouble)
      throw new HttpError(trouble.status, trouble.message ?? 'answered as answerNext() was told', trouble.headers)
    store.add(spans, body.length)
    return rejections
  }

  function tellState() {
    const names = store.spans().map((span) => `${span.service} ${span.name}`)
    return `${log.requests.length} requests, ${names.length} spans: ${names.slice(-20).join(', ')}`
  }
}

/** @param {Req} req */
function mediaType(req) {
  return (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/** @param {Req} req @returns {import('./otlpAnswer.mjs').OtlpEncoding} */
function answerEncoding(req) {
  return mediaType(req) === 'application/x-protobuf' ? 'application/x-protobuf' : 'application/json'
}

/** @param {Req} req */
function readerFor(req) {
  const type = mediaType(req)
  if (type === 'application/x-protobuf') return readOtlpProtobuf
  // text/plain: what a beacon of a string says, which needs no preflight
  if (type === 'application/json' || type === 'text/plain') return readOtlpJson
  throw new HttpError(
    415,
    `Content-Type ${type || 'is missing and'} is not understood, application/json and application/x-protobuf are`,
  )
}

/** @param {Req} req @param {Res} res @param {Answer} answer */
function send(req, res, { status, body, contentType, headers }) {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  if (contentType) res.setHeader('content-type', contentType)
  if (status !== 204) res.setHeader('content-length', body.length)
  if (req.complete || !CUT_SHORT.has(status)) return void res.writeHead(status).end(body)
  res.writeHead(status, { connection: 'close' }).write(body)
  lingerThenEnd(req, res)
}

/**
 * Closing a connection while its sender still writes would reset it, and the sender would see no answer at all.
 * @param {Req} req
 * @param {Res} res
 */
function lingerThenEnd(req, res) {
  const timer = setTimeout(end, LINGER_MS)
  req.once('end', end)
  req.once('close', end)
  req.resume()
  function end() {
    clearTimeout(timer)
    res.end()
  }
}
