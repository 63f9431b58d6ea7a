// @ts-check
import { responseType, rpcStatusType } from './otlpProto.mjs'

/** @typedef {'application/json' | 'application/x-protobuf'} OtlpEncoding */

const RPC_INVALID_ARGUMENT = 3
const RPC_RESOURCE_EXHAUSTED = 8
const RPC_UNAVAILABLE = 14
const RPC_UNKNOWN = 2
/** @type {Record<number, number>} */
const RPC_CODES = {
  413: RPC_RESOURCE_EXHAUSTED,
  429: RPC_RESOURCE_EXHAUSTED,
  502: RPC_UNAVAILABLE,
  503: RPC_UNAVAILABLE,
  504: RPC_UNAVAILABLE,
}

/**
 * ExportTraceServiceResponse: partialSuccess stays unset where everything was taken, as the specification demands.
 * @param {OtlpEncoding} encoding
 * @param {readonly string[]} rejections why a span was not taken, one entry a span
 */
export function encodeSuccess(encoding, rejections) {
  const partialSuccess = { rejectedSpans: rejections.length, errorMessage: summarizeReasons(rejections) }
  const response = rejections.length > 0 ? { partialSuccess } : {}
  if (encoding === 'application/x-protobuf') return Buffer.from(responseType.encode(response).finish())
  if (rejections.length === 0) return Buffer.from('{}')
  return Buffer.from(
    JSON.stringify({ partialSuccess: { ...partialSuccess, rejectedSpans: String(rejections.length) } }),
  )
}

/**
 * google.rpc.Status
 * @param {OtlpEncoding} encoding
 * @param {number} httpStatus
 * @param {string} message
 */
export function encodeFailure(encoding, httpStatus, message) {
  const code = RPC_CODES[httpStatus] ?? (httpStatus < 500 ? RPC_INVALID_ARGUMENT : RPC_UNKNOWN)
  if (encoding === 'application/x-protobuf') return Buffer.from(rpcStatusType.encode({ code, message }).finish())
  return Buffer.from(JSON.stringify({ code, message }))
}

/** @param {readonly string[]} rejections */
export function summarizeReasons(rejections) {
  const [first, ...more] = rejections
  return more.length === 0 ? (first ?? '') : `${first}; and ${more.length} more`
}
