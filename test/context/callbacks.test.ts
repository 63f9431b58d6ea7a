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
class MediaSession {}
class BaseAudioContext {}
class Document {}
const METHODS = [
  ['requestIdleCallback', () => globalThis, [0], (callback: Callback) => [callback, { timeout: 1 }]],
  ['requestAnimationFrame', () => globalThis, [0], (callback: Callback) => [callback]],
  ['webkitRequestAnimationFrame', () => globalThis, [0], (callback: Callback) => [callback]],
  ['postTask', () => Scheduler.prototype, [0], (callback: Callback) => [callback, { priority: 'background' }]],
  ['request', () => LockManager.prototype, [1], (callback: Callback) => ['name', callback]],
  ['request', () => LockManager.prototype, [2], (callback: Callback) => ['name', { mode: 'shared' }, callback]],
  ['getCurrentPosition', () => Geolocation.prototype, [0, 1], (callback: Callback) => [callback, callback, {}]],
  ['watchPosition', () => Geolocation.prototype, [0, 1], (callback: Callback) => [callback, callback]],
  ['setActionHandler', () => MediaSession.prototype, [1], (callback: Callback) => ['play', callback]],
  ['decodeAudioData', () => BaseAudioContext.prototype, [1, 2], (callback: Callback) => [{}, callback, callback]],
  ['startViewTransition', () => Document.prototype, [0], (callback: Callback) => [callback]],
] as [string, () => object, number[], (callback: Callback) => unknown[]][]

const CLASSES = [Scheduler, LockManager, Geolocation, MediaSession, BaseAudioContext, Document]

let context = contextWithNewSpan()
let stop: () => void
beforeEach(() => {
  kept = []
  for (const [name, owner] of METHODS)
    Object.defineProperty(owner(), name, { value: keep, writable: true, configurable: true })
  for (const owner of CLASSES) vi.stubGlobal(owner.name, owner)
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

  it('is there from the start on, so that who keeps it before the first span keeps one that follows', () => {
    const callback = vi.fn(() => activeSpan())
    const early = method(owner(), name)
    runIn(context, () => Reflect.apply(early, {}, argumentsOf(callback)))
    expect(keptCallback(0, places[0]!)()).toBe(context.span)
  })

  it('gets no second layer below a stranger’s patch when we start again', () => {
    const ours = method(owner(), name)
    const theirs = vi.fn(ours)
    Object.assign(owner(), { [name]: theirs })
    stop()
    stop = startContext()
    expect(method(owner(), name)).toBe(theirs)
    runIn(context, () =>
      Reflect.apply(
        theirs,
        {},
        argumentsOf(() => activeSpan()),
      ),
    )
    expect(kept).toHaveLength(1)
    expect(keptCallback(0, places[0]!)()).toBe(context.span)
  })
})

it('startViewTransition takes an object too, whose members are read by the platform alone', () => {
  const reads: PropertyKey[] = []
  const options = new Proxy(
    { update: () => activeSpan(), types: ['slide'] },
    {
      get(target, key) {
        reads.push(key)
        return Reflect.get(target, key)
      },
    },
  )
  runIn(context, () => Reflect.apply(method(Document.prototype, 'startViewTransition'), {}, [options]))
  expect(reads).toEqual([])
  const { update, types } = kept[0]!.args[0] as typeof options
  expect([update(), types, reads]).toEqual([context.span, ['slide'], ['update', 'types']])
})

it('observers are the platform’s own, and call back without a context', () => {
  class MutationObserver {
    constructor(readonly callback: Callback) {}
  }
  stop()
  vi.stubGlobal('MutationObserver', MutationObserver)
  stop = startContext()
  const observer = runIn(context, () => new globalThis.MutationObserver(() => activeSpan()))
  expect(observer.constructor).toBe(globalThis.MutationObserver)
  expect((observer as unknown as MutationObserver).callback()).toBeNull()
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
  vi.stubGlobal('__zone_symbol__requestIdleCallback', keep)
  stop = startContext()
  expect(method(globalThis, 'requestIdleCallback')).toBe(keep)
})

it('a page without any of these is left without', () => {
  stop()
  const names = CLASSES.map(({ name }) => name)
  for (const name of names) Reflect.deleteProperty(globalThis, name)
  stop = startContext()
  runIn(context, () => {})
  for (const name of names) expect(name in globalThis).toBe(false)
})
