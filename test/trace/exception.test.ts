import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { exceptionAttributes } from '../../src/trace/exception'
import { catchReports } from '../support/reports'
import { keepSpans, type TestTelemetry } from '../support/telemetry'

let test: TestTelemetry
beforeEach(() => {
  catchReports()
  test = keepSpans()
})
afterEach(async () => {
  await test.telemetry.shutdown()
  vi.restoreAllMocks()
})

describe('what is known of an error', () => {
  it('type, message and stack', () => {
    const error = new RangeError('too far')
    expect(exceptionAttributes(error)).toEqual({
      'exception.type': 'RangeError',
      'exception.message': 'too far',
      'exception.stacktrace': error.stack,
    })
  })

  it('the name of a class without a name of its own, and a DOMException', () => {
    class ShopError extends Error {
      override name = 'ShopError'
    }
    expect(exceptionAttributes(new ShopError('x'))['exception.type']).toBe('ShopError')
    expect(exceptionAttributes(new DOMException('gone', 'AbortError'))['exception.type']).toBe('AbortError')
  })

  it('its causes, in the stack', () => {
    const stack = exceptionAttributes(new Error('outer', { cause: new TypeError('inner', { cause: 'deepest' }) }))[
      'exception.stacktrace'
    ]
    expect(stack).toMatch(/^Error: outer[\s\S]*\nCaused by: TypeError: inner[\s\S]*\nCaused by: deepest$/)
  })

  it('the errors of an AggregateError', () => {
    const stack = exceptionAttributes(new AggregateError([new Error('one'), new Error('two')], 'all'))[
      'exception.stacktrace'
    ] as string
    for (const message of ['all', 'one', 'two']) expect(stack).toContain(message)
  })

  it('ends with a cause that is its own cause', () => {
    const error = new Error('circle')
    error.cause = error
    const stack = exceptionAttributes(error)['exception.stacktrace'] as string
    expect(stack.length).toBeLessThan(50 * error.stack!.length)
  })

  it('the message, where the browser leaves it out of the stack', () => {
    const error = Object.assign(new Error('the reason'), { stack: 'load@https://example.com/a.js:1:2\n' })
    expect(exceptionAttributes(error)['exception.stacktrace']).toBe(
      'Error: the reason\nload@https://example.com/a.js:1:2\n',
    )
  })

  it('the message, where it happens to be part of a function name in such a stack', () => {
    const error = Object.assign(new Error('load'), { stack: 'load@https://example.com/a.js:1:2\n' })
    expect(exceptionAttributes(error)['exception.stacktrace']).toBe('Error: load\nload@https://example.com/a.js:1:2\n')
  })

  it.each([
    ['text', 'string', 'text'],
    [5, 'number', '5'],
    [null, 'object', 'null'],
    [undefined, 'undefined', 'undefined'],
    [Symbol('s'), 'symbol', 'Symbol(s)'],
  ])('of %o, which is no error, type and text', (thrown, type, message) => {
    expect(exceptionAttributes(thrown)).toEqual({ 'exception.type': type, 'exception.message': message })
  })

  it('of an object without a stack: no made-up stack', () => {
    expect(exceptionAttributes({ code: 'E_GONE' })).toEqual({
      'exception.type': 'Object',
      'exception.message': 'E_GONE',
    })
  })

  it.each([
    [Object.create(null)],
    [Object.defineProperty({}, 'message', { get: () => expect.fail('read') })],
    [{ message: Object.create(null) }],
    [{ name: Symbol('s'), message: Symbol('m') }],
    [
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('trap')
          },
        },
      ),
    ],
  ])('never throws (%#)', (thrown) => {
    expect(() => exceptionAttributes(thrown)).not.toThrow()
  })
})

describe('recordException', () => {
  it('adds an event, without setting the status', () => {
    const span = test.telemetry.startSpan('work')
    span.recordException(new Error('broken'))
    span.end()
    expect(test.spans[0]!.events[0]).toMatchObject({ name: 'exception', attributes: { 'exception.message': 'broken' } })
    expect(test.spans[0]!.status.code).toBe('unset')
  })

  it('takes attributes over its own, and a time in either place', () => {
    const span = test.telemetry.startSpan('work')
    span.recordException(new Error('x'), { 'exception.message': 'hidden', more: 1 }, 1_700_000_000_000)
    span.recordException('text', 1_700_000_000_001)
    span.end()
    const [first, second] = test.spans[0]!.events
    expect(first).toMatchObject({ time: 1_700_000_000_000, attributes: { 'exception.message': 'hidden', more: 1 } })
    expect(second).toMatchObject({ time: 1_700_000_000_001 })
  })
})
