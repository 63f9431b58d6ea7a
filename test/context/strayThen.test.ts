// @vitest-environment node
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { contextWithNewSpan } from '../support/contexts'
import { plays, run } from '../support/strayThen'

beforeEach(() => void vi.spyOn(console, 'log').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

it('a `then` that was read in a span and is called elsewhere does what it does on a bare page, and leaves no span on', async () => {
  await fc.assert(
    fc.asyncProperty(plays, async (play) => {
      const bare = await run(play, (work) => work())
      const stop = startContext()
      try {
        const context = contextWithNewSpan()
        const inSpan = await run(play, (work) => runIn(context, work))
        expect(inSpan).toEqual({ lines: bare.lines, leaked: leaks(inSpan.leaked) })
      } finally {
        stop()
      }
    }),
    { numRuns: 300 },
  )
}, 60_000)

/** Two functions that settle another promise look in all like those of an await: a known limit. */
const leaks = (leaked: readonly string[]) => leaked.filter((where) => where.startsWith('other '))
