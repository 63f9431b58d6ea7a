// What a page can see of promises without counting microtasks: the same random probes, made twice.
import { createRandom } from '../../test/support/random'

type Statics = PromiseConstructor & { readonly [key in PropertyKey]: unknown }
type Observe = (promise: Promise<unknown>, settled: (outcome: string) => void) => void

class Sub<T> extends Promise<T> {}

/** Sorted: Firefox makes some of a class only when they are asked for. */
const keysOf = (object: object) => Reflect.ownKeys(object).map(String).sort()

/**
 * Makes `count` random probes of Promise, of `p.constructor` and of subclasses: every static method that there is, with every kind of
 * argument, and what reflection tells of the results. `observe` is told of outcomes by a way that is not probed.
 */
export async function promiseProbes(observe: Observe, seed: number, count: number): Promise<string[]> {
  const { pick } = createRandom(seed)
  const made: Promise<unknown>[] = [Promise.resolve('made')]
  const known: readonly (readonly [unknown, string])[] = [
    [Promise.prototype, 'Promise.prototype'],
    [Sub.prototype, 'Sub.prototype'],
    [Function.prototype, 'Function.prototype'],
    [Object.prototype, 'Object.prototype'],
    [Array.prototype, 'Array.prototype'],
  ]
  const nameOf = (proto: unknown) => known.find(([one]) => one === proto)?.[1] ?? 'another prototype'

  const rejected = () => {
    const promise = Promise.reject(new RangeError('no'))
    observe(promise, () => {})
    return promise
  }
  const VALUES: Record<string, () => unknown> = {
    nothing: () => undefined,
    number: () => 5,
    object: () => ({ a: 1 }),
    promise: () => Promise.resolve('value'),
    'earlier promise': () => pick(made),
    'rejected promise': rejected,
    'promise of a subclass': () => Sub.resolve('sub'),
    thenable: () => ({ then: (resolve: (value: unknown) => void) => resolve('thenable') }),
    'thenable that throws': () => ({
      then() {
        throw new SyntaxError('then')
      },
    }),
    'object whose then cannot be read': () => ({
      get then() {
        throw new EvalError('read')
      },
    }),
    'promise with a then of its own': () =>
      Object.assign(Promise.resolve('hidden'), { then: (resolve: (value: unknown) => void) => resolve('own then') }),
    'promise with a constructor of its own': () => Object.assign(Promise.resolve('other'), { constructor: Sub }),
    'promise without a constructor': () => Object.assign(Promise.resolve('none'), { constructor: undefined }),
    function: () => () => 'returned',
    'function that throws': () => () => {
      throw new URIError('called')
    },
    'async function': () => async () => 'async',
    list: () => [1, Promise.resolve(2)],
    'list with a rejected one': () => [rejected(), 1],
    'list of thenables': () => [VALUES['thenable']!(), VALUES['object']!()],
    'list of an earlier one': () => [pick(made), pick(made)],
    'no list': () => null,
  }
  const CLASSES: Record<string, () => Statics> = {
    'the class': () => Promise as Statics,
    'p.constructor': () => pick(made).constructor as Statics,
    'its resolve’s': () => (Promise.resolve(1).constructor as Statics).resolve(2).constructor as Statics,
    'a subclass': () => Sub as unknown as Statics,
    'a subclass of p.constructor': () =>
      class extends (pick(made).constructor as typeof Promise<unknown>) {} as unknown as Statics,
  }
  const statics = Reflect.ownKeys(Promise).filter((key) => typeof (Promise as Statics)[key] === 'function')
  const methods = Reflect.ownKeys(Promise.prototype).filter((key) => key !== 'constructor' && typeof key === 'string')

  const log: string[] = []
  const outcomes: Promise<void>[] = []
  const look = (value: unknown, depth = 0): string => {
    if (value === Promise) return 'Promise'
    if (typeof value === 'function') return `function ${nameOf(Object.getPrototypeOf(value))} ${keysOf(value)}`
    if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`
    const keys = Reflect.ownKeys(value)
    const inside = depth > 1 ? '' : keys.map((key) => `${String(key)}: ${look(Reflect.get(value, key), depth + 1)}`)
    const again = made.indexOf(value as Promise<unknown>)
    return `object of ${nameOf(Object.getPrototypeOf(value))} ${again < 0 ? '' : `number ${again}`} { ${inside} }`
  }
  const attempt = (what: string, probe: () => unknown) => {
    const at = log.push('') - 1
    let result: unknown
    try {
      result = probe()
      log[at] = `${what}: ${look(result)}`
    } catch (error) {
      log[at] = `${what} threw ${(error as Error).name}`
    }
    if (!(result instanceof Promise)) return
    outcomes.push(
      new Promise((done) => {
        observe(result, (outcome) => {
          log[at] += `, ${outcome}`
          done()
        })
      }),
    )
    if (made.length < 20) made.push(result)
    else made[count % 20] = result
  }

  const PROBES: Record<string, () => void> = {
    call() {
      const [of, name, value] = [pick(Object.keys(CLASSES)), pick(statics), pick(Object.keys(VALUES))]
      attempt(`${of}.${String(name)}(${value})`, () =>
        (CLASSES[of]!()[name] as (value: unknown) => unknown)(VALUES[value]!()),
      )
    },
    make() {
      const [of, value] = [pick(Object.keys(CLASSES)), pick(Object.keys(VALUES))]
      attempt(`new ${of}, ${value}`, () => new (CLASSES[of]!())((resolve) => resolve(VALUES[value]!())))
    },
    method() {
      const [name, value] = [pick(methods), pick(Object.keys(VALUES))]
      attempt(`p.${String(name)}(${value})`, () =>
        (Reflect.get(pick(made), name) as (value: unknown) => unknown).call(pick(made), VALUES[value]!()),
      )
    },
    wait() {
      const value = pick(Object.keys(VALUES))
      attempt(`await ${value}`, () => (async () => [await VALUES[value]!()])())
    },
    give() {
      const value = pick(Object.keys(VALUES))
      attempt(`return ${value}`, () => (async () => VALUES[value]!())())
    },
    reflect() {
      const of = pick(Object.keys(CLASSES))
      const name = pick(statics)
      attempt(`${of}.${String(name)}`, () => {
        const method = CLASSES[of]!()[name] as (...args: unknown[]) => unknown
        return `${method.name} ${method.length} ${String(method).replace(/function \w*/, 'function ')} ${keysOf(method)}`
      })
    },
    class() {
      const of = pick(Object.keys(CLASSES))
      attempt(of, () => {
        const one = CLASSES[of]!()
        const tells = [one.name, one.length, Reflect.isExtensible(one), one.prototype === Promise.prototype]
        return [...tells, keysOf(one), 'resolve' in one, one[Symbol.species] === Promise].join(' ')
      })
      attempt(`${of} called`, () => (CLASSES[of]!() as unknown as () => void)())
    },
    same() {
      const of = pick(Object.keys(CLASSES))
      attempt(`${of}.resolve(p) === p`, () => {
        const promise = pick(made)
        return [CLASSES[of]!().resolve(promise) === promise, promise instanceof CLASSES[of]!()].join(' ')
      })
    },
    own() {
      attempt('keys of a promise', () => [keysOf(pick(made)), 'then' in pick(made)].join(' '))
      const name = pick(methods)
      attempt(`Promise.prototype.${String(name)}`, () => {
        const method = Reflect.get(pick(made), name) as () => void
        return [method.name, method.length, String(method).replace(/function \w*/, 'function '), keysOf(method)].join(
          ' ',
        )
      })
    },
  }
  for (let probe = 0; probe < count; probe++) PROBES[pick(['call', 'call', 'call', ...Object.keys(PROBES)])]!()
  await Promise.all(outcomes)
  return log
}
