// @ts-check
import { createByteBudget } from '../collector/byteBudget.mjs'
import { HttpError } from '../collector/httpError.mjs'

const MAX_BYTES = 100 * 1024
const UNFINISHED_BODIES = 64 // of that size, over all connections

const budget = createByteBudget(UNFINISHED_BODIES * MAX_BYTES)

/**
 * The JSON object in the body. What is too much is read and dropped, so that the answer can still be delivered.
 * @param {import('node:http').IncomingMessage} req
 * @returns {Promise<Record<string, unknown>>} rejects with an `HttpError` when there is none, or no room for it
 */
export async function readJson(req) {
  const hold = budget.open()
  /** @type {Buffer[]} */
  const chunks = []
  let bytes = 0
  let fits = true
  try {
    for await (const chunk of req) {
      bytes += chunk.length
      if (bytes > MAX_BYTES) continue
      fits &&= hold.take(chunk.length)
      if (fits) chunks.push(chunk)
    }
  } finally {
    hold.free()
  }
  if (!fits) throw new HttpError(503, 'too many bodies are being read at once: send this one again')
  const value = bytes > MAX_BYTES ? null : parse(Buffer.concat(chunks))
  if (!value) throw new HttpError(400, `send JSON of at most ${MAX_BYTES} bytes: {"id": 1, "quantity": 2}`)
  return value
}

/** @param {Buffer} body @returns {Record<string, unknown> | null} */
function parse(body) {
  try {
    const value = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
