// @ts-check
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { HttpError } from './httpError.mjs'

const inflate = promisify(gunzip)

/**
 * Reads the whole body, inflated when it says gzip. Stops reading as soon as it is too large, whatever Content-Length promised.
 * @param {import('node:http').IncomingMessage} req
 * @param {number} maxBytes for the body as sent and for the inflated one
 * @returns {Promise<{ sent: number, body: Buffer }>} `sent` is the size on the wire
 */
export async function readBody(req, maxBytes) {
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new HttpError(415, `Content-Encoding ${encoding} is not understood, gzip is`, { 'accept-encoding': 'gzip' })
  }
  const raw = await readRaw(req, maxBytes)
  if (encoding === 'identity') return { sent: raw.length, body: raw }
  try {
    return { sent: raw.length, body: await inflate(raw, { maxOutputLength: maxBytes }) }
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes)
    throw new HttpError(400, `the body says Content-Encoding: gzip and is not gzip (${message})`)
  }
}

/**
 * @param {import('node:http').IncomingMessage} req
 * @param {number} maxBytes
 * @returns {Promise<Buffer>}
 */
function readRaw(req, maxBytes) {
  return new Promise((resolve, reject) => {
    if (Number(req.headers['content-length']) > maxBytes) return reject(tooLarge(maxBytes))
    /** @type {Buffer[]} */
    const chunks = []
    let bytes = 0
    req.on('data', (chunk) => {
      bytes += chunk.length
      if (bytes <= maxBytes) return chunks.push(chunk)
      req.pause()
      req.removeAllListeners('data')
      reject(tooLarge(maxBytes))
    })
    req.on('end', () => resolve(Buffer.concat(chunks)))
    req.on('error', reject)
    req.on('close', () => reject(new Error('the sender went away')))
  })
}

/** @param {number} maxBytes */
function tooLarge(maxBytes) {
  return new HttpError(413, `the body is larger than ${maxBytes} bytes`)
}
