const IDS = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }

class HostileError extends Error {}

function boom(): never {
  throw new HostileError('boom')
}

/** Throws at whatever is done with it. */
function thrower<T extends object>(target: T): T {
  return new Proxy(target, new Proxy({}, { get: () => boom }))
}

/** Throws when it is read, but can be listed. */
const unreadable = <T extends object>(target: T): T => new Proxy(target, { get: boom })

function revoked<T extends object>(target: T): T {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

/** Each of `names` throws when it is read. */
function getters(...names: string[]): object {
  return Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { get: boom, enumerable: true }])))
}

class BrokenDate extends Date {
  override getTime = boom
  override valueOf = boom
}

class NeedsNew {
  readonly made = true
}

/** One of each kind of value that a caller can give by mistake or on purpose, with its name. Made anew by every call. */
export function hostileValues(): [name: string, value: unknown][] {
  const itself: unknown[] = []
  itself.push(itself)
  const named: Record<string, unknown> = {
    undefined,
    null: null,
    true: true,
    zero: 0,
    'minus one': -1,
    NaN: NaN,
    Infinity: Infinity,
    'an unsafe number': 2 ** 70,
    'a bigint': 10n ** 30n,
    'an empty text': '',
    'a blank': ' ',
    'a name of Object.prototype': 'constructor',
    'half of a character': '\ud800',
    'a long text': 'x'.repeat(100_000),
    'a symbol': Symbol('s'),
    'an object without a prototype': Object.create(null),
    'an object that has no text': { toString: boom, valueOf: boom, [Symbol.toPrimitive]: boom },
    'an object with a symbol as its text': { toString: () => Symbol('s') },
    'an object that is its own value': Object.assign(Object.create(null), { toString: null }),
    'getters that throw': getters(
      'name',
      'message',
      'stack',
      'attributes',
      'parent',
      'kind',
      'links',
      'startTime',
      'code',
    ),
    'a getter of each id that throws': getters(
      'traceId',
      'spanId',
      'traceFlags',
      'traceState',
      'spanContext',
      'isRemote',
    ),
    'a Proxy that throws': thrower({}),
    'a Proxy that cannot be read': unreadable({ attributes: 1, parent: 1, a: 1 }),
    'a list that throws': thrower([]),
    'a list that cannot be read': unreadable([1, 2]),
    'a revoked Proxy': revoked({}),
    'a revoked list': revoked([]),
    'a revoked function': revoked(() => {}),
    'a function that throws': boom,
    'a function that cannot be read': thrower(() => 'ran'),
    'a function without a name': Object.defineProperty(() => 'ran', 'name', { get: boom }),
    'a class': NeedsNew,
    'a list of hostile values': [Symbol('s'), thrower({}), revoked({}), null, undefined],
    'a list with a hole': Object.assign([1], { 2: 3 }),
    'a list with a getter': Object.defineProperty([1, 2], 1, { get: boom }),
    'a list that holds itself': itself,
    'an iterator that throws': { [Symbol.iterator]: boom },
    'an invalid Date': new Date(NaN),
    'a Date that throws': new BrokenDate(),
    'a Map': new Map([[{}, {}]]),
    'a RegExp that throws': Object.defineProperty(/x/, 'exec', { get: boom }),
    'a promise': Promise.resolve(1),
    'a thenable that throws': { then: boom },
    'a `then` that cannot be read': getters('then'),
    'a spanContext() that throws': { spanContext: boom },
    'a spanContext() of rubbish': { spanContext: () => Symbol('s') },
    'a traceState that throws': { ...IDS, traceState: { serialize: boom } },
    'a traceState that is no text': { ...IDS, traceState: { serialize: () => ({}) } },
    'a traceState that is a function': { ...IDS, traceState: boom },
    'flags that are no number': { ...IDS, traceFlags: Symbol('s') },
    'flags without a value': { ...IDS, traceFlags: Object.create(null) },
    'a context that throws': { getValue: boom, setValue: boom, deleteValue: boom },
    'a context of rubbish': {
      getValue: () => ({ getAllEntries: boom }),
      setValue: () => null,
      deleteValue: () => null,
    },
    'an error that throws': Object.defineProperties(new Error('x'), { stack: { get: boom }, message: { get: boom } }),
    'an error that is its own cause': new Error('x', { cause: getters('stack', 'message', 'cause') }),
    'a sampler that throws': { shouldSample: boom },
    'a frozen object': Object.freeze({ a: Object.freeze([1]) }),
  }
  return Object.entries(named)
}

/** Each value of {@link hostileValues} by itself, and under each of `names` in an object. */
export function hostileObjects(...names: string[]): [name: string, value: unknown][] {
  const own = hostileValues()
  const inside = names.flatMap((name) =>
    hostileValues().flatMap(([what, value]): [string, unknown][] => [
      [`{ ${name}: ${what} }`, { [name]: value }],
      [`{ ${name}: [${what}] }`, { [name]: [value] }],
    ]),
  )
  return [...own, ...inside]
}
