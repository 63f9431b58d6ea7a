// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { activeSpan, contextWithNewSpan } from '../support/contexts'

const bare = { add: EventTarget.prototype.addEventListener, remove: EventTarget.prototype.removeEventListener }

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
const fire = (type = 'thing') => target.dispatchEvent(new Event(type))

it('addEventListener and removeEventListener keep name and length', () => {
  const { addEventListener, removeEventListener } = EventTarget.prototype
  expect([addEventListener, removeEventListener].map((ours) => [ours.name, ours.length])).toEqual([
    [bare.add.name, bare.add.length],
    [bare.remove.name, bare.remove.length],
  ])
  expect(addEventListener).not.toBe(bare.add)
})

describe('whose context a listener runs in', () => {
  it('is that of whoever dispatches, wherever it was added, also as an object and with once', () => {
    const seen: unknown[] = []
    const note = () => void seen.push(activeSpan())
    inSpan(() => {
      target.addEventListener('thing', note)
      target.addEventListener('thing', { handleEvent: note })
      target.addEventListener('thing', note, { capture: true, once: true })
    })
    target.addEventListener('thing', () => note())
    fire()
    expect(seen).toEqual([null, null, null, null])
    seen.length = 0
    const other = contextWithNewSpan()
    runIn(other, () => fire())
    expect(seen).toEqual([other.span, other.span, other.span])
    expect(activeSpan()).toBeNull()
  })

  it('is none for an event that the browser dispatches from outside', () => {
    let seen: unknown = 'not called'
    const { port1, port2 } = new MessageChannel()
    const arrived = new Promise<void>((resolve) =>
      inSpan(() =>
        port1.addEventListener('message', () => {
          seen = activeSpan()
          resolve()
        }),
      ),
    )
    port1.start()
    inSpan(() => port2.postMessage(1))
    return arrived.then(() => {
      port1.close()
      expect(seen).toBeNull()
    })
  })
})

describe('a listener', () => {
  it('that throws leaves no span behind', async () => {
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve))
    const others = process.listeners('uncaughtException').slice(0, -1)
    for (const other of others) process.removeListener('uncaughtException', other as never)
    try {
      target.addEventListener('thing', () => {
        throw new Error('expected')
      })
      inSpan(() => fire())
      expect(activeSpan()).toBeNull()
      expect(await uncaught).toMatchObject({ message: 'expected' })
    } finally {
      for (const other of others) process.on('uncaughtException', other as never)
    }
  })

  it('is removed, and once more added, after the stop', () => {
    const listener = vi.fn()
    target.addEventListener('thing', listener)
    stop()
    target.addEventListener('thing', listener)
    fire()
    expect(listener).toHaveBeenCalledOnce()
    target.removeEventListener('thing', listener)
    fire()
    expect(listener).toHaveBeenCalledOnce()
  })

  it('that was added before us and is added again is called once, in its new turn, and one removal takes it away', () => {
    const calls: string[] = []
    const first = () => void calls.push('first')
    stop()
    target.addEventListener('thing', first)
    bare.add.call(target, 'thing', () => void calls.push('second'))
    stop = startContext()
    target.addEventListener('thing', first)
    fire()
    expect(calls).toEqual(['second', 'first'])
    target.removeEventListener('thing', first)
    fire()
    expect(calls).toEqual(['second', 'first', 'second'])
  })

  it('that was added before us stays where it is added again with a signal that was aborted', () => {
    const listener = vi.fn()
    bare.add.call(target, 'thing', listener)
    target.addEventListener('thing', listener, { signal: AbortSignal.abort() })
    fire()
    expect(listener).toHaveBeenCalledOnce()
  })
})
