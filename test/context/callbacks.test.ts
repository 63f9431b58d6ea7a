// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { activeSpan, contextWithNewSpan } from '../support/contexts'

type Callback = (...args: unknown[]) => unknown

/** What the page handed over to be called later. */
let kept: { self: unknown; args: unknown[] }[] = []
const keep = function (this: unknown, ...args: unknown[]) {
  kept.push({ self: this, args })
  return 7
}
const keptCallback = (at: number, place: number) => kept[at]!.args[place] as Callback

class Scheduler {}
class LockManager {}
class Geolocation {}
class Observer {
  constructor(readonly callback: Callback) {}
}
const OBSERVERS = [
  'MutationObserver',
  'IntersectionObserver',
  'ResizeObserver',
  'PerformanceObserver',
  'ReportingObserver',
]
const METHODS = [
  ['requestIdleCallback', () => globalThis, [0], (callback: Callback) => [callback, { timeout: 1 }]],
  ['requestAnimationFrame', () => globalThis, [0], (callback: Callback) => [callback]],
  ['webkitRequestAnimationFrame', () => globalThis, [0], (callback: Callback) => [callback]],
  ['postTask', () => Scheduler.prototype, [0], (callback: Callback) => [callback, { priority: 'background' }]],
  ['request', () => LockManager.prototype, [1], (callback: Callback) => ['name', callback]],
  ['request', () => LockManager.prototype, [2], (callback: Callback) => ['name', { mode: 'shared' }, callback]],
  ['getCurrentPosition', () => Geolocation.prototype, [0, 1], (callback: Callback) => [callback, callback, {}]],
  ['watchPosition', () => Geolocation.prototype, [0, 1], (callback: Callback) => [callback, callback]],
] as [string, () => object, number[], (callback: Callback) => unknown[]][]

let context = contextWithNewSpan()
let stop: () => void
beforeEach(() => {
  kept = []
  for (const [name, owner] of METHODS)
    Object.defineProperty(owner(), name, { value: keep, writable: true, configurable: true })
  for (const owner of [Scheduler, LockManager, Geolocation]) vi.stubGlobal(owner.name, owner)
  for (const name of OBSERVERS) vi.stubGlobal(name, class extends Observer {})
  context = contextWithNewSpan()
  stop = startContext()
})
afterEach(() => {
  stop()
  for (const [name, owner] of METHODS) if (owner() === globalThis) Reflect.deleteProperty(globalThis, name)
  vi.unstubAllGlobals()
})

const method = (owner: object, name: string) => (owner as Record<string, Callback>)[name] as Callback

describe.each(METHODS)('%s %#', (name, owner, places, argumentsOf) => {
  it('calls back in the span in which it was called, with the arguments and `this` of the caller', () => {
    const self = {}
    const callback = vi.fn(function (this: unknown) {
      return [this, activeSpan()]
    })
    const args = argumentsOf(callback)
    const returned = runIn(context, () => Reflect.apply(method(owner(), name), self, args))
    expect(returned).toBe(7)
    expect(kept).toHaveLength(1)
    expect(kept[0]?.self).toBe(self)
    expect(kept[0]?.args).toHaveLength(args.length)
    args.forEach((arg, at) => {
      if (!places.includes(at)) expect(kept[0]?.args[at]).toBe(arg)
    })
    for (const place of places)
      expect(Reflect.apply(keptCallback(0, place), args, ['event'])).toEqual([args, context.span])
    expect(callback.mock.calls).toEqual(places.map(() => ['event']))
    expect(activeSpan()).toBeNull()
  })

  it('outside of spans passes on the very same callback', () => {
    runIn(context, () => {})
    const callback = () => activeSpan()
    const args = argumentsOf(callback)
    Reflect.apply(method(owner(), name), {}, args)
    args.forEach((arg, at) => void expect(kept[0]?.args[at]).toBe(arg))
  })

  it('is back after the stop', () => {
    runIn(context, () => {})
    expect(method(owner(), name)).not.toBe(keep)
    expect(method(owner(), name)).toHaveLength(keep.length)
    stop()
    expect(method(owner(), name)).toBe(keep)
  })

  it('is not touched before the first span', () => expect(method(owner(), name)).toBe(keep))
})

describe.each(OBSERVERS)('%s', (name) => {
  const classOf = () => (globalThis as unknown as Record<string, typeof Observer>)[name] as typeof Observer

  it('calls back in the span in which it was made, with its own `this` and arguments', () => {
    const observer = runIn(
      context,
      () =>
        new (classOf())(function (this: unknown, ...args) {
          return [this, args, activeSpan()]
        }),
    )
    expect(Reflect.apply(observer.callback, observer, ['entries', observer])).toEqual([
      observer,
      ['entries', observer],
      context.span,
    ])
  })

  it('may be subclassed, and gives the very same callback outside of spans', () => {
    runIn(context, () => {})
    class Own extends classOf() {}
    const callback = () => {}
    const own = new Own(callback)
    expect([own instanceof Own, own instanceof classOf(), own.callback]).toEqual([true, true, callback])
  })

  it('is back after the stop, and what was made before still calls back', () => {
    const before = classOf()
    const observer = runIn(context, () => new (classOf())(() => activeSpan()))
    expect(classOf()).not.toBe(before)
    stop()
    expect(classOf()).toBe(before)
    expect(observer.callback()).toBe(context.span)
  })
})

it('queueMicrotask calls back in its span, and what a microtask throws still is an uncaught error', async () => {
  const seen = await new Promise((resolve) => runIn(context, () => queueMicrotask(() => resolve(activeSpan()))))
  expect(seen).toBe(context.span)
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  try {
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve))
    runIn(context, () =>
      queueMicrotask(() => {
        throw new Error('expected')
      }),
    )
    expect(await uncaught).toMatchObject({ message: 'expected' })
  } finally {
    for (const other of others) process.on('uncaughtException', other)
  }
})

it('a callback that is none goes on as it is, for the platform to say so', () => {
  runIn(context, () => Reflect.apply(method(globalThis, 'requestIdleCallback'), undefined, [null]))
  runIn(context, () => Reflect.apply(method(globalThis, 'requestIdleCallback'), undefined, []))
  expect(kept.map(({ args }) => args)).toEqual([[null], []])
})

it('locks without any argument go on without any', () => {
  runIn(context, () => Reflect.apply(method(LockManager.prototype, 'request'), {}, []))
  expect(kept[0]?.args).toEqual([])
})

it('what zone.js carries itself is left to it', () => {
  stop()
  vi.stubGlobal('__zone_symbol__MutationObserver', Observer)
  const before = globalThis.MutationObserver
  stop = startContext()
  runIn(context, () => {})
  expect(globalThis.MutationObserver).toBe(before)
})

it('a page without any of these is left without', () => {
  stop()
  const names = ['Scheduler', 'LockManager', 'Geolocation', ...OBSERVERS]
  for (const name of names) Reflect.deleteProperty(globalThis, name)
  stop = startContext()
  runIn(context, () => {})
  for (const name of names) expect(name in globalThis).toBe(false)
})
