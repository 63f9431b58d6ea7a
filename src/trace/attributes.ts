import { hasOwn } from '../lib/bare'
import { isRecord } from '../lib/isRecord'
import { ignored, report } from '../lib/report'

/** What an attribute can hold (OpenTelemetry's AnyValue). A `bigint` travels as a 64-bit integer. */
export type AttributeValue =
  | string
  | number
  | boolean
  | bigint
  | Uint8Array
  | readonly (AttributeValue | null | undefined)[]
  | { readonly [key: string]: AttributeValue | null | undefined }

/** Named values. `null` and `undefined` are ignored. */
export interface Attributes {
  readonly [key: string]: AttributeValue | null | undefined
}

const MAX_DEPTH = 40 // the specification's limit is 64, but each level is two messages, and decoders refuse a hundred
const MAX_NODES = 10_000 // objects and arrays in one value

/**
 * Attributes as one flat list: key, value, key, value. Five of them cost one small array; they are added without hashing and
 * encoded without making pairs.
 */
export class AttributeList {
  readonly items: (string | AttributeValue)[] = []
  dropped = 0

  constructor(
    private readonly countLimit: number,
    private readonly lengthLimit: number,
  ) {}

  /** Adds or overwrites one. A new key past the limit is counted and left out. */
  set(key: string, value: unknown): void {
    if (value === null || value === undefined) return
    const own = this.checked(key, value)
    if (own === undefined) return
    const { items } = this
    for (let i = 0; i < items.length; i += 2) {
      if (items[i] === key) {
        items[i + 1] = own
        return
      }
    }
    this.push(key, own)
  }

  setAll(attributes: Attributes): void {
    if (typeof attributes !== 'object' || attributes === null) {
      ignored('attributes', 'an object of names and values')
      return
    }
    let isEmpty = true
    const isFirst = this.items.length === 0 // into an empty list all keys of one object are new: no look for a twin
    try {
      // `in` with a look is three times as fast as a list of keys
      for (const key in attributes) {
        if (!hasOwn(attributes, key)) continue
        isEmpty = false
        const value = read(attributes, key)
        if (!isFirst) this.set(key, value)
        else if (value !== null && value !== undefined) {
          const own = this.checked(key, value)
          if (own !== undefined) this.push(key, own)
        }
      }
      if (isEmpty && !isRecord(attributes)) ignored('attributes', 'an object of names and values')
    } catch (error) {
      report('attributes could not be read; they are left out.', error)
    }
  }

  /** Adds one of our own, whatever the limit. */
  mark(key: string, value: string): void {
    this.items.push(key, value)
  }

  toObject(): Attributes {
    const pairs: [string, AttributeValue][] = []
    for (let i = 0; i < this.items.length; i += 2) pairs.push([this.items[i] as string, this.items[i + 1]!])
    return Object.fromEntries(pairs) // takes a key `__proto__` for one like any other
  }

  private push(key: string, value: AttributeValue): void {
    if (this.items.length >= this.countLimit * 2) this.dropped++
    else this.items.push(key, value)
  }

  private checked(key: string, value: unknown): AttributeValue | undefined {
    if (typeof key !== 'string' || key === '') {
      ignored('the name of an attribute', 'a string that is not empty')
      return undefined
    }
    if (typeof value === 'string') return truncate(value, this.lengthLimit)
    if (typeof value === 'number' || typeof value === 'boolean') return value
    nodesLeft = MAX_NODES
    const own = copied(value, this.lengthLimit, [])
    if (own === undefined)
      ignored(
        `attribute \`${key}\` (${typeof value})`,
        'a string, number, boolean, bigint, bytes, or an array or plain object of these',
      )
    return own
  }
}

/** A getter of the page's may throw: that one attribute is left out. */
function read(attributes: Attributes, key: string): unknown {
  try {
    return attributes[key]
  } catch (error) {
    report(`attribute \`${key}\` could not be read; it is left out.`, error)
    return undefined
  }
}

let nodesLeft = 0 // of the value that is being copied: what refers to one object many times would grow without end

/** A copy that later changes of the original do not reach; `undefined` for what no exporter can say. `above`: what holds it. */
function copied(value: unknown, lengthLimit: number, above: readonly object[]): AttributeValue | undefined {
  if (typeof value === 'string') return truncate(value, lengthLimit)
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return value
  if (typeof value !== 'object' || value === null) return undefined
  if (above.length >= MAX_DEPTH || above.includes(value) || nodesLeft-- <= 0) return undefined
  const inside = [...above, value]
  try {
    if (value instanceof Uint8Array) return value.slice(0, Math.min(lengthLimit, value.length))
    if (Array.isArray(value)) return value.map((item) => copied(item, lengthLimit, inside))
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return undefined // not a plain object, of any realm
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, copied(item, lengthLimit, inside)] as const),
    )
  } catch {
    return undefined // a getter or a Proxy of the page's threw
  }
}

/** At most `limit` UTF-16 units, never half of a character. */
function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text
  const last = text.charCodeAt(limit - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit)
}
