// @vitest-environment node
// zone.js was on the page before us, with its own promise: an Angular page.
import 'zone.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { NativePromise } from '../../src/lib/native'
import { activeSpan, contextWithNewSpan } from '../support/contexts'
import { counted, runFlows } from '../support/flows'

const context = contextWithNewSpan()
const { span } = context
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

let stop: () => void
beforeAll(() => {
  stop = startContext()
})
afterAll(() => stop())

it('finds a Promise that is not native, and leaves it', () => {
  expect(Promise).not.toBe(NativePromise)
  expect(Promise.name).toBe('ZoneAwarePromise')
})

describe('the span is still current', () => {
  const awaited: Record<string, () => Promise<unknown>> = {
    'an async function': async () => 1,
    'an async function that waits': async () => void (await NativePromise.resolve()),
  }
  it.each(Object.keys(awaited))('behind await of %s', async (name) => {
    let seen: unknown = 'not reached'
    await runIn(context, async () => {
      await awaited[name]!()
      seen = activeSpan()
    })
    expect(seen).toBe(span)
    expect(activeSpan()).toBeNull()
  })

  it.each([
    ['new Promise', () => sleep(0)],
    ['Promise.resolve', () => Promise.resolve(1)],
    ['Promise.all', () => Promise.all([sleep(0), (async () => 1)()])],
  ])('behind await of a zone.js promise by %s', async (_name, promise) => {
    let seen: unknown = 'not reached'
    await runIn(context, async () => {
      await promise()
      seen = activeSpan()
    })
    expect(seen).toBe(span)
  })

  it('in then and finally callbacks and timers', async () => {
    const seen: unknown[] = []
    const look = () => {
      seen.push(activeSpan())
    }
    await runIn(context, () =>
      sleep(0)
        .then(look)
        .finally(look)
        .then(() => sleep(0))
        .then(look),
    )
    expect(seen).toEqual([span, span, span])
  })

  it('in a then callback of a native promise', async () => {
    const seen = await runIn(context, () => (async () => 1)().then(() => activeSpan()))
    expect(seen).toBe(span)
  })
})

it.each([1, 7, 42])('hundreds of flows never see a span that is not theirs (seed %i)', async (seed) => {
  const world = await runFlows(seed)
  expect(counted(world.wrong)).toEqual({})
})
