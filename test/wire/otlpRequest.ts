import protobuf from 'protobufjs'
import { requestType } from '../../demo/collector/otlpProto.mjs'

/** Any message of a request, as JSON has it. */
export interface Plain {
  readonly resourceSpans?: Plain[]
  readonly resource?: Plain
  readonly scopeSpans?: Plain[]
  readonly scope?: Plain
  readonly spans?: Plain[]
  readonly traceId?: string
  readonly spanId?: string
  readonly name?: string
  readonly kind?: number
  readonly flags?: number
  readonly startTimeUnixNano?: string
  readonly endTimeUnixNano?: string
  readonly timeUnixNano?: string
  readonly attributes?: Plain[]
  readonly events?: Plain[]
  readonly links?: Plain[]
  readonly droppedLinksCount?: number
  readonly status?: object
  readonly key?: string
  readonly value?: Plain
  readonly stringValue?: string
  readonly intValue?: string
  readonly doubleValue?: number | string
}

/**
 * Protobuf as plain objects in the shape of JSON, by the official `.proto`, without fields that say what their absence says.
 * Throws on any field that the schema does not explain.
 */
export function readProtobuf(bytes: Uint8Array): Plain {
  checkFields(requestType, bytes)
  return tidied(
    requestType,
    requestType.toObject(requestType.decode(bytes), { longs: String, bytes: String, json: true }),
  )
}

const WIRE_TYPES: Record<string, number> = { double: 1, fixed64: 1, string: 2, bytes: 2, fixed32: 5 }

function checkFields(type: protobuf.Type, bytes: Uint8Array): void {
  const reader = protobuf.Reader.create(bytes)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const field = type.fieldsById[tag >>> 3]?.resolve()
    const message = field?.resolvedType && 'fields' in field.resolvedType ? (field.resolvedType as protobuf.Type) : null
    if (!field || (message ? 2 : (WIRE_TYPES[field.type] ?? 0)) !== (tag & 7))
      throw new Error(`tag ${tag} in ${type.name}`)
    if (message) checkFields(message, reader.bytes())
    else reader.skipType(tag & 7)
  }
}

function tidied(type: protobuf.Type, from: object): Plain {
  const fields = Object.entries(from).flatMap(([name, value]) => {
    const field = type.fields[name] as protobuf.Field
    const message = field.resolvedType && 'fields' in field.resolvedType ? field.resolvedType : null
    if (message)
      return [[name, Array.isArray(value) ? value.map((item) => tidied(message, item)) : tidied(message, value)]]
    const isDefault = value === '' || value === 0 || (value === '0' && field.type === 'fixed64')
    return field.partOf === null && isDefault ? [] : [[name, value]]
  })
  return Object.fromEntries(fields) as Plain
}

/** OTLP/JSON as the same plain objects. Throws on unknown names, and on any value in another form than OTLP asks for. */
export function readJson(bytes: Uint8Array): Plain {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  return tidied(requestType, readMessage(requestType, JSON.parse(text), 'request'))
}

function readMessage(type: protobuf.Type, from: object, path: string): object {
  if (typeof from !== 'object' || Array.isArray(from)) throw new Error(`${path} is no object`)
  const to: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(from) as [string, unknown][]) {
    const field = type.fields[name]?.resolve()
    if (!field) throw new Error(`${path}.${name} is not in the schema`)
    if (!field.repeated) to[name] = readField(field, value, `${path}.${name}`)
    else if (!Array.isArray(value)) throw new Error(`${path}.${name} is no list`)
    else if (value.length > 0) to[name] = value.map((item) => readField(field, item, `${path}.${name}[]`))
  }
  return to
}

function readField(field: protobuf.Field, value: unknown, path: string): unknown {
  const right = (is: boolean, read: unknown = value) => {
    if (!is) throw new Error(`${path} as ${field.type}: ${JSON.stringify(value)}`)
    return read
  }
  const isUint32 = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32
  if (field.resolvedType && 'values' in field.resolvedType)
    return right(typeof value === 'number' && value in field.resolvedType.valuesById)
  if (field.resolvedType) return readMessage(field.resolvedType as protobuf.Type, value as object, path)
  switch (field.type) {
    case 'bytes':
      if (!field.name.endsWith('Id')) return right(typeof value === 'string')
      return right(/^[0-9a-f]*$/.test(value as string), Buffer.from(value as string, 'hex').toString('base64'))
    case 'int64':
      return right(
        /^(0|-?[1-9]\d*)$/.test(value as string) &&
          BigInt.asIntN(64, BigInt(value as string)) === BigInt(value as string),
      )
    case 'fixed64':
      return right(
        /^(0|[1-9]\d*)$/.test(value as string) && BigInt(value as string) < 2n ** 64n && typeof value === 'string',
      )
    case 'uint32':
    case 'fixed32':
      return right(isUint32)
    case 'double':
      return right(typeof value === 'number' || ['NaN', 'Infinity', '-Infinity'].includes(value as string))
    case 'bool':
      return right(typeof value === 'boolean')
    default:
      return right(field.type === 'string' && typeof value === 'string')
  }
}

/** The spans of a request, in order. */
export function spansIn(request: Plain): Plain[] {
  return (request.resourceSpans ?? []).flatMap(({ scopeSpans }: Plain) =>
    (scopeSpans ?? []).flatMap(({ spans }: Plain) => spans ?? []),
  )
}
