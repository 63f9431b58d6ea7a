// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bind, runIn, startContext } from '../../src/context/context'
import { ROOT_CONTEXT } from '../../src/context/frame'
import { forgetReports } from '../../src/lib/report'
import { activeSpan, contextWithNewSpan } from '../support/contexts'

const generators = Object.getPrototypeOf(async function* () {}.prototype) as object
const native = {
  then: Object.getOwnPropertyDescriptor(Promise.prototype, 'then')!,
  constructor: Object.getOwnPropertyDescriptor(Promise.prototype, 'constructor')!,
  resolve: Object.getOwnPropertyDescriptor(Promise, 'resolve')!,
  closing: Object.getOwnPropertyDescriptor(generators, 'return')!,
}
const nativeThen = native.then.value as Promise<unknown>['then']
const place = Promise.prototype as { then: unknown }

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
let context = contextWithNewSpan()
let { span } = context
const inSpan = <T>(work: () => T): T => runIn(context, work)

/** Awaits `promise` outside of every span and tells which span the code behind the await saw. */
async function seenOutside(promise: Promise<unknown>) {
  await promise
  return activeSpan()
}

let stop: () => void
beforeEach(() => {
  forgetReports()
  context = contextWithNewSpan()
  span = context.span
  stop = startContext()
})
afterEach(() => {
  stop()
  // What a failed test left behind must not break the next one, nor vitest itself.
  Object.defineProperty(Promise.prototype, 'then', native.then)
  Object.defineProperty(Promise.prototype, 'constructor', native.constructor)
  Object.defineProperty(Promise, 'resolve', native.resolve)
})

describe('a page without spans', () => {
  it('keeps Promise untouched until something is run in a context', () => {
    expect(Object.getOwnPropertyDescriptor(Promise.prototype, 'then')).toEqual(native.then)
    inSpan(() => {})
    expect(Object.getOwnPropertyDescriptor(Promise.prototype, 'then')).not.toEqual(native.then)
  })

  it('sees the native then, constructor and resolve outside of spans', async () => {
    inSpan(() => {})
    const promise = sleep(0)
    expect(promise.then).toBe(nativeThen)
    expect(promise.constructor).toBe(Promise)
    expect(Promise.resolve(promise)).toBe(promise)
    expect(Promise.resolve).toHaveLength(1)
    expect(Promise.resolve.name).toBe('resolve')
    await promise
  })

  it('has everything back after the stop', () => {
    inSpan(() => {})
    stop()
    expect(Object.getOwnPropertyDescriptor(Promise.prototype, 'then')).toEqual(native.then)
    expect(Object.getOwnPropertyDescriptor(Promise.prototype, 'constructor')).toEqual(native.constructor)
    expect(Object.getOwnPropertyDescriptor(Promise, 'resolve')).toEqual(native.resolve)
    expect(Object.getOwnPropertyDescriptor(generators, 'return')).toEqual(native.closing)
  })

  it('is followed again after stop and start, and has everything back after the last stop', async () => {
    const stopSecond = startContext()
    stop()
    await inSpan(async () => {
      await sleep(0)
      expect(activeSpan()).toBe(span)
    })
    stopSecond()
    stopSecond()
    expect(Object.getOwnPropertyDescriptor(Promise.prototype, 'then')).toEqual(native.then)
    context = contextWithNewSpan()
    stop = startContext()
    await inSpan(async () => {
      await sleep(0)
      expect(activeSpan()).toBe(context.span)
    })
    stop()
    expect(Object.getOwnPropertyDescriptor(Promise.prototype, 'then')).toEqual(native.then)
  })

  it('is followed after stop and start in a context from before, too', async () => {
    inSpan(() => {})
    stop()
    stop = startContext()
    await inSpan(async () => {
      await sleep(0)
      expect(activeSpan()).toBe(span)
    })
  })

  it('is left alone, with a report, when Promise.prototype is locked', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const described = vi.spyOn(Object, 'getOwnPropertyDescriptor')
    described.mockImplementation((target, key) => {
      const found = Reflect.getOwnPropertyDescriptor(target, key) as PropertyDescriptor
      return target === Promise.prototype ? { ...found, configurable: false } : found
    })
    inSpan(() => {})
    described.mockRestore()
    expect(Object.getOwnPropertyDescriptor(Promise.prototype, 'then')).toEqual(native.then)
    expect(warn).toHaveBeenCalledOnce()
    warn.mockRestore()
  })
})

describe('the span is still current behind', () => {
  const thrower = async () => {
    await sleep(0)
    throw new Error('expected')
  }
  async function* numbers() {
    yield 1
    await sleep(0)
    yield 2
  }
  const cases: Record<string, () => Promise<unknown>> = {
    'await of an async function': async () => void (await (async () => 1)()),
    'await of a pending promise': async () => void (await sleep(1)),
    'await of a settled promise': async () => void (await Promise.resolve(1)),
    'await of a rejection': async () => void (await thrower().catch(() => {})),
    'catch and finally': async () => {
      try {
        await thrower()
      } catch {
        expect(activeSpan()).toBe(span)
        await sleep(0)
      } finally {
        expect(activeSpan()).toBe(span)
        await sleep(0)
      }
    },
    'Promise.all, race, any and allSettled': async () => {
      await Promise.all([sleep(0), thrower().catch(() => {})])
      expect(activeSpan()).toBe(span)
      await Promise.race([sleep(0), sleep(1)])
      expect(activeSpan()).toBe(span)
      await Promise.any([thrower(), sleep(1)])
      expect(activeSpan()).toBe(span)
      await Promise.allSettled([thrower(), sleep(1)])
    },
    'for await': async () => {
      for await (const _ of numbers()) expect(activeSpan()).toBe(span)
      for await (const _ of [sleep(0), 1]) expect(activeSpan()).toBe(span)
    },
    'yield* in an async generator': async () => {
      async function* outer() {
        yield* numbers()
        expect(activeSpan()).toBe(span)
      }
      for await (const _ of outer()) expect(activeSpan()).toBe(span)
    },
    'import()': async () => void (await import('../../src/lib/clock')),
    'a promise that was made before the span': async () => void (await early),
    'a promise that another span made': async () => void (await runIn(contextWithNewSpan(), async () => sleep(0))),
    'finally that waits': async () => void (await sleep(0).finally(() => sleep(0))),
    'Promise.resolve of a promise': async () => void (await Promise.resolve(sleep(0))),
    'Promise.withResolvers or its like': async () => {
      let done!: (value: Promise<void>) => void
      const promise = new Promise<void>((resolve) => {
        done = resolve
      })
      setTimeout(() => done(sleep(0)), 0)
      await promise
    },
    'two awaits in one expression': async () => void [await sleep(0), await sleep(0)],
    'Array.fromAsync of promises, where there is one': async () => {
      const { fromAsync } = Array as unknown as { fromAsync?: (items: unknown[]) => Promise<unknown> }
      await fromAsync?.([sleep(0)])
    },
  }
  const early = sleep(5)

  it.each(Object.keys(cases))('%s', async (name) => {
    let behind: unknown = 'not reached'
    await inSpan(async () => {
      await cases[name]!()
      behind = activeSpan()
    })
    expect(behind).toBe(span)
    expect(activeSpan()).toBeNull()
  })

  describe('the finally of an async generator that is closed', () => {
    let seen: unknown[] = []
    async function* open() {
      try {
        yield 1
      } finally {
        seen.push(activeSpan())
        await sleep(0)
        seen.push(activeSpan())
      }
    }
    const closings: Record<string, (closed: ReturnType<typeof open>) => Promise<unknown>> = {
      'by break': async (closed) => {
        for await (const _ of closed) break
        return { done: true, value: undefined }
      },
      'by return()': (closed) => closed.return(undefined),
      'by return(value)': (closed) => closed.return(7 as never),
      'by return(promise)': (closed) => closed.return(Promise.resolve(7) as never),
      'by a loop around yield*': async (closed) => {
        const outer = async function* () {
          yield* closed
        }
        for await (const _ of outer()) break
        return { done: true, value: undefined }
      },
    }
    it.each(Object.keys(closings))('%s', async (name) => {
      seen = []
      const given = await inSpan(async () => {
        const closed = open()
        if (name.startsWith('by return')) await closed.next()
        return closings[name]!(closed)
      })
      expect(seen).toEqual([span, span])
      expect(given).toEqual({ done: true, value: /value|promise/.test(name) ? 7 : undefined })
    })

    it('and what its yield* hands it on to is told the value, not a promise of it', async () => {
      const told: unknown[] = []
      const end = (...values: unknown[]) => {
        told.push(...values)
        return { done: true as const, value: undefined }
      }
      async function* handing() {
        yield* {
          [Symbol.asyncIterator]: () => ({
            next: async () => ({ done: false, value: 1 }),
            return: async (value: unknown) => end(value),
          }),
        }
      }
      await inSpan(async () => {
        const closed = handing()
        await closed.next()
        await closed.return(7 as never)
      })
      expect(told).toEqual([7])
    })
  })

  it('then, catch and finally callbacks', async () => {
    const seen: unknown[] = []
    const look = () => {
      seen.push(activeSpan())
    }
    await inSpan(() => sleep(0).then(look).then(look).finally(look))
    await inSpan(() => thrower().catch(look))
    await inSpan(() => thrower().then(undefined, look))
    expect(seen).toEqual([span, span, span, span, span])
  })
})

describe('another flow never sees the span', () => {
  it('when a span settles what it waits for', async () => {
    let resolve!: (value: unknown) => void
    const outside = seenOutside(
      new Promise((done) => {
        resolve = done
      }),
    )
    inSpan(() => resolve(sleep(0)))
    expect(await outside).toBeNull()
  })

  it('when it awaits what an async function in a span returned', async () => {
    const returned = inSpan(async () => {
      const inner = sleep(1)
      return inner
    })
    expect(await Promise.all([seenOutside(returned), seenOutside(returned)])).toEqual([null, null])
  })

  it('when the span first called a then that was kept from before, and then returned the promise', async () => {
    const returned = inSpan(async () => {
      const inner = sleep(1)
      Reflect.apply(nativeThen, inner, [() => {}])
      return inner
    })
    expect(await seenOutside(returned)).toBeNull()
  })

  it('when the span first read something of `constructor`, and then returned the promise', async () => {
    const returned = inSpan(async () => {
      const inner = sleep(1)
      expect(inner.constructor.name).toBe('Promise')
      return inner
    })
    expect(await seenOutside(returned)).toBeNull()
  })

  it('when `constructor` was read in one span and another flow settles with the promise later', async () => {
    const inner = sleep(1)
    inSpan(() => void inner.constructor)
    await nativeThen.call(Promise.resolve(), () => {})
    const other = contextWithNewSpan()
    const returned = runIn(other, () => new Promise((resolve) => resolve(inner)))
    expect(await seenOutside(returned)).toBeNull()
  })

  it('when a promise has a `then` from a prototype without `constructor`', async () => {
    let settleOther = () => {}
    const outside = seenOutside(
      new Promise<void>((resolve) => {
        settleOther = resolve
      }),
    )
    const prototype = Object.create(Promise.prototype, {
      then: {
        value(this: Promise<unknown>, onFulfilled: (value: unknown) => void, onRejected: () => void) {
          const both = (value: unknown) => {
            onFulfilled(value)
            settleOther()
          }
          return (Reflect.get(Promise.prototype, 'then', this) as typeof nativeThen).call(this, both, onRejected)
        },
      },
    })
    const odd = Object.setPrototypeOf(sleep(0), prototype) as Promise<void>
    await inSpan(async () => {
      await odd
    })
    settleOther()
    expect(await outside).toBeNull()
  })

  it('when a then that was read in a span is called outside', async () => {
    const kept = inSpan(() => [sleep(0).then, Promise.prototype.then])
    for (const then of kept) {
      const seen = await new Promise((resolve) => Reflect.apply(then, sleep(0), [() => resolve(activeSpan())]))
      expect(seen).toBeNull()
    }
  })

  // Known limits, which a fix may lift: from the outside these two look exactly like an await.
  it.fails('(limit) when the span compared `constructor` and then returned the promise', async () => {
    const returned = inSpan(async () => {
      const inner = sleep(1)
      if ((inner.constructor as unknown) === Object) return null
      return inner
    })
    expect(await seenOutside(returned)).toBeNull()
  })

  it.fails('(limit) when the span used a Promise.resolve that was kept from before', async () => {
    const wrapped = inSpan(() => Reflect.apply(native.resolve.value, Promise, [sleep(1)]) as Promise<void>)
    expect(await seenOutside(wrapped)).toBeNull()
  })
})

describe('a script that replaces Promise.prototype.then', () => {
  const wrap = (calls: string[]) => {
    const before = Promise.prototype.then
    place.then = function (this: Promise<unknown>, ...args: [never, never]) {
      calls.push('then')
      return Reflect.apply(before, this, args) as unknown
    }
  }

  it('outside of a span is called, and callbacks keep their span', async () => {
    inSpan(() => {})
    const calls: string[] = []
    wrap(calls)
    const seen = await inSpan(() => sleep(0).then(() => activeSpan()))
    expect(calls.length).toBeGreaterThan(0)
    expect(seen).toBe(span)
  })

  it('outside of a span leaves await as it is', async () => {
    inSpan(() => {})
    wrap([])
    await inSpan(async () => {
      await sleep(0)
      expect(activeSpan()).toBe(span)
    })
  })

  // These two stay synchronous and put everything back themselves: a `then` that fails would take the test runner with it.
  it('inside of a span works, inside and outside', () => {
    const calls: string[] = []
    let thrown: unknown = null
    try {
      inSpan(() => {
        wrap(calls)
        Promise.resolve(1).then(() => 2)
      })
      Promise.resolve(1).then(() => 3)
    } catch (error) {
      thrown = error
    }
    Object.defineProperty(Promise.prototype, 'then', native.then)
    expect(thrown).toBeNull()
    expect(calls).toEqual(['then', 'then'])
  })

  it('and puts back what it read inside of a span, leaves then working', () => {
    let thrown: unknown = null
    try {
      inSpan(() => {
        const before = Promise.prototype.then
        place.then = () => 'replaced'
        place.then = before
      })
      Promise.resolve(1).then(() => {})
    } catch (error) {
      thrown = error
    }
    Object.defineProperty(Promise.prototype, 'then', native.then)
    expect(thrown).toBeNull()
  })

  it('stays after the stop', () => {
    inSpan(() => {})
    const calls: string[] = []
    wrap(calls)
    const wrapper = Promise.prototype.then
    stop()
    expect(Object.getOwnPropertyDescriptor(Promise.prototype, 'then')).toEqual({ ...native.then, value: wrapper })
  })

  it('by defineProperty stays after the stop, too', () => {
    inSpan(() => {})
    const wrapper = () => {}
    Object.defineProperty(Promise.prototype, 'then', { ...native.then, value: wrapper })
    stop()
    expect(Promise.prototype.then).toBe(wrapper)
  })
})

describe('promises in a span stay what they were', () => {
  it('Promise.resolve gives back the promise', () => {
    inSpan(() => {
      const promise = sleep(0)
      expect(Promise.resolve(promise)).toBe(promise)
    })
  })

  it('then of a promise gives a Promise, of a subclass one of the subclass', () => {
    class Sub<T> extends Promise<T> {}
    inSpan(() => {
      expect(sleep(0).then(() => {})).toBeInstanceOf(Promise)
      expect(Object.getPrototypeOf(sleep(0).finally(() => {}))).toBe(Promise.prototype)
      expect(Sub.resolve(1).then(() => {})).toBeInstanceOf(Sub)
      expect(Sub.all([1])).toBeInstanceOf(Sub)
    })
  })

  it('`new p.constructor()` and `p.constructor.resolve()` work', async () => {
    const made = inSpan(() => {
      const Made = sleep(0).constructor as PromiseConstructor
      return [new Made((resolve) => resolve(1)), Made.resolve(2), Made.all([3])]
    })
    expect(await Promise.all(made)).toEqual([1, 2, [3]])
    for (const promise of made) expect(Object.getPrototypeOf(promise)).toBe(Promise.prototype)
  })

  it('the statics of `p.constructor` behave as those of Promise', async () => {
    await inSpan(async () => {
      const promise = sleep(0)
      const Made = promise.constructor as PromiseConstructor
      expect(Made.resolve(promise)).toBe(promise)
      expect(await Made.all([promise, 1])).toEqual([undefined, 1])
      expect(await Made.race([1, promise])).toBe(1)
      expect(await Made.any([Made.reject(1), 2])).toBe(2)
      expect(await Made.allSettled([Made.reject(1)])).toEqual([{ status: 'rejected', reason: 1 }])
      expect(() => (Made as unknown as () => void)()).toThrow(TypeError)
      expect(Reflect.ownKeys(Made)).toEqual(Reflect.ownKeys(Promise))
      expect(promise).toBeInstanceOf(Made)
      class Sub extends Made<number> {}
      expect(Sub.resolve(1)).toBeInstanceOf(Sub)
      expect(activeSpan()).toBe(span)
    })
  })

  it('then and resolve print as native code, have their name and length, no prototype, and make nothing, in and out of spans', () => {
    const look = () =>
      [Promise.prototype.then, Promise.resolve(1).then, Promise.resolve].map((patched) => [
        Function.prototype.toString.call(patched).replace(/function \w*/, 'function '),
        String(patched).includes('[native code]'),
        patched.name,
        patched.length,
        Reflect.ownKeys(patched),
        (() => {
          try {
            return Reflect.construct(patched, [() => {}]) as unknown
          } catch (error) {
            return (error as object).constructor
          }
        })(),
      ])
    const bare = look()
    expect(inSpan(look)).toEqual(bare)
    expect(look()).toEqual(bare)
  })

  it('a promise with a then of its own is awaited without calling it', async () => {
    const then = vi.fn()
    await inSpan(async () => {
      await (Object.assign(sleep(0), { then }) as Promise<void>)
    })
    expect(then).not.toHaveBeenCalled()
  })

  describe('a value that has got a `then` after its promise was fulfilled is given as it is,', () => {
    const then = vi.fn()
    class Plain {}
    const values: Record<string, readonly [value: object, grow: (value: object) => void]> = {
      'as its own': [{ name: 'object' }, (value) => Object.assign(value, { then })],
      'of a function': [() => {}, (value) => Object.assign(value, { then })],
      'by its class': [new Plain(), () => Object.assign(Plain.prototype, { then })],
      'locked, but writable': [{}, (value) => Object.defineProperty(value, 'then', { value: then, writable: true })],
      'as a getter': [{}, (value) => Object.defineProperty(value, 'then', { get: () => then(), configurable: true })],
    }
    it.each(Object.keys(values))('%s', async (name) => {
      const [value, grow] = values[name]!
      const promise = Promise.resolve(value)
      grow(value)
      const before = Object.getOwnPropertyDescriptors(value)
      const [given, seen] = await inSpan(async () => [await promise, activeSpan()])
      expect(given === value).toBe(true)
      expect(seen).toBe(span)
      expect(then).not.toHaveBeenCalled()
      expect(Object.getOwnPropertyDescriptors(value)).toEqual(before)
    })

    it.fails('(limit) but where nothing can hide it', async () => {
      const frozen = Object.freeze(Object.create({}) as object)
      const promise = Promise.resolve(frozen)
      Object.assign(Object.getPrototypeOf(frozen) as object, {
        then: (resolve: (value: unknown) => void) => resolve(1),
      })
      expect((await inSpan(async () => [await promise]))[0] === frozen).toBe(true)
    })

    it('and a revoked Proxy still ends the await', async () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      const promise = Promise.resolve(proxy)
      revoke()
      await expect(inSpan(async () => void (await promise))).rejects.toThrow(TypeError)
      expect(activeSpan()).toBeNull()
    })
  })

  it('`then` and `constructor` can be assigned to one promise', () => {
    inSpan(() => {
      const promise = sleep(0) as unknown as Record<string, unknown>
      const then = () => {}
      promise['then'] = then
      promise['constructor'] = Map
      expect(promise['then']).toBe(then)
      expect(promise['constructor']).toBe(Map)
      expect(Object.keys(promise)).toEqual(['then', 'constructor'])
    })
    expect(Promise.prototype.then).toBe(nativeThen)
  })

  it('then refuses what is no promise with a TypeError', () => {
    inSpan(() => {
      expect(() => Reflect.apply(Promise.prototype.then, {}, [() => {}])).toThrow(TypeError)
    })
  })

  it('callbacks that are no functions are passed over', async () => {
    expect(
      await inSpan(() =>
        Promise.resolve(1)
          .then(undefined, null)
          .then(5 as never),
      ),
    ).toBe(1)
  })

  it('callbacks run in order, without `this`, with one argument', async () => {
    const calls: unknown[] = []
    const look = function (this: unknown, ...args: unknown[]) {
      calls.push([this, ...args])
    }
    await inSpan(() => {
      const promise = Promise.resolve('value')
      promise.then(look)
      promise.then(look)
      return promise.then(look)
    })
    expect(calls).toEqual(Array.from({ length: 3 }, () => [undefined, 'value']))
  })

  it('an unhandled rejection stays unhandled, once, with the same reason', async () => {
    const reason = new Error('nobody caught this')
    const unhandled = vi.fn()
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', unhandled)
    inSpan(() => {
      void (async () => {
        await sleep(0)
        throw reason
      })()
      void sleep(0).then(() => {
        throw reason
      })
    })
    await sleep(10)
    process.removeAllListeners('unhandledRejection')
    for (const other of others) process.on('unhandledRejection', other)
    expect(unhandled.mock.calls.map(([first]) => first)).toEqual([reason, reason])
  })

  it('an awaited rejection is handled', async () => {
    const unhandled = vi.fn()
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', unhandled)
    await inSpan(async () => {
      try {
        await Promise.reject(new Error('expected'))
      } catch {
        expect(activeSpan()).toBe(span)
      }
    })
    await sleep(5)
    process.removeAllListeners('unhandledRejection')
    for (const other of others) process.on('unhandledRejection', other)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('contexts', () => {
  it('nest, and give back the outer one, also when the inner one throws', async () => {
    const inner = contextWithNewSpan()
    await inSpan(async () => {
      await runIn(inner, async () => {
        await sleep(0)
        expect(activeSpan()).toBe(inner.span)
        throw new Error('expected')
      }).catch(() => {})
      expect(activeSpan()).toBe(span)
      expect(() =>
        runIn(inner, () => {
          throw new Error('expected')
        }),
      ).toThrow('expected')
      expect(activeSpan()).toBe(span)
    })
    expect(activeSpan()).toBeNull()
  })

  it('can be left for none inside a span', async () => {
    await inSpan(async () => {
      await runIn(ROOT_CONTEXT, async () => {
        expect(activeSpan()).toBeNull()
        await sleep(0)
        expect(activeSpan()).toBeNull()
      })
      expect(activeSpan()).toBe(span)
    })
  })

  it('runIn passes `this`, arguments and the result', () => {
    const self = {}
    const work = vi.fn(function (this: unknown, ...args: unknown[]) {
      return [this, ...args]
    })
    expect(runIn(context, work as never, self, [1, 2])).toEqual([self, 1, 2])
  })

  it('bind keeps the context of where it was called, with `this` and arguments of each call', async () => {
    const bound = inSpan(() =>
      bind(function (this: unknown, ...args: unknown[]) {
        return [activeSpan(), this, ...args]
      } as never),
    ) as unknown as (...args: unknown[]) => unknown[]
    const self = {}
    expect(Reflect.apply(bound, self, [1])).toEqual([span, self, 1])
    expect(activeSpan()).toBeNull()
    const outside = bind(() => activeSpan())
    expect(inSpan(() => outside())).toBeNull()
    const after = inSpan(() =>
      bind(async () => {
        await sleep(0)
        return activeSpan()
      }),
    )
    expect(await after()).toBe(span)
  })
})
