// @vitest-environment node
// The platform's own AsyncContext, stood in for by what Node has of it.
import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { active, bind, runIn, startContext } from '../../src/context/context'
import { ROOT_CONTEXT } from '../../src/context/frame'
import { contextWithNewSpan } from '../support/contexts'

let isPlatforms = true
vi.mock(import('../../src/lib/native'), async (original) => ({ ...(await original()), isPlatforms: () => isPlatforms }))

class Variable<T> {
  private readonly storage = new AsyncLocalStorage<T>()
  get(): T | undefined {
    return this.storage.getStore()
  }
  run<R>(value: T, fn: () => R): R {
    return this.storage.run(value, fn)
  }
}

const page = globalThis as { AsyncContext?: unknown; Zone?: unknown }
const context = contextWithNewSpan()
const native = {
  then: Object.getOwnPropertyDescriptor(Promise.prototype, 'then'),
  setTimeout,
}
let stop: () => void

beforeEach(() => {
  page.AsyncContext = { Variable }
  stop = startContext()
})
afterEach(() => {
  stop()
  delete page.AsyncContext
})

it('carries the context over await of anything, timers and bound functions', async () => {
  const seen = await runIn(context, async () => {
    const found = [active()]
    await 42
    found.push(active())
    await { then: (settle: () => void) => setTimeout(settle, 1) }
    found.push(active())
    found.push(await new Promise<ReturnType<typeof active>>((resolve) => setTimeout(() => resolve(active()), 1)))
    return found
  })
  expect(seen).toEqual([context, context, context, context])
  expect(active()).toBe(ROOT_CONTEXT)
  const bound = runIn(context, () => bind(() => active()))
  expect(bound()).toBe(context)
})

it('loads no zone.js and patches nothing', () => {
  runIn(context, () => {})
  expect(page.Zone).toBeUndefined()
  expect(Object.getOwnPropertyDescriptor(Promise.prototype, 'then')).toEqual(native.then)
  expect(setTimeout).toBe(native.setTimeout)
})

it('gives way to frames when it is gone at the next start', () => {
  stop()
  delete page.AsyncContext
  const stopFrames = startContext()
  expect(page.Zone).toBeUndefined()
  runIn(context, () => expect(active()).toBe(context))
  expect(page.Zone).toBeDefined()
  stopFrames()
})

it('a polyfill, which follows only synchronous calls, is left alone', async () => {
  stop()
  isPlatforms = false
  stop = startContext()
  isPlatforms = true
  const seen = runIn(context, async () => {
    await Promise.resolve()
    return active()
  })
  expect(await seen).toBe(context)
})
