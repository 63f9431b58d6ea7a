import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ROOT_CONTEXT } from '../../src/context/frame'
import * as api from '../../src/index'
import { catchReports } from '../support/reports'
import { KeepingProcessor, keepSpans, type TestTelemetry } from '../support/telemetry'

let test: TestTelemetry
let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
  test = keepSpans()
})
afterEach(async () => {
  await test.telemetry.shutdown()
  vi.restoreAllMocks()
})

const sleep = () => new Promise<void>((resolve) => setTimeout(resolve, 0))
const current = () => test.telemetry.getCurrentSpan()

describe('withSpan', () => {
  it('gives the span, makes it current, and gives back what the function gives back', () => {
    const value = {}
    const result = test.telemetry.withSpan('work', (span) => {
      expect(current()).toBe(span)
      return value
    })
    expect(result).toBe(value)
    expect(current()).toBeNull()
    expect(test.spans).toHaveLength(1)
  })

  it.each([
    ['options', { attributes: { a: 1 }, kind: 'client' }, { attributes: { a: 1 }, kind: 'client' }],
    ['attributes', { a: 1 }, { attributes: { a: 1 }, kind: 'internal' }],
    ['undefined', undefined, { attributes: {} }],
    ['null', null, { attributes: {} }],
  ])('takes %s', (_name, options, expected) => {
    test.telemetry.withSpan('work', options as never, () => {})
    expect(test.spans[0]).toMatchObject(expected)
  })

  it('ends when the promise settles, and resolves to the same value', async () => {
    const value = {}
    const promise = test.telemetry.withSpan('work', async () => {
      await sleep()
      return value
    })
    expect(promise).toBeInstanceOf(Promise)
    expect(test.spans).toEqual([])
    expect(await promise).toBe(value)
    expect(test.spans).toHaveLength(1)
    expect(test.spans[0]!.status.code).toBe('unset')
  })

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('broken')
      },
    ],
    [
      'rejects',
      async () => {
        await sleep()
        throw new TypeError('broken')
      },
    ],
  ])('records the error when the function %s, and it goes on to the caller', async (_name, work) => {
    const error = await (async () => test.telemetry.withSpan('work', work))().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(TypeError)
    expect(test.spans[0]).toMatchObject({
      status: { code: 'error', description: 'broken' },
      events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }],
    })
  })

  it.each([[undefined], [null], ['text'], [Object.create(null)], [Symbol('s')]])(
    'throws the very same when it is no error (%#)',
    (thrown) => {
      let caught: unknown = 'nothing'
      try {
        test.telemetry.withSpan('work', () => {
          throw thrown
        })
      } catch (error) {
        caught = error
      }
      expect(caught).toBe(thrown)
      expect(test.spans[0]!.status.code).toBe('error')
    },
  )

  it('leaves an unhandled rejection unhandled, once', async () => {
    const reason = new Error('nobody caught this')
    const unhandled = vi.fn()
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', unhandled)
    void test.telemetry.withSpan('work', async () => {
      throw reason
    })
    await sleep()
    await sleep()
    process.removeAllListeners('unhandledRejection')
    for (const other of others) process.on('unhandledRejection', other)
    expect(unhandled.mock.calls.map(([first]) => first)).toEqual([reason])
  })

  it('leaves a caught rejection without noise', async () => {
    const unhandled = vi.fn()
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', unhandled)
    await test.telemetry
      .withSpan('work', async () => {
        throw new Error('expected')
      })
      .catch(() => {})
    await sleep()
    process.removeAllListeners('unhandledRejection')
    for (const other of others) process.on('unhandledRejection', other)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('may be ended by hand inside, without a report', () => {
    test.telemetry.withSpan('work', (span) => span.end())
    expect(test.spans).toHaveLength(1)
    expect(reports).toEqual([])
  })

  it('gives back a thenable that is no promise as it is, without starting it', () => {
    const then = vi.fn()
    const query = { then }
    expect(test.telemetry.withSpan('work', () => query)).toBe(query)
    expect(then).not.toHaveBeenCalled()
    expect(test.spans).toHaveLength(1)
  })

  it('gives back a promise of the same subclass', async () => {
    class Own<T> extends Promise<T> {}
    const result = test.telemetry.withSpan('work', () => Own.resolve(5))
    expect(result).toBeInstanceOf(Own)
    expect(await result).toBe(5)
  })

  it('gives back a promise with the methods that it has, of its own and of its class', async () => {
    const own = Object.assign(Promise.resolve(1), { json: async () => ({ a: 1 }) })
    class Answer<T> extends Promise<T> {
      #state = 'private'
      readonly field = 'own'
      state() {
        return this.#state
      }
    }
    const withOwn = test.telemetry.withSpan('own', () => own)
    const ofClass = test.telemetry.withSpan('class', () => new Answer<number>((resolve) => resolve(2)))
    expect([await withOwn, await withOwn.json()]).toEqual([1, { a: 1 }])
    expect(ofClass).toBeInstanceOf(Answer)
    expect([ofClass.state(), ofClass.field, await ofClass]).toEqual(['private', 'own', 2])
    const rejected = test.telemetry.withSpan('fails', () => Answer.reject(new RangeError('no')))
    await expect(rejected.catch((error: Error) => error.message)).resolves.toBe('no')
    expect(test.spans.map(({ name, status }) => [name, status.code])).toEqual([
      ['own', 'unset'],
      ['class', 'unset'],
      ['fails', 'error'],
    ])
  })

  it('waits for a promise that starts when `then` is called, as lazy promises do, and starts it in the span', async () => {
    class Lazy<T> extends Promise<T> {
      static override get [Symbol.species]() {
        return Promise
      }
      readonly #work: () => Promise<T>
      constructor(work: () => Promise<T>) {
        super(() => {})
        this.#work = work
      }
      override then(...args: Parameters<Promise<T>['then']>) {
        return this.#work().then(...args) as never
      }
    }
    const work = async () => test.telemetry.getCurrentSpan()?.getSpanId()
    const result = test.telemetry.withSpan('work', () => new Lazy(work))
    expect(await Promise.race([result, sleep().then(sleep)])).toBe(test.spans[0]?.spanId)
    expect(test.spans).toHaveLength(1)
  })

  it('nests, across awaits and side by side', async () => {
    await test.telemetry.withSpan('outer', async (outer) => {
      await Promise.all(
        ['a', 'b'].map((name) =>
          test.telemetry.withSpan(name, async (span) => {
            await sleep()
            expect(current()).toBe(span)
            test.telemetry.startSpan(`${name} child`).end()
          }),
        ),
      )
      expect(current()).toBe(outer)
    })
    const byName = Object.fromEntries(test.spans.map((span) => [span.name, span]))
    expect(byName['a']!.parentSpanId).toBe(byName['outer']!.spanId)
    expect(byName['a child']!.parentSpanId).toBe(byName['a']!.spanId)
    expect(byName['b child']!.parentSpanId).toBe(byName['b']!.spanId)
  })

  it('an unsampled one is still current, and runs the function once', async () => {
    const own = keepSpans({ sampler: 0 })
    const work = vi.fn((span: api.TraceContext) => {
      expect(own.telemetry.getCurrentSpan()).toBe(span)
      return 5
    })
    expect(own.telemetry.withSpan('work', work)).toBe(5)
    expect(work).toHaveBeenCalledOnce()
    expect(own.spans).toEqual([])
    await own.telemetry.shutdown()
  })
})

describe('withContext', () => {
  it('makes a span current without ending it, and null makes none current', () => {
    const span = test.telemetry.startSpan('work')
    expect(test.telemetry.withContext(span, () => current())).toBe(span)
    test.telemetry.withContext(span, () => {
      expect(test.telemetry.withContext(null, () => current())).toBeNull()
      expect(test.telemetry.withContext(ROOT_CONTEXT, () => current())).toBeNull()
      expect(current()).toBe(span)
    })
    expect(span.isRecording()).toBe(true)
    expect(current()).toBeNull()
  })

  it.each([[undefined], ['text'], [{}], [5]])(
    'with %j, which is neither, keeps the current one and reports',
    (what) => {
      test.telemetry.withSpan('work', (span) => {
        expect(test.telemetry.withContext(what as never, () => current())).toBe(span)
      })
      expect(reports).toHaveLength(1)
    },
  )
})

describe('linkSpan', () => {
  const remote = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }

  it('links the current span to a span or to ids, with attributes', () => {
    const other = test.telemetry.startSpan('other')
    test.telemetry.withSpan('work', () => {
      expect(test.telemetry.linkSpan(other, { why: 'because' })).toBe(true)
      expect(test.telemetry.linkSpan(remote)).toBe(true)
    })
    expect(test.spans[0]!.links).toMatchObject([
      { context: { traceId: other.traceId, spanId: other.spanId }, attributes: { why: 'because' } },
      { context: { traceId: remote.traceId, spanId: remote.spanId } },
    ])
  })

  it('is false without a current span, with an ended one, and with an unsampled one', async () => {
    expect(test.telemetry.linkSpan(remote)).toBe(false)
    test.telemetry.withSpan('work', (span) => {
      span.end()
      expect(test.telemetry.linkSpan(remote)).toBe(false)
    })
    const own = keepSpans({ sampler: 0 })
    own.telemetry.withSpan('work', () => expect(own.telemetry.linkSpan(remote)).toBe(false))
    await own.telemetry.shutdown()
  })

  it.each([
    [null],
    [undefined],
    ['text'],
    [{}],
    [{ ...remote, traceId: 'no' }],
    [{ ...remote, spanId: '0'.repeat(16) }],
  ])('is false, not an error, with %j', (context) => {
    test.telemetry.withSpan('work', () => expect(test.telemetry.linkSpan(context as never)).toBe(false))
    expect(test.spans[0]!.links).toEqual([])
  })
})

describe('events', () => {
  it('span_started and span_ended are called synchronously, with the span', () => {
    const calls: unknown[] = []
    test.telemetry.on('span_started', ({ span }) => calls.push(['started', span]))
    test.telemetry.on('span_ended', ({ span }) => calls.push(['ended', span.name, span.endTime !== null]))
    const span = test.telemetry.startSpan('work')
    expect(calls).toEqual([['started', span]])
    span.end()
    expect(calls[1]).toEqual(['ended', 'work', true])
  })

  it('span_started may still change the span, before the function of withSpan runs', () => {
    test.telemetry.on('span_started', ({ span }) => span.setAttribute('seen', true))
    test.telemetry.withSpan('work', () => {})
    expect(test.spans[0]!.attributes).toEqual({ seen: true })
  })

  it('a listener is removed by its undo, each registration by its own', () => {
    const listener = vi.fn()
    const undo = test.telemetry.on('span_started', listener)
    const undoSecond = test.telemetry.on('span_started', listener)
    undo()
    undo()
    test.telemetry.startSpan('work')
    expect(listener).toHaveBeenCalledOnce()
    undoSecond()
    test.telemetry.startSpan('work')
    expect(listener).toHaveBeenCalledOnce()
  })

  it('a listener that throws is reported, stays, and stops nobody', () => {
    const other = vi.fn()
    const throwing = vi.fn(() => {
      throw new Error('a listener of the page')
    })
    test.telemetry.on('span_started', throwing)
    test.telemetry.on('span_started', other)
    test.telemetry.startSpan('one')
    test.telemetry.startSpan('two')
    expect([throwing.mock.calls.length, other.mock.calls.length]).toEqual([2, 2])
    expect(reports).toHaveLength(1)
  })

  it('an unknown event and a listener that is no function are reported', () => {
    expect(test.telemetry.on('odd' as never, () => {})).toBeTypeOf('function')
    expect(test.telemetry.on('span_started', null as never)).toBeTypeOf('function')
    test.telemetry.startSpan('work')
    expect(reports).toHaveLength(1) // one sentence tells both
  })

  it('a listener that starts a span makes no endless loop when it looks at the name', () => {
    test.telemetry.on('span_started', ({ span }) => {
      if ((span as unknown as { name: string }).name === 'work') test.telemetry.startSpan('inner').end()
    })
    test.telemetry.startSpan('work').end()
    expect(test.spans.map(({ name }) => name)).toEqual(['inner', 'work'])
  })
})

describe('without a running telemetry every function is harmless', () => {
  it('gives spans that do nothing, and runs functions', async () => {
    const span = api.startSpan('work', { attributes: { a: 1 } })
    span.setAttribute('a', 1).addEvent('e').end()
    expect(span.isRecording()).toBe(false)
    expect(api.getCurrentSpan()).toBeNull()
    expect(api.withSpan('work', () => 5)).toBe(5)
    expect(api.withSpan('work', {}, (inner) => inner.isRecording())).toBe(false)
    expect(await api.withSpan('work', async () => 6)).toBe(6)
    expect(api.withContext(null, () => 7)).toBe(7)
    expect(api.withBaggage({ a: 'b' }, () => 8)).toBe(8)
    const fn = () => 9
    expect(api.bind(fn)).toBe(fn)
    expect(api.traced('t')(fn)()).toBe(9)
    expect(api.linkSpan(span)).toBe(false)
    expect([
      ...api.traced()(function* () {
        yield 1
      })(),
    ]).toEqual([1])
    expect(reports).toEqual([expect.stringContaining('before startTelemetry()')]) // once
  })

  it('a traced function from before the start makes spans after it', async () => {
    const load = api.traced('load')(() => api.getCurrentSpan()?.getSpanId())
    expect(load()).toBeUndefined()
    const processor = new KeepingProcessor()
    const running = api.startTelemetry({ instrument: false, processors: [processor] })
    expect(load()).toBe(processor.ended[0]!.spanId)
    await running.shutdown()
    expect(load()).toBeUndefined()
    expect(processor.ended).toHaveLength(1)
  })

  it('on() before the start hears the page’s telemetry', async () => {
    const listener = vi.fn()
    const undo = api.on('span_started', listener)
    const running = api.startTelemetry({ instrument: false, processors: [] })
    api.startSpan('work').end()
    undo()
    api.startSpan('work').end()
    await running.shutdown()
    expect(listener).toHaveBeenCalledOnce()
  })
})

describe('two telemetries on one page', () => {
  it('have each their own current span, and do not see the other’s', async () => {
    const other = keepSpans()
    test.telemetry.withSpan('mine', (mine) => {
      expect(other.telemetry.getCurrentSpan()).toBeNull()
      other.telemetry.withSpan('theirs', (theirs) => {
        expect([current(), other.telemetry.getCurrentSpan()]).toEqual([mine, theirs])
        other.telemetry.startSpan('child').end()
        other.telemetry.withContext(null, () => expect(current()).toBe(mine))
      })
    })
    expect(test.spans.map(({ name }) => name)).toEqual(['mine'])
    expect(other.spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ['child', other.spans[1]!.spanId],
      ['theirs', null],
    ])
    await other.telemetry.shutdown()
  })

  it('one stays followed behind await when the other stops', async () => {
    const other = keepSpans()
    other.telemetry.withSpan('theirs', () => {})
    await other.telemetry.shutdown()
    await test.telemetry.withSpan('mine', async (span) => {
      await sleep()
      expect(current()).toBe(span)
    })
  })
})
