import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Traced } from '../../src/trace/api'
import { catchReports } from '../support/reports'
import { keepSpans, type TestTelemetry } from '../support/telemetry'

let test: TestTelemetry
let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
  test = keepSpans()
})
afterEach(async () => {
  await test.telemetry.shutdown()
  vi.restoreAllMocks()
})

const traced: Traced = ((...args: Parameters<Traced>) => test.telemetry.traced()(...args)) as Traced
const names = () => test.spans.map(({ name }) => name)
const current = () => test.telemetry.getCurrentSpan()
const sleep = () => new Promise<void>((resolve) => setTimeout(resolve, 0))

/** What compilers make of `@decorator` on a method with `experimentalDecorators` (TypeScript's helper, by its behaviour). */
function decorateLegacy(decorator: unknown, target: object, key: string, given: PropertyDescriptor | null | undefined) {
  const before = given === null ? Object.getOwnPropertyDescriptor(target, key) : given
  const result = (decorator as (...args: unknown[]) => PropertyDescriptor | undefined)(target, key, before) || before
  if (result) Object.defineProperty(target, key, result)
}

describe('round a function', () => {
  it('makes a span of each call, current inside, and gives back what the function gives back', () => {
    const load = test.telemetry.traced('load', { a: 1 })((n: number) => [n, current()?.getSpanId()] as const)
    const [n, spanId] = load(5)
    load(6)
    expect(n).toBe(5)
    expect(test.spans[0]).toMatchObject({ name: 'load', spanId, attributes: { a: 1 } })
    expect(test.spans).toHaveLength(2)
  })

  it('keeps this, arguments, name, length and own properties', () => {
    const fn = Object.assign(
      function load(this: unknown, a: number, b: number) {
        return [this, a, b]
      },
      { own: 1 },
    )
    const load = test.telemetry.traced()(fn)
    const self = {}
    expect(load.call(self, 1, 2)).toEqual([self, 1, 2])
    expect([load.name, load.length, load.own]).toEqual(['load', 2, 1])
    expect(names()).toEqual(['load'])
  })

  it('without any name is anonymous', () => {
    test.telemetry.traced()(() => {})()
    expect(names()).toEqual(['anonymous'])
  })

  it('records what is thrown and throws the very same', () => {
    const error = new Error('broken')
    const fail = test.telemetry.traced('fail')(() => {
      throw error
    })
    expect(fail).toThrow(error)
    expect(test.spans[0]).toMatchObject({
      status: { code: 'error', description: 'broken' },
      events: [{ name: 'exception' }],
    })
  })

  it('waits for an async function, whose span is current behind await', async () => {
    const load = test.telemetry.traced('load')(async () => {
      await sleep()
      return current()?.getSpanId()
    })
    const promise = load()
    expect(test.spans).toEqual([])
    expect(await promise).toBe(test.spans[0]!.spanId)
  })

  it('new of a traced class makes an instance of it', () => {
    class Thing {}
    const Traced = test.telemetry.traced('thing')(Thing as never) as unknown as typeof Thing
    expect(new Traced()).toBeInstanceOf(Thing)
  })
})

describe('a generator', () => {
  it('runs each resumption in one span, which ends with it', () => {
    const seen: unknown[] = []
    const count = test.telemetry.traced('count')(function* count(from: number): Generator<number, string, string> {
      seen.push(current()?.getSpanId())
      const got = yield from
      seen.push(current()?.getSpanId(), got)
      return 'end'
    })
    const run = count(5)
    expect(run.next()).toEqual({ value: 5, done: false })
    expect(current()).toBeNull()
    expect(test.spans).toEqual([])
    expect(run.next('got')).toEqual({ value: 'end', done: true })
    expect(run.next('more')).toEqual({ value: undefined, done: true })
    const { spanId } = test.spans[0]!
    expect(seen).toEqual([spanId, spanId, 'got'])
    expect(test.spans).toHaveLength(1)
  })

  it('is iterated, spread, delegated to and left early', () => {
    const letters = test.telemetry.traced('letters')(function* () {
      yield 'a'
      yield 'b'
    })
    expect([...letters()]).toEqual(['a', 'b'])
    for (const _ of letters()) break
    const outer = function* () {
      yield* letters()
    }
    expect([...outer()]).toEqual(['a', 'b'])
    expect(names()).toEqual(['letters', 'letters', 'letters'])
    expect(test.spans.map(({ status }) => status.code)).toEqual(['unset', 'unset', 'unset'])
  })

  it('is a generator by prototype and by its tag', () => {
    function* letters() {
      yield 'a'
    }
    const run = test.telemetry.traced()(letters)()
    expect(run).toBeInstanceOf(letters)
    expect(Object.prototype.toString.call(run)).toBe('[object Generator]')
  })

  it('that is never resumed makes no span', () => {
    const never = test.telemetry.traced('never')(function* () {
      yield 1
    })
    never()
    never().return(undefined)
    expect(() => never().throw(new Error('expected'))).toThrow('expected')
    expect(test.processor.started).toEqual([])
  })

  it('marks the span with what is thrown in it, and throws the very same', () => {
    const thrown = Object.create(null) as object
    const fail = test.telemetry.traced('fail')(function* () {
      yield 1
      throw thrown
    })
    const run = fail()
    run.next()
    let caught: unknown
    try {
      run.next()
    } catch (error) {
      caught = error
    }
    expect(caught).toBe(thrown)
    expect(test.spans[0]!.status.code).toBe('error')
  })

  it('goes on after it caught what was thrown into it', () => {
    const stubborn = test.telemetry.traced('stubborn')(function* () {
      try {
        yield 1
      } catch {
        yield 2
      }
    })
    const run = stubborn()
    run.next()
    expect(run.throw(new Error('expected'))).toEqual({ value: 2, done: false })
    expect(test.spans).toEqual([])
    run.next()
    expect(test.spans[0]!.status.code).toBe('unset')
  })

  it('that is async runs each resumption in the span, also behind await', async () => {
    const seen: unknown[] = []
    const count = test.telemetry.traced('count')(async function* () {
      seen.push(current()?.getSpanId())
      await sleep()
      seen.push(current()?.getSpanId())
      yield 1
      seen.push(current()?.getSpanId())
      await sleep()
      seen.push(current()?.getSpanId())
    })
    const got: number[] = []
    for await (const n of count()) got.push(n)
    expect(got).toEqual([1])
    expect(seen).toEqual(Array.from({ length: 4 }, () => test.spans[0]!.spanId))
    expect(test.spans).toHaveLength(1)
  })

  it('that is async and rejects marks its span', async () => {
    const error = new Error('broken')
    const fail = test.telemetry.traced('fail')(async function* () {
      await sleep()
      yield 1
      throw error
    })
    const run = fail()
    await run.next()
    await expect(run.next()).rejects.toBe(error)
    expect(test.spans[0]!.status).toEqual({ code: 'error', description: 'broken' })
  })
})

describe('a standard decorator', () => {
  const context = (kind: string, name: string | symbol, more = {}) =>
    ({ kind, name, static: false, private: false, addInitializer() {}, ...more }) as never

  it('on a method keeps this and takes its name', () => {
    class Shop {
      name = 'shop'
      load(this: Shop, n: number) {
        return [this.name, n, current()?.getSpanId()]
      }
    }
    Shop.prototype.load = traced(Shop.prototype.load as never, context('method', 'load')) as never
    expect(new Shop().load(1)).toEqual(['shop', 1, test.spans[0]!.spanId])
    expect(names()).toEqual(['load'])
  })

  it('on private, static and symbol methods', () => {
    const fn = () => {}
    traced(fn, context('method', '#secret', { private: true }))()
    traced(fn, context('method', 'make', { static: true }))()
    traced(fn, context('method', Symbol.iterator))()
    expect(names()).toEqual(['#secret', 'make', 'Symbol(Symbol.iterator)'])
  })

  it('on a field that holds a function', () => {
    const initialise = traced(undefined, context('field', 'load')) as (value: unknown) => unknown
    const load = initialise(() => 5) as () => number
    expect(load()).toBe(5)
    expect(initialise('text')).toBe('text')
    expect(names()).toEqual(['load'])
  })

  it.each(['accessor', 'class'])('on a %s leaves it as it is, and says so', (kind) => {
    const target = kind === 'class' ? class {} : { get() {}, set() {} }
    const result = traced(target as never, context(kind, 'thing')) as unknown
    expect(result === undefined || result === target).toBe(true)
    expect(reports).toHaveLength(1)
  })
})

describe('a legacy decorator', () => {
  it('on a method keeps this, and the descriptor', () => {
    class Shop {
      name = 'shop'
      load() {
        return [this.name, current()?.getSpanId()]
      }
    }
    const before = Object.getOwnPropertyDescriptor(Shop.prototype, 'load')
    decorateLegacy(traced, Shop.prototype, 'load', null)
    expect(Object.getOwnPropertyDescriptor(Shop.prototype, 'load')).toEqual({ ...before, value: expect.any(Function) })
    expect(new Shop().load()).toEqual(['shop', test.spans[0]!.spanId])
    expect(names()).toEqual(['load'])
  })

  it('on a static method', () => {
    class Shop {
      static make() {
        return new Shop()
      }
      readonly open = true
    }
    decorateLegacy(traced, Shop, 'make', null)
    expect(Shop.make().open).toBe(true)
    expect(names()).toEqual(['make'])
  })

  it('on a property leaves the class working, and says so', () => {
    class Shop {
      declare load: () => number
      constructor() {
        this.load = () => 5 // what compilers make of a property with a value
      }
    }
    decorateLegacy(traced, Shop.prototype, 'load', undefined)
    expect(new Shop().load()).toBe(5)
    expect(Object.getOwnPropertyNames(Shop.prototype)).toEqual(['constructor'])
    expect(reports).toHaveLength(1)
  })

  it('on a static property leaves the class working', () => {
    class Shop {
      static load: unknown
      readonly open = true
    }
    decorateLegacy(traced, Shop, 'load', undefined)
    Shop.load = 5
    expect(Shop.load).toBe(5)
  })

  it('on a getter leaves it as it is', () => {
    class Shop {
      get size() {
        return 5
      }
    }
    decorateLegacy(traced, Shop.prototype, 'size', null)
    expect(new Shop().size).toBe(5)
  })
})

it('nested traced functions make a tree', () => {
  const inner = test.telemetry.traced('inner')(() => {})
  test.telemetry.traced('outer')(() => inner())()
  expect(test.spans[0]!.parentSpanId).toBe(test.spans[1]!.spanId)
})
