import { descriptorOf } from './bare'

/**
 * What the platform says of the document. `<img name=baseURI>` in the HTML of a user stands before its own properties and functions
 * ([DOM clobbering](https://html.spec.whatwg.org/multipage/dom.html#dom-document-nameditem)), and is always an object.
 */
export function ofDocument<Name extends keyof Document>(name: Name): Document[Name] | undefined {
  if (typeof document !== 'object') return undefined
  try {
    const value = document[name]
    return typeof value === 'object' ? Reflect.get(Object.getPrototypeOf(document) as object, name, document) : value
  } catch {
    return undefined // somebody's getter
  }
}

/** What relative addresses are completed by; where the page itself is a `blob:`, which completes none, its origin. */
export function baseUrl(): string | undefined {
  return (ofDocument('baseURI') ?? globalThis.location?.href)?.replace(/^blob:/, '')
}

/**
 * The origin by which the browser judges what this page asks for: of a frame from `srcdoc` or `about:blank` that of its maker, of a
 * sandboxed one and of `data:` 'null'. A variable of a script called `origin` stands before the platform's: then it counts as 'null'.
 */
export function ownOrigin(): string {
  const { location, origin } = globalThis
  if (/^http/.test(location?.protocol) && origin !== 'null') return location.origin
  const own = descriptorOf(globalThis, 'origin') // in a worker its class has it
  return (!own || own.get) && typeof origin === 'string' && /:\/\//.test(origin) ? origin : 'null'
}
