// @vitest-environment node
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { contextOfDispatch } from '../../src/context/dispatch'
import { contextOfFailure, noteFailure, taskIn } from '../../src/context/failures'
import { currentFrame } from '../../src/context/frame'
import { contextWithNewSpan } from '../support/contexts'

let context = contextWithNewSpan()
let stop: () => void
beforeEach(() => {
  context = contextWithNewSpan()
  stop = startContext()
})
afterEach(() => stop())

const errorEvent = (error: unknown = null) => ({ isTrusted: true, target: globalThis, type: 'error', error })
const dispatch = (event: object) => contextOfDispatch(event as never)
const turn = () => new Promise((resolve) => setTimeout(resolve, 5))
const fail = () => {
  throw new Error('expected')
}
/** A callback of the browser that was handed over inside `context`. */
const failingTask = () => runIn(context, () => taskIn(currentFrame()!, fail))

it('an error event that is dispatched inside a context tells that one', () => {
  const event = errorEvent()
  runIn(context, () => dispatch(event))
  expect(contextOfFailure(event)).toBe(context)
})

it('what a callback throws is told by the event that comes next', () => {
  const event = errorEvent()
  expect(failingTask()).toThrow('expected')
  dispatch(event)
  expect(contextOfFailure(event)).toBe(context)
})

it('the event after that is of another error', () => {
  const [event, later] = [errorEvent(), errorEvent()]
  expect(failingTask()).toThrow('expected')
  dispatch(event)
  dispatch(event) // to its second listener
  dispatch(later)
  expect([event, later].map(contextOfFailure)).toEqual([context, null])
})

it('nor is the event of an error that a microtask throws after it', async () => {
  const event = errorEvent()
  expect(failingTask()).toThrow('expected')
  await Promise.resolve()
  dispatch(event)
  expect(contextOfFailure(event)).toBeNull()
})

it('what somebody caught is not told by a later event', async () => {
  expect(failingTask()).toThrow('expected')
  await turn()
  const event = errorEvent()
  dispatch(event)
  expect(contextOfFailure(event)).toBeNull()
})

it('what was thrown and caught inside a context leaves nothing', () => {
  const task = failingTask()
  runIn(contextWithNewSpan(), () => expect(task).toThrow('expected'))
  const event = errorEvent()
  dispatch(event)
  expect(contextOfFailure(event)).toBeNull()
})

it('an error is known by itself, by an error event and by a rejection event; the innermost context stays', () => {
  const error = new Error('expected')
  noteFailure(error, context)
  noteFailure(error, contextWithNewSpan())
  expect([error, errorEvent(error), { reason: error }].map(contextOfFailure)).toEqual([context, context, context])
})

it.each([undefined, null, 5, 'text', {}, { error: 'text' }, { reason: null }])('of %j nobody knows', (what) => {
  expect(contextOfFailure(what)).toBeNull()
})

it.each([undefined, null, 5, 'text'])('%s may be thrown as well', (thrown) => {
  noteFailure(thrown, context)
  expect(contextOfFailure(thrown)).toBeNull()
})
