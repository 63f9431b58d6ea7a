// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { activeSpan, contextWithNewSpan } from '../support/contexts'

type Handler = ((this: unknown, event: unknown) => unknown) | null

/** As a browser's class: the handler is behind an accessor of the prototype. */
class EventSourceFake {
  #handler: Handler = null
  get onmessage(): Handler {
    return this.#handler
  }
  set onmessage(handler: Handler) {
    this.#handler = typeof handler === 'function' ? handler : null
  }
  fire(event: unknown) {
    return this.#handler?.call(this, event)
  }
}
Object.defineProperty(EventSourceFake.prototype, 'onmessage', { enumerable: true })
const original = Object.getOwnPropertyDescriptor(EventSourceFake.prototype, 'onmessage')

let context = contextWithNewSpan()
let stop: () => void
beforeEach(() => {
  vi.stubGlobal('EventSource', EventSourceFake)
  context = contextWithNewSpan()
  stop = startContext()
})
afterEach(() => {
  stop()
  vi.unstubAllGlobals()
})

it('an on… property keeps nothing of where it was assigned, and is called with `this` and the event', () => {
  const source = new EventSourceFake()
  const calls: unknown[] = []
  runIn(context, () => {
    source.onmessage = function (event) {
      calls.push(this, event, activeSpan())
    }
  })
  source.fire('event')
  expect(calls).toEqual([source, 'event', null])
  const other = contextWithNewSpan()
  runIn(other, () => source.fire('from a script'))
  expect(calls.slice(3)).toEqual([source, 'from a script', other.span])
})

it('an on… property gives back what the handler gives back', () => {
  const source = new EventSourceFake()
  source.onmessage = () => false
  expect(source.fire(1)).toBe(false)
})

it('an on… property reads as what was assigned, also from another object, and can be taken away', () => {
  const source = new EventSourceFake()
  const other = new EventSourceFake()
  const handler = vi.fn()
  runIn(context, () => {
    source.onmessage = handler
    expect(source.onmessage).toBe(handler)
    other.onmessage = source.onmessage
    source.onmessage = null
  })
  expect([source.onmessage, other.onmessage]).toEqual([null, handler])
  source.fire(1)
  other.fire(2)
  expect(handler.mock.calls).toEqual([[2]])
})

it('the accessors are back after the stop, and an old handler is still called', () => {
  const source = new EventSourceFake()
  const handler = vi.fn()
  runIn(context, () => {
    source.onmessage = handler
  })
  stop()
  expect(Object.getOwnPropertyDescriptor(EventSourceFake.prototype, 'onmessage')).toEqual(original)
  source.fire(1)
  expect(handler).toHaveBeenCalledOnce()
})
