import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { activeSpan, contextWithNewSpan } from '../support/contexts'

const { addEventListener, removeEventListener } = EventTarget.prototype

let context = contextWithNewSpan()
let stop: () => void
let target: EventTarget
beforeEach(() => {
  context = contextWithNewSpan()
  stop = startContext()
  target = new EventTarget()
})
afterEach(() => stop())

const inSpan = <T>(work: () => T): T => runIn(context, work)
const fire = (type = 'thing', on: EventTarget = target) => on.dispatchEvent(new Event(type))

// The first test of this file: once a listener was wrapped, the patches stay, so that it can still be removed.
it('addEventListener keeps name and length, and is back after the stop when no listener was wrapped', () => {
  inSpan(() => {})
  expect(EventTarget.prototype.addEventListener.name).toBe('addEventListener')
  expect(EventTarget.prototype.addEventListener).toHaveLength(addEventListener.length)
  stop()
  expect(EventTarget.prototype.addEventListener).toBe(addEventListener)
  expect(EventTarget.prototype.removeEventListener).toBe(removeEventListener)
})

describe('a listener added in a span', () => {
  it('runs in it, with its own `this` and the event', () => {
    const calls: unknown[] = []
    inSpan(() =>
      target.addEventListener('thing', function (this: unknown, event) {
        calls.push(this, event.type, activeSpan())
      }),
    )
    fire()
    expect(calls).toEqual([target, 'thing', context.span])
    expect(activeSpan()).toBeNull()
  })

  it('runs in it as an object with handleEvent, also when that is given later', () => {
    const calls: unknown[] = []
    const listener = { handleEvent: () => calls.push('first') }
    inSpan(() => target.addEventListener('thing', listener))
    listener.handleEvent = function (this: unknown) {
      return calls.push(this === listener, activeSpan())
    }
    fire()
    expect(calls).toEqual([true, context.span])
  })

  it('added twice is called once', () => {
    const listener = vi.fn()
    inSpan(() => target.addEventListener('thing', listener))
    runIn(contextWithNewSpan(), () => target.addEventListener('thing', listener))
    target.addEventListener('thing', listener)
    fire()
    expect(listener).toHaveBeenCalledOnce()
  })

  it('added before outside of spans is called once', () => {
    const listener = vi.fn()
    target.addEventListener('thing', listener)
    inSpan(() => target.addEventListener('thing', listener))
    fire()
    expect(listener).toHaveBeenCalledOnce()
  })

  it('added before outside of spans is called once, in its new turn', () => {
    const calls: string[] = []
    const first = () => calls.push('first')
    target.addEventListener('thing', first)
    target.addEventListener('thing', () => calls.push('second'))
    inSpan(() => target.addEventListener('thing', first))
    fire()
    expect(calls).toEqual(['second', 'first'])
  })

  it('is removed by the page, inside and outside of spans', () => {
    const listener = vi.fn()
    inSpan(() => target.addEventListener('thing', listener))
    target.removeEventListener('thing', listener)
    fire()
    inSpan(() => {
      target.addEventListener('thing', listener)
      target.removeEventListener('thing', listener)
    })
    fire()
    expect(listener).not.toHaveBeenCalled()
  })

  it('is removed by the page after the stop', () => {
    const listener = vi.fn()
    inSpan(() => target.addEventListener('thing', listener))
    stop()
    target.removeEventListener('thing', listener)
    fire()
    expect(listener).not.toHaveBeenCalled()
  })

  it('added once more after the stop is called once', () => {
    const listener = vi.fn()
    inSpan(() => target.addEventListener('thing', listener))
    stop()
    target.addEventListener('thing', listener)
    fire()
    expect(listener).toHaveBeenCalledOnce()
  })

  it('with `once` is called once, and can be added again in another span', () => {
    const seen: unknown[] = []
    const listener = () => seen.push(activeSpan())
    inSpan(() => target.addEventListener('thing', listener, { once: true }))
    fire()
    fire()
    const other = contextWithNewSpan()
    runIn(other, () => target.addEventListener('thing', listener, { once: true }))
    fire()
    expect(seen).toEqual([context.span, other.span])
  })

  it('with a signal is removed by it, and can be added again in another span', () => {
    const seen: unknown[] = []
    const listener = () => seen.push(activeSpan())
    const abort = new AbortController()
    inSpan(() => target.addEventListener('thing', listener, { signal: abort.signal }))
    abort.abort()
    fire()
    const other = contextWithNewSpan()
    runIn(other, () => target.addEventListener('thing', listener))
    fire()
    expect(seen).toEqual([other.span])
  })

  it('for two types and two phases keeps the span of each', () => {
    const seen: unknown[] = []
    const listener = () => seen.push(activeSpan())
    const other = contextWithNewSpan()
    inSpan(() => target.addEventListener('a', listener))
    runIn(other, () => target.addEventListener('b', listener))
    runIn(other, () => target.addEventListener('a', listener, true))
    fire('b')
    fire('a')
    expect(seen).toHaveLength(3)
    expect(seen[0]).toBe(other.span)
    expect(new Set(seen.slice(1))).toEqual(new Set([context.span, other.span]))
  })

  it('that throws leaves no span behind', () => {
    const error = vi.fn((event: Event) => event.preventDefault())
    window.addEventListener('error', error)
    inSpan(() =>
      target.addEventListener('thing', () => {
        throw new Error('expected')
      }),
    )
    try {
      fire()
    } catch {
      // happy-dom lets it through.
    }
    window.removeEventListener('error', error)
    expect(activeSpan()).toBeNull()
  })

  it('is null without harm', () => {
    inSpan(() => {
      target.addEventListener('thing', null)
      target.removeEventListener('thing', null)
    })
    fire()
  })
})

describe('a listener added outside of spans', () => {
  it('sees none, and is given to the browser as it is', () => {
    const seen: unknown[] = []
    inSpan(() => {})
    const listener = () => seen.push(activeSpan())
    target.addEventListener('thing', listener)
    fire()
    inSpan(() => fire())
    // Dispatched from a span, synchronously: it is called in that span's turn.
    expect(seen).toEqual([null, context.span])
  })
})
