// @vitest-environment node
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startContext } from '../../src/context/context'
import { NativePromise } from '../../src/lib/native'
import { activeSpan } from '../support/contexts'
import { counted, numbers, OPS, runFlows } from '../support/flows'

describe('hundreds of flows', () => {
  let stop: () => void
  beforeAll(() => {
    stop = startContext()
  })
  afterAll(() => stop())

  it('run on native async functions and the native Promise', () => {
    const made = (async () => {})()
    expect((async () => {}).constructor.name).toBe('AsyncFunction')
    expect(runFlows.toString()).toMatch(/^async function/)
    expect(OPS['rejection caught']!.toString()).toContain('await Promise.reject')
    expect(numbers.constructor.name).toBe('AsyncGeneratorFunction')
    expect(made).toBeInstanceOf(Promise)
    expect(Promise).toBe(NativePromise)
    expect(Promise.toString()).toContain('[native code]')
  })

  it.each([1, 7, 42, 1234, 20_260_101])(
    'never see a span that is not theirs, and lose none of their own (seed %i)',
    {
      timeout: 20_000,
    },
    async (seed) => {
      const world = await runFlows(seed)
      expect(world.points).toBeGreaterThan(7_000)
      expect({ wrong: counted(world.wrong), lost: counted(world.lost) }).toEqual({ wrong: {}, lost: {} })
    },
  )

  it('leave nothing on when all are done', async () => {
    expect(activeSpan()).toBeNull()
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(activeSpan()).toBeNull()
  })
})
