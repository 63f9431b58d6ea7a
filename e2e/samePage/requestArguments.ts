// What a page can see of a request that it makes, and what the server gets: the same random arguments, made twice.
import { createRandom } from '../../test/support/random'

type Fetch = (this: unknown, ...args: unknown[]) => Promise<Response>

/** One request: what the page saw of it, and what the server got. */
export interface Made {
  readonly seen: readonly string[]
  readonly outcome: string
  readonly arrived: Readonly<Record<string, string>> | null
}

const OWN_TRACE = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`

/** Random values that note in `seen` whatever is asked of them. */
function createValues(seed: number, seen: string[]) {
  const { next, pick } = createRandom(seed)
  const chance = (share: number) => next() < share

  const told = (name: string, text: unknown) => ({
    toString() {
      seen.push(`text of ${name}`)
      if (text instanceof Error) throw text
      return text
    },
  })
  /** Notes every trap; what is listed is read by its getters. */
  const watched = (name: string, object: object) => {
    const handler = new Proxy(
      {},
      {
        get:
          (_, trap) =>
          (...args: [object, ...unknown[]]) => {
            const key = args[1]
            seen.push(
              `${String(trap)} ${typeof key === 'string' || typeof key === 'symbol' ? String(key) : ''} of ${name}`,
            )
            if (trap === 'get') args[2] = args[0]
            return (Reflect[trap as 'get'] as (...all: unknown[]) => unknown)(...args)
          },
      },
    )
    return new Proxy(object, handler)
  }
  const withGetters = (name: string, fields: object) =>
    Object.defineProperties(
      {},
      Object.fromEntries(
        Object.entries(fields).map(([key, value]) => [
          key,
          {
            enumerable: true,
            get() {
              seen.push(`field ${key} of ${name}`)
              return value as unknown
            },
          },
        ]),
      ),
    )
  class Inherited {}
  const shaped = (name: string, fields: object): unknown =>
    pick([
      () => fields,
      () => fields,
      () => Object.freeze(fields),
      () => watched(name, fields),
      () => withGetters(name, fields),
      () => Object.assign(Object.create(null) as object, fields),
      () => Object.create(withGetters(name, fields)) as object,
      () => Object.assign(new Inherited(), fields),
      () => Object.assign(() => {}, fields),
    ])()
  function* once(name: string, pairs: readonly (readonly unknown[])[]) {
    for (const pair of pairs) {
      seen.push(`next of ${name}`)
      yield pair
    }
  }

  const pairs = (): [string, string][] => [
    ['x-one', '1'],
    ...(chance(0.5) ? ([['Authorization', 'B']] as [string, string][]) : []),
    ...(chance(0.2) ? ([[pick(['traceparent', 'TraceParent']), OWN_TRACE]] as [string, string][]) : []),
    ...(chance(0.2) ? ([[pick(['baggage', 'Baggage']), 'own=1']] as [string, string][]) : []),
    ...(chance(0.2) ? ([['tracestate', 'own=1']] as [string, string][]) : []),
  ]
  const record = () => Object.fromEntries(pairs())
  const headers = (): unknown =>
    pick([
      record,
      record,
      pairs,
      () => new Headers(pairs()),
      () => new Map(pairs()),
      () => new Set(pairs()),
      () => once('headers', pairs()),
      () => pairs().map((pair) => once('a pair', [pair]).next().value),
      () => pairs().map((pair) => new Set(pair)),
      () => watched('headers', record()),
      () => watched('a list of headers', pairs()),
      () => withGetters('headers', record()),
      () => ({ ...record(), 'x-two': told('a value', '2') }),
      () => ({ ...record(), 'bad name': '1' }),
      () => ({ ...record(), 'x-symbol': Symbol('no') }),
      () => [['x-alone']],
      () => [...pairs(), ['x-three', told('a value', new RangeError('no text'))]],
      () => 5,
      () => 'text',
      () => null,
      () => undefined,
    ])()
  const text = (name: string, values: readonly unknown[]): unknown => {
    const value = pick(values)
    return chance(0.2) ? told(name, value) : value
  }
  const METHODS = ['GET', 'POST', 'post', 'PUT', 'patch', 'DELETE', 'POST', 'POST', 'bad method', 'TRACE', 'вид']
  const members = () => ({
    ...(chance(0.7) && { method: text('method', METHODS) }),
    ...(chance(0.7) && { headers: headers() }),
    ...(chance(0.4) && {
      body: pick([
        () => 'text',
        () => new URLSearchParams({ a: '1' }),
        () => new Blob(['blob'], { type: 'text/x' }),
        () => new TextEncoder().encode('bytes'),
        () => told('body', 'told'),
        () => null,
        () => 5,
      ])(),
    }),
    ...(chance(0.2) && { mode: text('mode', ['cors', 'same-origin', 'bogus']) }),
    ...(chance(0.2) && { credentials: text('credentials', ['omit', 'include', 'bogus']) }),
    ...(chance(0.2) && { cache: text('cache', ['no-store', 'reload', 'bogus', Symbol('cache')]) }),
    ...(chance(0.2) && { redirect: text('redirect', ['follow', 'error', undefined]) }),
    ...(chance(0.1) && { referrer: text('referrer', ['/from', '', 'about:client', 'http://[']) }),
    ...(chance(0.1) && { referrerPolicy: text('referrerPolicy', ['origin', 'bogus']) }),
    ...(chance(0.1) && { integrity: text('integrity', ['']) }),
    ...(chance(0.1) && { keepalive: pick<unknown>([true, 0, {}]) }),
    ...(chance(0.1) && { priority: text('priority', ['low', 'high']) }),
    ...(chance(0.1) && { window: pick<unknown>([null, 5]) }),
    ...(chance(0.15) && {
      signal: pick([
        () => new AbortController().signal,
        () => AbortSignal.abort(new EvalError('mine')),
        () => AbortSignal.abort(),
        () => 5,
        () => null,
      ])(),
    }),
    ...(chance(0.1) && { unknown: told('unknown', 'x') }),
  })
  const init = (): unknown[] =>
    pick([
      () => [],
      () => [undefined],
      () => [null],
      () => [5],
      () => ['text'],
      ...Array.from({ length: 12 }, () => () => [shaped('init', members())]),
      () => [shaped('init', members()), 'a third argument'],
    ])()
  class AddressOfItsOwn extends URL {
    override toString() {
      return String(told('url', `${this.pathname}?own`))
    }
  }
  const url = (path: string): unknown =>
    pick<() => unknown>([
      () => path,
      () => path,
      () => path,
      () => `${location.origin}${path}?q=${'x'.repeat(20)}`,
      () => new URL(path, location.href),
      () => Object.assign(new URL(path, location.href), { toString: told('url', `${path}?own`).toString }),
      () => new AddressOfItsOwn(path, location.href),
      () => Object.assign(new URL(path, location.href), { [Symbol.toPrimitive]: told('url', `${path}?own`).toString }),
      () => told('url', path),
      () => watched('url', new String(path)),
      () => told('url', new RangeError('no text')),
      () => 'http://[',
      () => Symbol('url'),
      () => undefined,
      () => 'http://user:secret@localhost:1/', // a port that browsers refuse at once
    ])()
  return { pick, chance, init, url, text, told, record, METHODS }
}

/** Makes `count` random calls of `call`, each after the one before. */
export async function fetchCalls(call: Fetch, seed: number, count: number): Promise<Made[]> {
  const made: Made[] = []
  for (let at = 0; at < count; at++) {
    const seen: string[] = []
    const { pick, chance, init, url, record } = createValues(seed * 1000 + at, seen)
    const request = (path: string) => {
      const body = chance(0.5) ? { method: 'POST', body: 'of the request' } : {}
      return new Request(path, { headers: record(), credentials: 'omit', ...body })
    }
    const given = chance(0.25) ? request('/lab/echo') : url('/lab/echo')
    const spent = given instanceof Request && chance(0.15)
    if (spent) await given.text()
    const args = chance(0.03) ? [] : [given, ...init()]
    const self = pick([undefined, undefined, globalThis, null, {}])
    let promise: Promise<Response>
    let how = ''
    try {
      promise = Reflect.apply(call, self, args)
      seen.push('called')
    } catch (error) {
      how = 'threw '
      promise = Promise.reject(error as Error)
    }
    made.push(await outcomeOf(how, promise, seen, () => (given instanceof Request ? ` used: ${given.bodyUsed}` : '')))
  }
  return made
}

async function outcomeOf(
  how: string,
  promise: Promise<Response>,
  seen: readonly string[],
  more: () => string,
): Promise<Made> {
  try {
    const response = await promise
    const body = await response.text()
    const arrived = response.ok && body.startsWith('{') ? arrivedOf(body) : null
    return { seen, outcome: `${how}${response.status} ${response.type} ${response.redirected}${more()}`, arrived }
  } catch (error) {
    return { seen, outcome: `${how}${String(error)}${more()}`, arrived: null }
  }
}

/** All that the server tells, but for what differs from call to call. */
function arrivedOf(echo: string): Record<string, string> {
  const { method, url, body, headers } = JSON.parse(echo) as Record<string, string> & {
    headers: Record<string, string>
  }
  return { ...headers, method: method!, url: url!, body: body!, connection: '' }
}

/** The same for XMLHttpRequest, by what `methods` has of it. */
export async function xhrCalls(
  methods: Pick<XMLHttpRequest, 'open' | 'setRequestHeader' | 'send'>,
  seed: number,
  count: number,
) {
  const made: Made[] = []
  for (let at = 0; at < count; at++) {
    const seen: string[] = []
    const { chance, url, text, told, pick, METHODS } = createValues(seed * 1000 + at, seen)
    const xhr = new XMLHttpRequest()
    const attempt = (name: keyof typeof methods, self: unknown, args: unknown[]) => {
      try {
        seen.push(`${name} gave ${String(Reflect.apply(methods[name] as () => unknown, self, args))}`)
        return true
      } catch (error) {
        seen.push(`${name} threw ${String(error)}`)
        return false
      }
    }
    const self = chance(0.05) ? pick<unknown>([undefined, {}, new Proxy(xhr, {})]) : xhr
    const opening = [
      text('method', METHODS),
      url('/lab/echo'),
      ...pick([[], [], [], [true], [undefined], [false], [told('async', 'x')]]),
    ]
    const isOpen = attempt('open', self, chance(0.04) ? opening.slice(0, 1) : opening)
    for (const [name, value] of [
      ['x-one', '1'],
      [told('name', 'x-two'), told('value', '2')],
      [pick(['traceparent', 'TraceParent']), OWN_TRACE],
      ['Baggage', 'own=1'],
      ['tracestate', 'own=1'],
      ['bad name', '1'],
      [Symbol('no'), told('value', 'x')],
      ['имя', told('value', 'x')],
      [told('name', 'имя'), told('value', 'x')],
    ])
      if (chance(0.3)) attempt('setRequestHeader', self, chance(0.05) ? [name] : [name, value])
    const over = new Promise((resolve) => xhr.addEventListener('loadend', resolve))
    const base = document.createElement('base')
    base.href = 'https://elsewhere.example/'
    if (chance(0.2)) document.head.append(base) // what was opened keeps its address
    const isSent = attempt('send', self, pick<unknown[]>([[], [], ['text'], [null], [told('body', 'told')]]))
    base.remove()
    if (isOpen && isSent && self === xhr && xhr.readyState !== 4) await over
    const isAnswered = xhr.status === 200 && xhr.responseText.startsWith('{')
    made.push({ seen, outcome: String(xhr.status), arrived: isAnswered ? arrivedOf(xhr.responseText) : null })
  }
  return made
}
