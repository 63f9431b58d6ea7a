// @vitest-environment node
// zone.js was on the page before us, with its own promise: an Angular page whose build uses the plugin.
import 'zone.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { NativePromise } from '../../src/lib/native'
import { activeSpan, contextWithNewSpan } from '../support/contexts'
import { evaluateRewritten } from './modules'

let stop: () => void
beforeAll(() => {
  stop = startContext()
})
afterAll(() => stop())

it.each([
  ['a number', 'await 42'],
  ["zone.js' own promise", 'await Promise.resolve()'],
  ["a pending promise of zone.js'", 'await new Promise((done) => setTimeout(done))'],
  ['a native promise', 'await (async () => {})'],
  ['a foreign thenable', 'await { then(done) { seen(); done() } }'],
  [
    'for await over plain results',
    'let i = 0; for await (const _ of { [Symbol.asyncIterator]: () => ({ next: () => ({ done: i++ > 1 }) }) }) seen()',
  ],
])('await of %s keeps the span, and gives none to a flow that has none', async (_, statement) => {
  expect(Promise).not.toBe(NativePromise)
  const { run } = await evaluateRewritten(`export const run = async (seen) => { ${statement}; seen() }`)
  const context = contextWithNewSpan()
  const inside: unknown[] = []
  const outside: unknown[] = []
  await Promise.all([
    run!(() => outside.push(activeSpan())),
    runIn(context, () => run!(() => inside.push(activeSpan()))),
    run!(() => outside.push(activeSpan())),
  ])
  expect(new Set(inside)).toEqual(new Set([context.span]))
  expect(new Set(outside)).toEqual(new Set([null]))
  expect(activeSpan()).toBeNull()
})
