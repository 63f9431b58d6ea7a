// @ts-check
import { HttpError } from './httpError.mjs'
import { requestType } from './otlpProto.mjs'

/**
 * An ExportTraceServiceRequest as plain objects: every field present, 64-bit integers as decimal strings (exact), bytes as Buffer.
 * @param {Buffer} body
 */
export function readOtlpProtobuf(body) {
  try {
    return requestType.toObject(requestType.decode(body), { longs: String, defaults: true, arrays: true })
  } catch (error) {
    throw new HttpError(
      400,
      `the body is not an ExportTraceServiceRequest in protobuf: ${/** @type {Error} */ (error).message}`,
    )
  }
}
