import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SpanContext } from '../../src/trace/span'
import { catchReports } from '../support/reports'
import { keepSpans, type TestTelemetry } from '../support/telemetry'

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

const start = (options = {}) => test.telemetry.startSpan('work', options)
const only = () => {
  expect(test.spans).toHaveLength(1)
  return test.spans[0]!
}
const remote: SpanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }

describe('status', () => {
  type Step = 'unset' | 'ok' | 'error'
  const cases: [steps: Step[], end: Step][] = [
    [[], 'unset'],
    [['unset'], 'unset'],
    [['error'], 'error'],
    [['error', 'unset'], 'error'],
    [['error', 'ok'], 'ok'],
    [['ok', 'error'], 'ok'],
    [['ok', 'unset'], 'ok'],
    [['unset', 'error', 'unset', 'ok', 'error'], 'ok'],
  ]
  it.each(cases)('%j ends as %s', (steps, end) => {
    const span = start()
    for (const step of steps) span.setStatus(step)
    span.end()
    expect(only().status.code).toBe(end)
  })

  it('a later error replaces the description', () => {
    start().setStatus('error', 'first').setStatus('error', 'second').end()
    expect(only().status).toEqual({ code: 'error', description: 'second' })
  })

  it('a description is kept for an error only', () => {
    start().setStatus('ok', 'fine').end()
    start().setStatus({ code: 'unset', message: 'x' }).end()
    start().setStatus('error', 'first').setStatus('ok', 'fine').end()
    expect(test.spans.map(({ status }) => status)).toEqual([
      { code: 'ok', description: null },
      { code: 'unset', description: null },
      { code: 'ok', description: null },
    ])
  })

  it("understands objects, ours and OpenTelemetry's with its numbers", () => {
    start().setStatus({ code: 2, message: 'broken' }).end()
    start().setStatus({ code: 'error', description: 'ours' }).end()
    start().setStatus({ code: 'error', description: null }).end()
    start().setStatus({ code: 1 }).end()
    start().setStatus({ code: 0 }).end()
    expect(test.spans.map(({ status }) => status)).toEqual([
      { code: 'error', description: 'broken' },
      { code: 'error', description: 'ours' },
      { code: 'error', description: null },
      { code: 'ok', description: null },
      { code: 'unset', description: null },
    ])
  })

  it.each([null, undefined, 'bad', 7, {}, [], Number.NaN, () => {}])('%j is reported and ignored', (status) => {
    const span = start()
    expect(() => span.setStatus(status as never)).not.toThrow()
    span.end()
    expect(only().status).toEqual({ code: 'unset', description: null })
    expect(reports).toHaveLength(1)
  })

  it('a description that is no string is left out', () => {
    start()
      .setStatus('error', 5 as never)
      .end()
    expect(only().status).toEqual({ code: 'error', description: null })
  })
})

describe('end', () => {
  it('comes once: a second one changes nothing and is reported', () => {
    const span = start()
    span.end()
    const { endTime } = only()
    span.end()
    span.end(5)
    expect(test.spans).toHaveLength(1)
    expect(only().endTime).toBe(endTime)
    expect(reports).toEqual([expect.stringContaining('ended twice')])
    expect(test.telemetry.stats()).toMatchObject({ started: 1, ended: 1 })
  })

  it('closes the span: what comes after changes nothing', () => {
    const span = start({ attributes: { a: 1 } })
    expect(span.isRecording()).toBe(true)
    span.end()
    expect(span.isRecording()).toBe(false)
    span
      .setAttribute('b', 2)
      .setAttributes({ c: 3 })
      .addEvent('late')
      .addLink({ context: remote })
      .addLinks([{ context: remote }])
    span.setStatus('error').updateName('late')
    span.recordException(new Error('late'))
    expect(only()).toMatchObject({
      name: 'work',
      attributes: { a: 1 },
      events: [],
      links: [],
      status: { code: 'unset' },
    })
    expect(reports).toHaveLength(1)
  })

  it('before the start gives a duration of 0 and is reported', () => {
    start({ startTime: 2_000_000_000_000 }).end(1_999_999_999_000)
    expect(only().endTime).toBe(only().startTime)
    expect(reports).toHaveLength(1)
  })

  it('of what started in the future gives a duration of 0 without a report', () => {
    start({ startTime: Date.now() + 60_000 }).end()
    expect(only().endTime).toBe(only().startTime)
    expect(reports).toEqual([])
  })

  it.each(['soon', {}, null, Number.NaN, Infinity, new Date('no'), [], ['1', 2, 3]])(
    'with %j, which is no time, is now, and is reported',
    (time) => {
      const span = start()
      expect(() => span.end(time as never)).not.toThrow()
      expect(only().endTime).toBeGreaterThanOrEqual(only().startTime)
      expect(only().endTime! - only().startTime).toBeLessThan(1000)
      expect(reports).toHaveLength(1)
    },
  )
})

describe('times', () => {
  const epoch = 1_700_000_000_123

  it.each([
    ['epoch milliseconds', epoch],
    ['a Date', new Date(epoch)],
    ['an HrTime', [1_700_000_000, 123_000_000]],
  ])('%s', (_name, time) => {
    const span = start({ startTime: time })
    span.addEvent('event', time as never)
    span.addEvent('event', {}, time as never)
    span.end(time as never)
    expect(only()).toMatchObject({ startTime: epoch, endTime: epoch })
    expect(only().events.map((event) => event.time)).toEqual([epoch, epoch])
    expect(reports).toEqual([])
  })

  it('a performance.now() value', () => {
    const at = performance.now()
    start({ startTime: at }).end(at)
    expect(only().startTime).toBeCloseTo(Date.now(), -3)
    expect(only().endTime).toBe(only().startTime)
  })

  it('now is the wall clock within a few milliseconds', () => {
    start().end()
    expect(Math.abs(only().startTime - Date.now())).toBeLessThan(100)
  })

  it('a child never starts before its parent, nor ends after it, when they nest', () => {
    for (let i = 0; i < 50; i++) {
      const parent = start()
      start({ parent }).end()
      parent.end()
    }
    for (let i = 0; i < 100; i += 2) {
      const [child, parent] = [test.spans[i]!, test.spans[i + 1]!]
      expect(child.startTime).toBeGreaterThanOrEqual(parent.startTime)
      expect(child.endTime).toBeLessThanOrEqual(parent.endTime!)
    }
  })

  it('endTime is null while the span is open', () => {
    start()
    expect((test.processor.started[0] as unknown as { endTime: unknown }).endTime).toBeNull()
  })
})

describe('names', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [5, '5'],
    [Symbol('s'), 'Symbol(s)'],
    [{}, '[object Object]'],
    [Object.create(null), 'unnamed'],
  ])('%o becomes text and is reported', (given, name) => {
    const span = test.telemetry.startSpan(given as never)
    span.addEvent(given as never)
    span.end()
    expect(only().name).toBe(name)
    expect(only().events[0]!.name).toBe(name)
    expect(reports).toHaveLength(1)
  })

  it('updateName renames, also to something odd', () => {
    start().updateName('other').end()
    start()
      .updateName(7 as never)
      .end()
    expect(test.spans.map(({ name }) => name)).toEqual(['other', '7'])
  })

  it('an empty name stays empty', () => {
    test.telemetry.startSpan('').end()
    expect(only().name).toBe('')
    expect(reports).toEqual([])
  })
})

describe('limits', () => {
  const limits = {
    attributeCountLimit: 2,
    attributeValueLengthLimit: 3,
    eventCountLimit: 2,
    linkCountLimit: 2,
    attributePerEventCountLimit: 1,
    attributePerLinkCountLimit: 1,
  }
  const link = (n: number) => ({ context: { ...remote, spanId: `${n}`.repeat(16) }, attributes: { n, more: 1 } })

  it('drop new attributes past the count, keep overwriting, and count each', async () => {
    const own = keepSpans({ spanLimits: limits })
    own.telemetry
      .startSpan('work', { attributes: { a: 1, b: 2, c: 3 } })
      .setAttribute('d', 4)
      .setAttribute('a', 5)
      .end()
    expect(own.spans[0]).toMatchObject({ attributes: { a: 5, b: 2 }, droppedAttributesCount: 2 })
    await own.telemetry.shutdown()
  })

  it('push the oldest events and links out, and count them', async () => {
    const own = keepSpans({ spanLimits: limits })
    const span = own.telemetry.startSpan('work', { links: [link(1)] })
    for (const name of ['one', 'two', 'three', 'four']) span.addEvent(name, { a: 1, b: 2 })
    span.addLinks([link(2), link(3)])
    span.end()
    const [ended] = own.spans
    expect(ended!.events.map(({ name }) => name)).toEqual(['three', 'four'])
    expect(ended!.links.map(({ context }) => context.spanId[0])).toEqual(['2', '3'])
    expect(ended).toMatchObject({ droppedEventsCount: 2, droppedLinksCount: 1 })
    expect(ended!.events[0]).toMatchObject({ attributes: { a: 1 }, droppedAttributesCount: 1 })
    expect(ended!.links[0]).toMatchObject({ attributes: { n: 2 }, droppedAttributesCount: 1 })
    await own.telemetry.shutdown()
  })

  it('cut strings, also in lists, maps, events and links', async () => {
    const own = keepSpans({ spanLimits: limits })
    const span = own.telemetry.startSpan('work', { attributes: { a: 'abcdef', b: ['abcdef', { c: 'abcdef' }] } })
    span.addEvent('event', { a: 'abcdef' })
    span.addLink({ context: remote, attributes: { a: 'abcdef' } })
    span.end()
    expect(own.spans[0]!.attributes).toEqual({ a: 'abc', b: ['abc', { c: 'abc' }] })
    expect(own.spans[0]!.events[0]!.attributes).toEqual({ a: 'abc' })
    expect(own.spans[0]!.links[0]!.attributes).toEqual({ a: 'abc' })
    await own.telemetry.shutdown()
  })

  it('of 0 keep nothing and count all', async () => {
    const own = keepSpans({ spanLimits: { attributeCountLimit: 0, eventCountLimit: 0, linkCountLimit: 0 } })
    const span = own.telemetry.startSpan('work', { attributes: { a: 1 } })
    span.addEvent('event').addLink({ context: remote }).end()
    expect(own.spans[0]).toMatchObject({
      attributes: {},
      events: [],
      links: [],
      droppedAttributesCount: 1,
      droppedEventsCount: 1,
      droppedLinksCount: 1,
    })
    await own.telemetry.shutdown()
  })

  it('are 128 of each by default', () => {
    const span = start()
    for (let i = 0; i < 130; i++) span.setAttribute(`key ${i}`, i).addEvent(`event ${i}`).addLink({ context: remote })
    span.end()
    expect(only()).toMatchObject({ droppedAttributesCount: 2, droppedEventsCount: 2, droppedLinksCount: 2 })
    expect(Object.keys(only().attributes)).toHaveLength(128)
  })
})

describe('nothing given to a span throws into the page', () => {
  const throwing = {
    get key(): never {
      throw new Error('a getter of the page')
    },
  }
  type Given = ReturnType<typeof start>
  const calls: Record<string, (span: Given) => unknown> = {
    'setAttributes with a getter that throws': (span) => span.setAttributes(throwing),
    'addEvent with a getter that throws': (span) => span.addEvent('event', throwing),
    'addLink with a getter that throws': (span) => span.addLink({ context: remote, attributes: throwing }),
    'recordException with a getter that throws': (span) => span.recordException(new Error('x'), throwing),
    'setAttributes(null)': (span) => span.setAttributes(null as never),
    'setAttributes(text)': (span) => span.setAttributes('text' as never),
    'addLinks(null)': (span) => span.addLinks(null as never),
    'addLinks(5)': (span) => span.addLinks(5 as never),
    'addLinks([null])': (span) => span.addLinks([null as never]),
    'addLink(null)': (span) => span.addLink(null as never),
    'addLink({})': (span) => span.addLink({} as never),
    'addLink of text': (span) => span.addLink({ context: 'text' as never }),
    'addEvent without anything': (span) => span.addEvent(undefined as never),
    'addEvent with null': (span) => span.addEvent('event', null as never, null as never),
    'recordException of nothing': (span) => span.recordException(undefined),
    'setAttribute without a key': (span) => span.setAttribute(undefined as never, 1),
    'setAttribute with a symbol as key': (span) => span.setAttribute(Symbol('key') as never, 1),
    'setAttribute with a revoked proxy': (span) => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      span.setAttribute('key', proxy)
    },
    'setAttribute with an object whose constructor throws': (span) => {
      const get = () => {
        throw new Error('a getter of the page')
      }
      span.setAttribute('key', Object.defineProperty(new Map(), 'constructor', { get }))
    },
    'startSpan with attributes whose getter throws': () => start({ attributes: throwing }),
    'startSpan with links that cannot be walked': () => start({ links: 5 }),
    'startSpan with links that throw': () => start({ links: [{ context: remote, attributes: throwing }] }),
    'startSpan with a text as parent': () => start({ parent: 'text' }),
    'startSpan with a number as parent': () => start({ parent: 5 }),
    'startSpan with an empty object as parent': () => start({ parent: {} }),
    'startSpan with a parent whose spanContext() gives nothing': () =>
      start({ parent: { spanContext: () => undefined } }),
    'startSpan with a parent that throws': () =>
      start({
        parent: {
          spanContext() {
            throw new Error('a method of the page')
          },
        },
      }),
    'startSpan with an odd kind': () => start({ kind: 'odd' }),
    'startSpan with an odd startTime': () => start({ startTime: 'soon' }),
    'startSpan with text as options': () => start('text' as never),
  }
  it.each(Object.keys(calls))('%s', (name) => {
    const span = start()
    expect(() => calls[name]!(span)).not.toThrow()
    span.end()
    expect(test.spans).toHaveLength(1)
  })

  it('setters return the span', () => {
    const span = start()
    expect(span.setAttribute('a', 1)).toBe(span)
    expect(span.setAttributes({})).toBe(span)
    expect(span.addEvent('e')).toBe(span)
    expect(span.addLink({ context: remote })).toBe(span)
    expect(span.addLinks([])).toBe(span)
    expect(span.setStatus('ok')).toBe(span)
    expect(span.updateName('n')).toBe(span)
    expect(span.recordException(new Error('x'))).toBeUndefined()
    expect(span.end()).toBeUndefined()
  })
})

describe('links', () => {
  it('keep the ids as they were when the link was added', () => {
    const changing = { ...remote }
    start({ links: [{ context: changing }] }).end()
    changing.traceId = 'c'.repeat(32)
    expect(only().links[0]!.context.traceId).toBe(remote.traceId)
  })

  it('to a span have its ids', () => {
    const other = start()
    const span = start()
    span.addLink({ context: other as unknown as SpanContext })
    span.addLink({ context: other.spanContext(), attributes: { why: 'because' } })
    span.end()
    expect(only().links.map(({ context: { traceId, spanId } }) => [traceId, spanId])).toEqual([
      [other.traceId, other.spanId],
      [other.traceId, other.spanId],
    ])
  })
})

it('an event is at its time, with attributes, in order', () => {
  const span = start()
  span.addEvent('first', { a: 1 }).addEvent('second')
  span.end()
  const [first, second] = only().events
  expect(first).toMatchObject({ name: 'first', attributes: { a: 1 }, droppedAttributesCount: 0 })
  expect(second!.time).toBeGreaterThanOrEqual(first!.time)
  expect(first!.time).toBeGreaterThanOrEqual(only().startTime)
})

it("is an @opentelemetry/api span by shape: ids, flags and all of its span's methods", () => {
  const span = start()
  expect(span.spanContext()).toMatchObject({ traceId: span.getTraceId(), spanId: span.getSpanId(), traceFlags: 3 })
  for (const method of [
    'setAttribute',
    'setAttributes',
    'addEvent',
    'addLink',
    'addLinks',
    'setStatus',
    'updateName',
    'end',
    'isRecording',
    'recordException',
  ])
    expect(span[method as 'end']).toBeTypeOf('function')
})
