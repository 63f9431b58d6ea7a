// @ts-check
import protobuf from 'protobufjs'
import { HttpError } from './httpError.mjs'
import { requestType } from './otlpProto.mjs'

const MAX_DEPTH = 100 // as protobufjs has for its own decoder
const HEX_FIELDS = new Set(['traceId', 'spanId', 'parentSpanId']) // OTLP/JSON writes ids as hex and all other bytes as base64
const EXACT_INTEGER_FIELDS = /(?<!\\)("(?:intValue|(?:startT|endT|t)imeUnixNano)"\s*:\s*)(-?[1-9]\d{15,})(?=\s*[,}])/g
/** @type {Record<string, [min: bigint, max: bigint]>} */
const INTEGER_RANGES = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
}

/**
 * The same plain objects as `readOtlpProtobuf` gives, from OTLP/JSON. What may stand where is read from the official .proto, so that
 * no second description of the messages has to be kept. Unknown fields are passed over, as the specification asks.
 * @param {Buffer} body
 */
export function readOtlpJson(body) {
  let value
  try {
    // JSON.parse would round the 64-bit integers that some senders write as numbers: make them strings before
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body).replace(EXACT_INTEGER_FIELDS, '$1"$2"'))
  } catch (error) {
    throw new HttpError(400, `the body is not JSON: ${/** @type {Error} */ (error).message}`)
  }
  return readMessage(requestType, value, '', 0)
}

/**
 * @param {protobuf.Type} type
 * @param {unknown} value
 * @param {string} path
 * @param {number} depth
 * @returns {Record<string, any>}
 */
function readMessage(type, value, path, depth) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'an object')
  if (depth > MAX_DEPTH) throw new HttpError(400, `the body is nested deeper than ${MAX_DEPTH} levels`)
  /** @type {Record<string, any>} */
  const message = {}
  for (const field of type.fieldsArray) {
    const given = Object.hasOwn(value, field.name) ? /** @type {any} */ (value)[field.name] : null
    const at = path ? `${path}.${field.name}` : field.name
    if (field.repeated) message[field.name] = readList(field, given, at, depth)
    else if (given !== null) message[field.name] = readSingle(field, given, at, depth)
    else if (!field.partOf) message[field.name] = defaultOf(field)
  }
  for (const oneof of type.oneofsArray) {
    if (oneof.fieldsArray.filter((field) => field.name in message).length > 1) throw wrong(path, 'only one value')
  }
  return message
}

/** @param {protobuf.Field} field @param {unknown} given @param {string} at @param {number} depth */
function readList(field, given, at, depth) {
  if (given === null) return []
  if (!Array.isArray(given)) throw wrong(at, 'an array')
  return given.map((item, index) => readSingle(field, item, `${at}[${index}]`, depth))
}

/** @param {protobuf.Field} field @param {unknown} given @param {string} at @param {number} depth */
function readSingle(field, given, at, depth) {
  const { resolvedType, type, name } = field
  if (resolvedType instanceof protobuf.Type) return readMessage(resolvedType, given, at, depth + 1)
  if (resolvedType instanceof protobuf.Enum) return readEnum(given, at)
  if (type === 'string') return typeof given === 'string' ? given : fail(at, 'a string')
  if (type === 'bool') return typeof given === 'boolean' ? given : fail(at, 'true or false')
  if (type === 'double') return readDouble(given, at)
  if (type === 'bytes') return HEX_FIELDS.has(name) ? readHex(given, at) : readBase64(given, at)
  const integer = readInteger(given, INTEGER_RANGES[type], at)
  return type.endsWith('64') ? String(integer) : Number(integer)
}

/** @param {unknown} given @param {string} at */
function readEnum(given, at) {
  return Number.isInteger(given) ? given : fail(at, 'an integer (OTLP/JSON has no enum names)')
}

/** @param {unknown} given @param {string} at */
function readDouble(given, at) {
  if (typeof given === 'number') return given
  if (given === 'NaN' || given === 'Infinity' || given === '-Infinity') return Number(given)
  const isNumeric = typeof given === 'string' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(given)
  return isNumeric ? Number(given) : fail(at, 'a number')
}

/** @param {unknown} given @param {[bigint, bigint] | undefined} range @param {string} at */
function readInteger(given, range, at) {
  const isInteger = Number.isInteger(given) || (typeof given === 'string' && /^-?\d+$/.test(given))
  const integer = isInteger
    ? BigInt(/** @type {string | number} */ (given))
    : fail(at, 'an integer, as a number or a decimal string')
  if (range && (integer < range[0] || integer > range[1])) throw wrong(at, `between ${range[0]} and ${range[1]}`)
  return integer
}

/** @param {unknown} given @param {string} at */
function readHex(given, at) {
  const isHex = typeof given === 'string' && /^([0-9a-f]{2})*$/i.test(given)
  return isHex ? Buffer.from(given, 'hex') : fail(at, 'a hex string')
}

/** @param {unknown} given @param {string} at */
function readBase64(given, at) {
  const isBase64 = typeof given === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(given)
  return isBase64 ? Buffer.from(given, 'base64') : fail(at, 'a base64 string')
}

/** The value of a field that was not sent, as `toObject` of protobufjs gives it. @param {protobuf.Field} field */
function defaultOf(field) {
  if (field.resolvedType instanceof protobuf.Type) return null
  if (field.resolvedType instanceof protobuf.Enum) return 0
  if (field.type === 'string') return ''
  if (field.type === 'bool') return false
  if (field.type === 'bytes') return Buffer.alloc(0)
  return field.type.endsWith('64') ? '0' : 0
}

/** @param {string} at @param {string} wanted @returns {never} */
function fail(at, wanted) {
  throw wrong(at, wanted)
}

/** @param {string} at @param {string} wanted */
function wrong(at, wanted) {
  return new HttpError(400, `${at || 'the body'} must be ${wanted}`)
}
