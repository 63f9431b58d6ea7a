// @ts-check
/** @typedef {import('./contract').StoredSpan} StoredSpan */
/** @typedef {import('./contract').PlainValue} PlainValue */
/** @typedef {Record<string, any>} Message a decoded protobuf message, as `readOtlpProtobuf` and `readOtlpJson` both give it */

/** @type {readonly StoredSpan['kind'][]} */
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
/** @type {readonly StoredSpan['status']['code'][]} */
const STATUS_CODES = ['unset', 'ok', 'error']

/**
 * The spans of one request, ready to be stored, and why the others cannot be.
 * @param {Message} request
 * @returns {{ spans: StoredSpan[], rejections: string[] }}
 */
export function readSpans(request) {
  /** @type {StoredSpan[]} */
  const spans = []
  /** @type {string[]} */
  const rejections = []
  for (const { resource: resourceMessage, scopeSpans } of request['resourceSpans']) {
    const resource = readAttributes(resourceMessage?.attributes ?? [])
    for (const { scope: scopeMessage, spans: messages } of scopeSpans) {
      const scope = { name: scopeMessage?.name ?? '', version: scopeMessage?.version ?? '' }
      for (const message of messages) {
        const reason = whyInvalid(message)
        if (reason) rejections.push(reason)
        else spans.push(readSpan(message, resource, scope))
      }
    }
  }
  return { spans, rejections }
}

/** @param {Message} span @returns {string | null} */
function whyInvalid(span) {
  if (!isId(span['traceId'], 16)) return `span ${JSON.stringify(span['name'])} has an invalid traceId`
  if (!isId(span['spanId'], 8)) return `span ${JSON.stringify(span['name'])} has an invalid spanId`
  const called = `span ${span['spanId'].toString('hex')}`
  if (span['name'] === '') return `${called} has no name`
  if (span['parentSpanId'].length !== 0 && span['parentSpanId'].length !== 8)
    return `${called} has an invalid parentSpanId`
  if (span['startTimeUnixNano'] === '0') return `${called} has no startTimeUnixNano`
  if (BigInt(span['endTimeUnixNano']) < BigInt(span['startTimeUnixNano'])) return `${called} ends before it starts`
  if (span['events'].some((/** @type {Message} */ event) => event['name'] === ''))
    return `${called} has an event without a name`
  return null
}

/** @param {Uint8Array} bytes @param {number} length */
function isId(bytes, length) {
  return bytes.length === length && bytes.some((byte) => byte !== 0)
}

/**
 * @param {Message} message
 * @param {StoredSpan['resource']} resource
 * @param {StoredSpan['scope']} scope
 * @returns {StoredSpan}
 */
function readSpan(message, resource, scope) {
  const start = BigInt(message['startTimeUnixNano'])
  const end = BigInt(message['endTimeUnixNano'])
  return {
    traceId: toHex(message['traceId']),
    spanId: toHex(message['spanId']),
    parentSpanId: isId(message['parentSpanId'], 8) ? toHex(message['parentSpanId']) : null,
    name: message['name'],
    kind: KINDS[message['kind']] ?? 'unspecified',
    service: String(resource['service.name'] ?? 'unknown_service'),
    resource,
    scope,
    startTime: toMs(start),
    startTimeUnixNano: message['startTimeUnixNano'],
    endTimeUnixNano: message['endTimeUnixNano'],
    duration: toMs(end - start),
    attributes: readAttributes(message['attributes']),
    events: message['events'].map((/** @type {Message} */ event) => ({
      name: event['name'],
      time: toMs(BigInt(event['timeUnixNano'])),
      attributes: readAttributes(event['attributes']),
    })),
    links: message['links'].map((/** @type {Message} */ link) => ({
      traceId: toHex(link['traceId']),
      spanId: toHex(link['spanId']),
      attributes: readAttributes(link['attributes']),
    })),
    status: { code: STATUS_CODES[message['status']?.code ?? 0] ?? 'unset', message: message['status']?.message ?? '' },
    flags: message['flags'],
    traceState: message['traceState'],
    droppedAttributesCount: message['droppedAttributesCount'],
    droppedEventsCount: message['droppedEventsCount'],
    droppedLinksCount: message['droppedLinksCount'],
  }
}

/** @param {Uint8Array} bytes */
function toHex(bytes) {
  return Buffer.from(bytes).toString('hex')
}

/** Nanoseconds as milliseconds with fraction, divided in two steps so that small digits survive. @param {bigint} nanos */
function toMs(nanos) {
  return Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1e6
}

/** @param {Message[]} list @returns {Record<string, PlainValue>} */
function readAttributes(list) {
  return Object.fromEntries(list.map(({ key, value }) => [key, readValue(value)]))
}

/** @param {Message | null} value an AnyValue @returns {PlainValue} */
function readValue(value) {
  if (!value) return null
  if (typeof value['stringValue'] === 'string') return value['stringValue']
  if (typeof value['boolValue'] === 'boolean') return value['boolValue']
  if (typeof value['intValue'] === 'string') return readInt(value['intValue'])
  if (typeof value['doubleValue'] === 'number') return readDouble(value['doubleValue'])
  if (value['arrayValue']) return value['arrayValue'].values.map(readValue)
  if (value['kvlistValue']) return readAttributes(value['kvlistValue'].values)
  if (value['bytesValue']) return Buffer.from(value['bytesValue']).toString('base64')
  return null
}

/** @param {string} decimal */
function readInt(decimal) {
  return Number.isSafeInteger(Number(decimal)) ? Number(decimal) : decimal
}

/** JSON has no NaN and no infinities. @param {number} value */
function readDouble(value) {
  return Number.isFinite(value) ? value : String(value)
}
