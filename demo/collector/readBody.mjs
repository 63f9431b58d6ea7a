// @ts-check
import { createGunzip } from 'node:zlib'
import { HttpError } from './httpError.mjs'

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('./byteBudget.mjs').Hold} Hold */
/**
 * @typedef {object} Limits
 * @property {number} maxBytes for the body as sent and for the inflated one
 * @property {number} timeoutMs for the whole body, so that one byte now and then does not keep it open
 * @property {ReturnType<typeof import('./byteBudget.mjs').createByteBudget>} budget for all bodies that are being read, as sent and as inflated
 */

/**
 * Reads the whole body, inflated when it says gzip. Stops reading as soon as a limit is reached, whatever Content-Length promised.
 * However it ends, nothing is held of the budget afterwards.
 * @param {Req} req
 * @param {Limits} limits
 * @returns {Promise<{ sent: number, body: Buffer }>} `sent` is the size on the wire
 */
export async function readBody(req, limits) {
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new HttpError(415, `Content-Encoding ${encoding} is not understood, gzip is`, { 'accept-encoding': 'gzip' })
  }
  const hold = limits.budget.open()
  try {
    const raw = await readRaw(req, limits, hold)
    return { sent: raw.length, body: encoding === 'identity' ? raw : await inflate(raw, limits, hold) }
  } finally {
    hold.free()
  }
}

/**
 * @param {Req} req
 * @param {Limits} limits
 * @param {Hold} hold
 * @returns {Promise<Buffer>}
 */
function readRaw(req, limits, hold) {
  return new Promise((resolve, reject) => {
    if (req.destroyed) return reject(new Error('the sender went away'))
    if (Number(req.headers['content-length']) > limits.maxBytes) return reject(tooLarge(limits))
    const gather = createGatherer(limits, hold)
    const timer = setTimeout(() => settle(() => reject(tooSlow(limits))), limits.timeoutMs)
    const listeners = {
      data: (/** @type {Buffer} */ chunk) => {
        const refusal = gather.add(chunk)
        if (refusal) settle(() => reject(refusal))
      },
      end: () => settle(() => resolve(gather.whole())),
      error: (/** @type {Error} */ error) => settle(() => reject(error)),
      close: () => settle(() => reject(new Error('the sender went away'))),
    }
    for (const [event, listener] of Object.entries(listeners)) req.on(event, listener)

    /** @param {() => void} done */
    function settle(done) {
      clearTimeout(timer)
      for (const [event, listener] of Object.entries(listeners)) req.off(event, listener)
      done()
    }
  })
}

/**
 * Piece by piece, so that what a small body becomes is counted while it grows.
 * @param {Buffer} raw
 * @param {Limits} limits
 * @param {Hold} hold
 * @returns {Promise<Buffer>}
 */
async function inflate(raw, limits, hold) {
  const gunzip = createGunzip()
  const gather = createGatherer(limits, hold)
  gunzip.end(raw)
  try {
    for await (const chunk of gunzip) {
      const refusal = gather.add(chunk)
      if (refusal) throw refusal
    }
  } catch (error) {
    if (error instanceof HttpError) throw error
    const { message } = /** @type {Error} */ (error)
    throw new HttpError(400, `the body says Content-Encoding: gzip and is not gzip (${message})`)
  }
  return gather.whole()
}

/** @param {Limits} limits @param {Hold} hold */
function createGatherer(limits, hold) {
  /** @type {Buffer[]} */
  const chunks = []
  let bytes = 0
  return {
    /** @param {Buffer} chunk @returns {HttpError | null} why it could not be kept */
    add(chunk) {
      bytes += chunk.length
      if (bytes > limits.maxBytes) return tooLarge(limits)
      if (!hold.take(chunk.length)) return tooBusy(limits)
      chunks.push(chunk)
      return null
    },
    whole: () => Buffer.concat(chunks),
  }
}

/** @param {Limits} limits */
function tooLarge({ maxBytes }) {
  return new HttpError(413, `the body is larger than ${maxBytes} bytes`)
}

/** @param {Limits} limits */
function tooSlow({ timeoutMs }) {
  return new HttpError(408, `the body did not arrive within ${timeoutMs} milliseconds`)
}

/**
 * 503, not 413: nothing is wrong with this body, and OTLP senders send again what is answered with 503.
 * @param {Limits} limits
 */
function tooBusy({ budget }) {
  const message = `the bodies that are being read fill the ${budget.maxBytes} bytes that there are for them: send this one again`
  return new HttpError(503, message, { 'retry-after': '1' })
}
