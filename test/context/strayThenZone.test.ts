// @vitest-environment node
// zone.js was on the page before us, with its own promise: an Angular page.
import 'zone.js'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { contextWithNewSpan } from '../support/contexts'
import { type Play, plays, run } from '../support/strayThen'

beforeEach(() => void vi.spyOn(console, 'log').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

it('a `then` of zone.js’ promise that was read in a span and is called elsewhere does what it does without us, and leaves no span on', async () => {
  await fc.assert(
    fc.asyncProperty(plays, async (play) => {
      const bare = await run(play, (work) => work())
      const stop = startContext()
      try {
        const context = contextWithNewSpan()
        const inSpan = await run(play, (work) => runIn(context, work))
        const lines = looksLikeAwait(play) ? inSpan.lines : bare.lines
        expect(inSpan).toEqual({ lines, leaked: leaks(inSpan.leaked) })
      } finally {
        stop()
      }
    }),
    { numRuns: 300 },
  )
}, 60_000)

/** Two functions that settle another promise look in all like those of an await: a known limit. */
const leaks = (leaked: readonly string[]) => leaked.filter((where) => where.startsWith('other '))

/** Then it is settled as an await is, by the native `then`: zone.js' own takes a turn more. */
const looksLikeAwait = ({ readsConstructor, handlers: [first] }: Play) =>
  readsConstructor && first?.endsWith('of another promise')
