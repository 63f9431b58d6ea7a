import { bare, descriptorOf } from '../lib/bare'
import { ask, isPlatforms } from '../lib/native'
import { additions, type HttpSpan } from './httpSpan'

/** What a caller gave to `fetch`, read as the platform reads it: once, in its order, and never again. */
export interface ReadCall {
  readonly method: string
  /** `undefined` where it is not understood. */
  readonly url: string | undefined
  /** The arguments with these headers, in the form in which they came. Nothing that the caller holds is written to. */
  passed(headers: HttpSpan['headers']): unknown[]
  asked(): AskedFor
}

/** What of a request says why it may have failed. */
export type AskedFor = Partial<Pick<Request, 'signal' | 'integrity' | 'cache' | 'redirect' | 'mode' | 'keepalive'>>

type IsRequest = (input: unknown) => input is Request

/** `null`, and nothing read, for an input of another kind. `Platform`: its `Request`, which reads; `null` where the page has none. */
export function readCall(args: unknown[], Platform: typeof Request | null, isRequest: IsRequest): ReadCall | null {
  const [input, init] = args
  if (!isRequest(input) && !isAddress(input)) return null
  const read = Object(init) === init ? readOnce(init as object) : null
  const again = read ? [input, read.stand, ...args.slice(2)] : args
  const isReadable = read !== null || init === undefined || init === null
  try {
    if (isReadable)
      return isRequest(input) ? ofRequest(input, read, args, Platform ?? Request) : ofAddress(again, read, Platform)
  } catch {
    // Who is called refuses it, in his own words.
  }
  return { method: '', url: undefined, passed: () => again, asked: () => ({}) }
}

function ofRequest(given: Request, read: Once | null, args: unknown[], Platform: typeof Request): ReadCall {
  const request = read ? new Platform(given, read.stand) : given
  return {
    method: request.method,
    url: read || !given.bodyUsed ? request.url : undefined, // else it is refused
    passed(headers) {
      if (!read && headers.length === 0) return args
      // Setting on a copy's headers keeps what `{ headers }` as init would reset: referrer and referrer policy.
      const copy = read ? request : new Platform(given)
      addHeaders(copy.headers, headers)
      return args.length > 2 ? [copy, undefined, ...args.slice(2)] : [copy]
    },
    asked: () => request,
  }
}

function ofAddress(args: unknown[], read: Once | null, Platform: typeof Request | null): ReadCall {
  const [input, , ...rest] = args
  const request = Platform ? new Platform(input as string, read?.withoutBody()) : null
  const { method, url } = request ?? { method: String(read?.get('method') ?? 'GET'), url: String(input) }
  const hasBody = (read?.get('body') ?? null) !== null
  return {
    method,
    url: hasBody && /^(?:GET|HEAD)$/i.test(method) ? undefined : url, // that is refused
    passed(headers) {
      if (headers.length === 0) return args
      const { stand } = read ?? readOnce({})
      stand.headers = added(stand.headers as Pairs | Headers | undefined, headers)
      return [input, stand, ...rest]
    },
    asked: () => request ?? ((read?.stand ?? {}) as AskedFor),
  }
}

export function addHeaders(own: Headers, headers: HttpSpan['headers']): void {
  for (const [name, value] of additions((one) => own.has(one), headers)) own.append(name, value)
}

/** What gives its address without a call of the page's, or is none. */
export function isAddress(input: unknown): boolean {
  if (Object(input) !== input || input === globalThis.location) return true
  const href = globalThis.URL && descriptorOf(URL.prototype, 'href')?.get
  if (ask(href, input) === undefined || Symbol.toPrimitive in (input as URL)) return false
  const text: unknown = (input as URL).toString // its own, that of a subclass, or of another realm
  return text === URL.prototype.toString || isPlatforms(text, 'toString')
}

function isHeaders(given: unknown): given is Headers {
  return ask(() => Headers.prototype.has.call(given as Headers, 'a'), null) !== undefined
}

/** What `work` gave or threw, as often as it is asked for. */
function outcomeOf<T>(work: () => T): () => T {
  try {
    const value = work()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}

/** Stands for an object that is to be asked for its text, by whoever comes first. */
class AskedOnce {
  private text: (() => unknown) | null = null

  constructor(private readonly object: unknown) {}

  toString() {
    this.text ??= outcomeOf(() => textOf(this.object))
    return this.text()
  }
}

type Pair = readonly unknown[]
type Pairs = readonly Pair[] | Readonly<Record<string, unknown>>

interface Once {
  /** Stands for the object, with what was read of it: whoever asks again is told the same, or is thrown the same error. */
  readonly stand: Record<string, unknown>
  get(name: string): unknown
  /** The same for a Request that only reads: it would take a body that is a stream. */
  withoutBody(): object
}

/** Reads each member of `object` when it is asked for the first time. */
function readOnce(object: object): Once {
  const known = new Map<PropertyKey, () => unknown>()
  const keep = (key: PropertyKey, give: () => unknown) => {
    known.set(key, give)
    return give
  }
  const read = (key: PropertyKey) => outcomeOf(() => whatIsPassed(key, Reflect.get(object, key) as unknown))
  const get = (key: PropertyKey) => (known.get(key) ?? keep(key, read(key)))()
  const written = new Set<string | symbol>()
  let given = object
  const shape: Record<string, unknown> = {}
  const fieldOf = (key: string | symbol): PropertyDescriptor | undefined => {
    const own = descriptorOf(given, key)
    return own || written.has(key)
      ? bare({ value: get(key), writable: true, enumerable: own?.enumerable ?? true, configurable: true })
      : undefined
  }
  const keys = () => [...new Set([...Reflect.ownKeys(given), ...written])]
  // Who deletes of it, defines on it or freezes it, as with an object of his own, gets one: with all that is still to be read.
  const solid = () => {
    if (given === shape) return shape
    const own = keys().map((key) => [key, fieldOf(key)!] as const)
    for (const [key, descriptor] of own) Object.defineProperty(shape, key, descriptor)
    Object.setPrototypeOf(shape, Reflect.getPrototypeOf(object))
    given = shape
    written.clear()
    return shape
  }
  const stand = new Proxy(
    shape,
    bare<ProxyHandler<Record<string, unknown>>>({
      get: (_, key) => (given === shape ? Reflect.get(shape, key) : get(key)),
      set(_, key, value) {
        if (given === shape) return Reflect.set(shape, key, value)
        written.add(key)
        return Boolean(keep(key, () => value))
      },
      has: (_, key) => key in given || written.has(key),
      ownKeys: keys,
      getOwnPropertyDescriptor: (_, key) =>
        given === shape ? Reflect.getOwnPropertyDescriptor(shape, key) : fieldOf(key),
      getPrototypeOf: () => Reflect.getPrototypeOf(given),
      deleteProperty: (_, key) => Reflect.deleteProperty(solid(), key),
      defineProperty: (_, key, descriptor) => Reflect.defineProperty(solid(), key, descriptor),
      preventExtensions: () => Reflect.preventExtensions(solid()),
      setPrototypeOf: (_, prototype) => Reflect.setPrototypeOf(solid(), prototype),
    }),
  )
  const withoutBody = () =>
    new Proxy(
      {},
      bare({
        get(_, key) {
          const value = get(key)
          return key === 'body' && !(value instanceof AskedOnce) ? undefined : value
        },
      }),
    )
  return { stand, get, withoutBody }
}

const TEXTS = /^(?:method|mode|credentials|cache|redirect|referrer|referrerPolicy|integrity|priority|duplex)$/

/** A member as it is passed on: what the platform would ask for its text, or for its items, has been asked. */
function whatIsPassed(key: PropertyKey, value: unknown): unknown {
  if (Object(value) !== value) return value
  if (key === 'headers') return headersIn(value as object)
  if (key === 'body') return Object.getPrototypeOf(value) === Object.prototype ? new AskedOnce(value) : value
  return TEXTS.test(String(key)) ? textOf(value) : value
}

type Iterate = (...args: never[]) => unknown

/** Asked once; a symbol stays one, to be refused by the platform in its own words. */
const textOf = (value: unknown) => (Object(value) === value ? Reflect.ownKeys({ [value as string]: 0 })[0] : value)

/** In the platform's order, with texts for all that has one; what is of no form that it takes stays as it is, to be refused by it. */
function headersIn(given: object): unknown {
  const iterate = Reflect.get(given, Symbol.iterator) as Iterate | null | undefined
  if (typeof iterate !== 'function') return iterate === undefined || iterate === null ? recordIn(given) : given
  const list = listIn(given, iterate, (pair) => {
    const inner = Object(pair) === pair ? (Reflect.get(pair as object, Symbol.iterator) as Iterate) : null
    return typeof inner === 'function' ? listIn(pair, inner, textOf) : pair
  })
  return isHeaders(given) ? new Headers(list as HeadersInit) : list
}

function recordIn(given: object): object {
  const pairs: [PropertyKey, unknown][] = []
  for (const key of Reflect.ownKeys(given))
    if (Reflect.getOwnPropertyDescriptor(given, key)?.enumerable) pairs.push([key, textOf(Reflect.get(given, key))])
  return Object.fromEntries(pairs)
}

function listIn<T>(given: unknown, iterate: Iterate, each: (item: unknown) => T): T[] {
  const found: T[] = []
  const items = { [Symbol.iterator]: () => Reflect.apply(iterate, given, []) as Iterator<unknown> }
  for (const item of items) found.push(each(item))
  return found
}

/** In the form that was given: who patched before us may spread or list them. */
function added(given: Pairs | Headers | undefined, headers: HttpSpan['headers']): unknown {
  const all = new Headers(given as HeadersInit)
  const more = additions((name) => all.has(name), headers)
  if (Array.isArray(given)) return [...(given as readonly Pair[]), ...more]
  if (isHeaders(given)) {
    for (const [name, value] of more) all.append(name, value)
    return all
  }
  const record: Record<string, unknown> = { ...given }
  for (const [name, value] of more) record[name] = name in record ? `${record[name]},${value}` : value
  return record
}
