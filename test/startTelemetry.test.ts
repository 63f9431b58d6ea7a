import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TelemetryOptions } from '../src/options'
import { createTelemetry, on, startTelemetry, type Telemetry } from '../src/startTelemetry'
import { bind, getCurrentSpan, linkSpan, startSpan, traced, withBaggage, withContext, withSpan } from '../src/trace/api'
import { TraceContext } from '../src/trace/span'
import { catchReports } from './support/reports'
import { KeepingProcessor, keepSpans } from './support/telemetry'

let reports: readonly string[]
const running: Telemetry[] = []
const undo: (() => void)[] = []
beforeEach(() => {
  reports = catchReports()
})
afterEach(async () => {
  for (const off of undo.splice(0)) off()
  for (const telemetry of running.splice(0)) await telemetry.shutdown().catch(() => {})
  vi.restoreAllMocks()
})

function start(options: TelemetryOptions = {}) {
  const processor = new KeepingProcessor()
  const telemetry = startTelemetry({ processors: [processor], ...options })
  running.push(telemetry)
  return { telemetry, processor, spans: processor.ended }
}

/** Every place of the page that we touch, as it is now. */
function placesOfThePage() {
  const { prototype: xhr } = XMLHttpRequest
  const places: [object, string][] = [
    [globalThis, 'fetch'],
    ...['open', 'setRequestHeader', 'send', 'abort'].map((name): [object, string] => [xhr, name]),
    [Promise.prototype, 'then'],
    [Promise.prototype, 'constructor'],
    [Promise, 'resolve'],
    [EventTarget.prototype, 'addEventListener'],
    [EventTarget.prototype, 'removeEventListener'],
    [globalThis, 'queueMicrotask'],
    [globalThis, 'MutationObserver'],
    [globalThis, 'IntersectionObserver'],
    [globalThis, 'ResizeObserver'],
    [HTMLElement.prototype, 'onclick'],
    [FileReader.prototype, 'onload'],
  ]
  return places.map(([owner, name]) => {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name)
    // In a test environment the globals are accessors of their own.
    const value: unknown = owner === globalThis ? Reflect.get(owner, name) : (descriptor?.value ?? descriptor?.set)
    return { name, value, descriptor }
  })
}

it('no options are enough, and nothing is thrown or reported', () => {
  running.push(startTelemetry())
  expect(startSpan('work').isRecording()).toBe(true)
  expect(reports).toEqual([])
})

it('options that are all wrong start it all the same', () => {
  const wrong = {
    serviceName: 7,
    endpoint: 'javascript:alert(1)',
    headers: 7,
    timeout: -1,
    encoding: 'xml',
    beacon: 7,
    resource: 7,
    attributes: 7,
    sampler: 'no',
    spanLimits: 7,
    batch: 7,
    instrument: 7,
    propagateTo: 7,
    ignoreUrls: 7,
    what: 7,
  }
  const { spans } = start(wrong as unknown as TelemetryOptions)
  startSpan('work').end()
  expect(spans).toHaveLength(1)
  expect(spans[0]?.resource.attributes['service.name']).toBe('unknown_service')
  expect(reports.length).toBeGreaterThanOrEqual(Object.keys(wrong).length - 1)
})

describe('a second start', () => {
  it('returns the running handle, ignores its options, and is reported once', () => {
    const { telemetry } = start({ serviceName: 'first' })
    const second = new KeepingProcessor()
    expect(startTelemetry({ serviceName: 'second', processors: [second] })).toBe(telemetry)
    expect(startTelemetry()).toBe(telemetry)
    startSpan('work').end()
    expect(second.started).toEqual([])
    expect(reports).toHaveLength(1)
  })

  it('patches nothing twice', () => {
    start()
    const before = placesOfThePage()
    startTelemetry()
    expect(placesOfThePage()).toEqual(before)
  })
})

describe('the functions of the API', () => {
  it('do nothing harmful before the start', async () => {
    const method = { [Symbol.toStringTag]: 'x', load: traced('load')(() => 7) }
    const span = startSpan('x', { attributes: { a: 1 } })
    expect(span).toBeInstanceOf(TraceContext)
    expect(span.isRecording()).toBe(false)
    span.setAttribute('a', 1).addEvent('b').setStatus('error').end()
    expect(withSpan('x', () => 1)).toBe(1)
    expect(await withSpan('x', {}, async (own) => own.isRecording())).toBe(false)
    expect(withContext(span, () => 2)).toBe(2)
    expect(withBaggage({ a: 'b' }, () => 3)).toBe(3)
    expect(bind(() => 4)()).toBe(4)
    expect(method.load()).toBe(7)
    expect([getCurrentSpan(), linkSpan(span)]).toEqual([null, false])
    expect(reports).toEqual([])
  })

  it('and the methods of the handle are the same telemetry', () => {
    const { telemetry, spans } = start()
    telemetry.withSpan('outer', () => {
      expect(getCurrentSpan()).toBe(telemetry.getCurrentSpan())
      withSpan('inner', () => {})
    })
    const [inner, outer] = spans
    expect(inner).toMatchObject({ name: 'inner', parentSpanId: outer?.spanId, traceId: outer?.traceId })
  })

  it('do nothing after the shutdown', async () => {
    const { telemetry, processor } = start()
    await telemetry.shutdown()
    expect(startSpan('x').isRecording()).toBe(false)
    withSpan('x', () => expect(getCurrentSpan()).toBeNull())
    expect(processor.started).toEqual([])
  })

  it('of a handle taken apart work without it', () => {
    const { telemetry, spans } = start()
    const { withSpan: run, startSpan: begin, on: listen, stats, setAttributes, getTracer } = telemetry
    listen('span_ended', () => {})()
    setAttributes({ a: 1 })
    run('x', () => begin('y').end())
    getTracer('lib').startSpan('z').end()
    expect([spans.map((span) => span.name), stats().ended]).toEqual([['y', 'x', 'z'], 3])
  })
})

describe('shutdown()', () => {
  it('puts fetch, XMLHttpRequest, Promise and everything else back', async () => {
    const before = placesOfThePage()
    const { telemetry } = start()
    await withSpan('work', async () => {
      await Promise.resolve()
      await Promise.resolve(new Promise<void>((resolve) => queueMicrotask(resolve)))
    })
    const during = placesOfThePage()
    expect(during.filter(({ value }, i) => value !== before[i]?.value).length).toBeGreaterThan(8)
    await telemetry.shutdown()
    expect(placesOfThePage()).toEqual(before)
    placesOfThePage().forEach(({ value }, i) => void expect(value).toBe(before[i]?.value))
  })

  const changedBy = (options?: Parameters<typeof start>[0]) => {
    const before = placesOfThePage()
    start(options)
    return placesOfThePage()
      .filter(({ value }, i) => value !== before[i]?.value)
      .map(({ name }) => name)
  }

  it('leaves promises, observers and elements of a page without spans as they were, also while it runs', () => {
    expect(changedBy()).toEqual([
      ...['fetch', 'open', 'setRequestHeader', 'send', 'abort'],
      ...['addEventListener', 'removeEventListener', 'queueMicrotask'],
    ])
  })

  it('with context: "sync" changes nothing but fetch and XMLHttpRequest, also inside spans', async () => {
    expect(changedBy({ context: 'sync' })).toEqual(['fetch', 'open', 'setRequestHeader', 'send', 'abort'])
    const before = placesOfThePage()
    let bound = () => getCurrentSpan()
    const seen = await withSpan('work', async (span) => {
      const seen = [getCurrentSpan() === span]
      bound = bind(() => getCurrentSpan())
      await null
      return [...seen, getCurrentSpan(), bound() === span]
    })
    expect(seen).toEqual([true, null, true])
    expect(placesOfThePage()).toEqual(before)
  })

  it('flushes: the processors are shut down once, whoever calls how often', async () => {
    const { telemetry, processor } = start()
    const shutdown = vi.spyOn(processor, 'shutdown')
    const first = telemetry.shutdown()
    expect(telemetry.shutdown()).toBe(first)
    await first
    await telemetry.shutdown()
    expect(shutdown).toHaveBeenCalledOnce()
  })

  it('waits for all processors and then rejects with the first error', async () => {
    const bad = new KeepingProcessor()
    const good = new KeepingProcessor()
    bad.shutdown = () => {
      throw new Error('a bug of theirs')
    }
    let done = false
    good.shutdown = async () => {
      await Promise.resolve()
      done = true
    }
    const { telemetry } = start({ processors: [bad, good] })
    await expect(telemetry.shutdown()).rejects.toThrow('a bug of theirs')
    expect(done).toBe(true)
    const { spans } = start()
    startSpan('after').end()
    expect(spans).toHaveLength(1)
  })

  it('lets it start anew, with new options', async () => {
    const { telemetry: first } = start({ serviceName: 'first' })
    await first.shutdown()
    const { telemetry: second, spans } = start({ serviceName: 'second' })
    expect(second).not.toBe(first)
    await withSpan('work', async () => {
      await Promise.resolve()
      withSpan('after await', () => {})
    })
    expect(spans.map((span) => [span.name, span.resource.attributes['service.name']])).toEqual([
      ['after await', 'second'],
      ['work', 'second'],
    ])
    expect(spans[0]?.parentSpanId).toBe(spans[1]?.spanId)
    expect(reports).toEqual([])
  })

  it('called late on an old handle leaves the new one running', async () => {
    const { telemetry: first } = start()
    await first.shutdown()
    const { telemetry: second } = start()
    await first.shutdown()
    expect(startTelemetry()).toBe(second)
    expect(startSpan('x').isRecording()).toBe(true)
  })

  it('and start 100 times leave the page as it was', async () => {
    const before = placesOfThePage()
    for (let i = 0; i < 100; i++) {
      const { telemetry } = start()
      withSpan('work', () => {})
      await telemetry.shutdown()
    }
    expect(placesOfThePage()).toEqual(before)
  })
})

describe('processors', () => {
  it('are all called, in their order, with the same span, start before end', () => {
    const calls: unknown[] = []
    const noting = (name: string) =>
      Object.assign(new KeepingProcessor(), {
        onStart: (span: unknown) => calls.push([name, 'start', span]),
        onEnd: (span: unknown) => calls.push([name, 'end', span]),
      }) as unknown as KeepingProcessor
    start({ processors: [noting('a'), noting('b')] })
    const span = startSpan('work')
    span.end()
    expect(calls).toEqual([
      ['a', 'start', span],
      ['b', 'start', span],
      ['a', 'end', span],
      ['b', 'end', span],
    ])
  })

  it('that throw are reported, and neither the page nor the next one notices', () => {
    const bad = new KeepingProcessor()
    bad.onStart = bad.onEnd = () => {
      throw new Error('a bug of theirs')
    }
    Object.assign(bad, { reportDrops: bad.onStart })
    const good = new KeepingProcessor()
    start({ processors: [bad, good] })
    expect(withSpan('work', () => 7)).toBe(7)
    expect([good.started.length, good.ended.length, reports.length]).toEqual([1, 1, 3])
  })

  it('may be none', async () => {
    const { telemetry } = start({ processors: [] })
    startSpan('work').end()
    await telemetry.forceFlush()
    expect(telemetry.stats()).toEqual({ started: 1, ended: 1, queued: 0, exported: 0, stored: 0, dropped: {} })
  })

  it('are flushed together, and the time-out goes to each', async () => {
    const processors = [new KeepingProcessor(), new KeepingProcessor()]
    const flushes = processors.map((processor) => vi.spyOn(processor, 'forceFlush'))
    flushes[0]?.mockRejectedValue(new Error('too late'))
    const { telemetry } = start({ processors })
    await expect(telemetry.forceFlush(7)).rejects.toThrow('too late')
    expect(flushes.map((flush) => flush.mock.calls)).toEqual([[[7]], [[7]]])
  })
})

describe('events', () => {
  it('come after the processors, synchronously, in the order in which things happen', () => {
    const log: string[] = []
    const processor = new KeepingProcessor()
    processor.onStart = (span) => void log.push(`onStart ${(span as unknown as { name: string }).name}`)
    processor.onEnd = (span) => void log.push(`onEnd ${span.name}`)
    start({ processors: [processor] })
    undo.push(on('span_started', ({ span }) => log.push(`started ${(span as unknown as { name: string }).name}`)))
    undo.push(on('span_ended', ({ span }) => log.push(`ended ${span.name}`)))
    withSpan('a', () => withSpan('b', () => log.push('work')))
    expect(log).toEqual([
      'onStart a',
      'started a',
      'onStart b',
      'started b',
      'work',
      'onEnd b',
      'ended b',
      'onEnd a',
      'ended a',
    ])
  })

  it('are heard by who listened before the start, and still after a restart, until the undo', async () => {
    const heard = vi.fn()
    const off = on('span_started', heard)
    const { telemetry } = start()
    startSpan('one')
    await telemetry.shutdown()
    start()
    startSpan('two')
    off()
    startSpan('three')
    expect(heard).toHaveBeenCalledTimes(2)
  })

  it('of the handle and of the module are the same', () => {
    const heard: unknown[] = []
    const { telemetry } = start()
    undo.push(on('span_started', ({ span }) => heard.push(span)))
    undo.push(telemetry.on('span_started', ({ span }) => heard.push(span)))
    const span = startSpan('one')
    expect(heard).toEqual([span, span])
  })

  it('are not told for spans that are not sampled', () => {
    const heard = vi.fn()
    undo.push(on('span_started', heard), on('span_ended', heard))
    const record = { shouldSample: () => ({ decision: 'record' as const }) }
    const { processor } = start({ sampler: record })
    startSpan('recorded').end()
    expect([processor.ended.length, heard.mock.calls.length]).toEqual([1, 0])
  })

  it('tell of drops with their reason, and stats() counts them', () => {
    let drop: (count: number, reason: 'queue_full' | 'timeout') => void = () => {}
    const processor = Object.assign(new KeepingProcessor(), {
      reportDrops(listener: typeof drop) {
        drop = listener
      },
      queued: 2,
      exported: 3,
      stored: 1,
    })
    const heard = vi.fn()
    undo.push(on('spans_dropped', heard))
    const { telemetry } = start({ processors: [processor, processor] })
    drop(4, 'queue_full')
    drop(1, 'queue_full')
    drop(1, 'timeout')
    expect(heard.mock.calls).toEqual([
      [{ count: 4, reason: 'queue_full' }],
      [{ count: 1, reason: 'queue_full' }],
      [{ count: 1, reason: 'timeout' }],
    ])
    expect(telemetry.stats()).toEqual({
      started: 0,
      ended: 0,
      queued: 4,
      exported: 6,
      stored: 2,
      dropped: { queue_full: 5, timeout: 1 },
    })
  })

  it('whose listener throws harm nobody', () => {
    undo.push(
      on('span_started', () => {
        throw new Error('a bug of theirs')
      }),
    )
    start()
    expect(withSpan('work', () => 7)).toBe(7)
    expect(reports).toHaveLength(1)
  })
})

describe('attributes', () => {
  it('of the options are on every span, and those of the span win', () => {
    const { spans, telemetry } = start({ attributes: { plan: 'pro', a: 1 } })
    startSpan('x', { attributes: { a: 2 } }).end()
    telemetry.getTracer('lib').startSpan('y').end()
    expect(spans.map((span) => span.attributes)).toEqual([
      { plan: 'pro', a: 2 },
      { plan: 'pro', a: 1 },
    ])
  })

  it('of setAttributes() are merged, on spans that start later, and null removes one', () => {
    const { spans, telemetry } = start({ attributes: { a: 1, b: 1 } })
    const early = startSpan('early')
    telemetry.setAttributes({ b: 2, c: 3 })
    early.end()
    startSpan('late').end()
    telemetry.setAttributes({ a: null, b: null, c: null })
    startSpan('later').end()
    expect(spans.map((span) => span.attributes)).toEqual([{ a: 1, b: 1 }, { a: 1, b: 2, c: 3 }, {}])
  })

  it.each([null, undefined, 'abc', 7, ['a']])('of setAttributes(%j) change nothing and throw nothing', (wrong) => {
    const { spans, telemetry } = start({ attributes: { a: 1 } })
    telemetry.setAttributes(wrong as never)
    startSpan('x').end()
    expect(spans[0]?.attributes).toEqual({ a: 1 })
  })

  it('are taken when they are given: what the page does with its object later changes nothing', () => {
    const attributes: Record<string, string> = { plan: 'pro' }
    const { spans } = start({ attributes })
    attributes['plan'] = 'free'
    startSpan('x').end()
    expect(spans[0]?.attributes).toEqual({ plan: 'pro' })
  })

  it('of the resource say who sends, and the given ones win', () => {
    const { spans } = start({ serviceName: 'shop', resource: { 'service.version': '1', 'browser.language': 'xx' } })
    startSpan('x').end()
    expect(spans[0]?.resource.attributes).toMatchObject({
      'service.name': 'shop',
      'service.version': '1',
      'browser.language': 'xx',
      'telemetry.sdk.language': 'webjs',
      'telemetry.sdk.name': '@codomyrmex/telemetry',
    })
  })
})

describe('getTracer()', () => {
  it('makes spans of its own scope in the same traces', () => {
    const { spans, telemetry } = start()
    withSpan('page', () => telemetry.getTracer('lib', '1.2.3').startSpan('inside').end())
    const [inside, page] = spans
    expect(inside?.scope).toEqual({ name: 'lib', version: '1.2.3' })
    expect(inside?.parentSpanId).toBe(page?.spanId)
    expect(page?.scope.name).toBe('@codomyrmex/telemetry')
  })

  it.each([[undefined], [null], ['']])(
    'with %j for a name works, with an empty name, and says so (specification)',
    (name) => {
      const { spans, telemetry } = start()
      telemetry
        .getTracer(name as never)
        .startSpan('x')
        .end()
      expect(spans[0]?.scope).toEqual({ name: '', version: null })
      expect(reports).toHaveLength(1)
    },
  )
})

describe('createTelemetry()', () => {
  it('has its own current span, processors, events, attributes and resource', () => {
    const { spans: ofPage } = start({ serviceName: 'page', attributes: { a: 1 } })
    const { telemetry: own, spans } = keepSpans({ serviceName: 'own' })
    running.push(own)
    const heard = vi.fn()
    undo.push(on('span_started', heard))
    own.withSpan('own', () => {
      expect(getCurrentSpan()).toBeNull()
      withSpan('page', () => {
        expect(own.getCurrentSpan()).not.toBe(getCurrentSpan())
        own.startSpan('own child').end()
      })
    })
    expect(ofPage.map((span) => [span.name, span.parentSpanId])).toEqual([['page', null]])
    const [child, parent] = spans
    expect(spans.map((span) => span.name)).toEqual(['own child', 'own'])
    expect(child?.parentSpanId).toBe(parent?.spanId)
    expect(child?.attributes).toEqual({})
    expect(child?.resource.attributes['service.name']).toBe('own')
    expect(heard).toHaveBeenCalledOnce()
  })

  it('is not the telemetry of the page: startTelemetry still starts one', () => {
    const { telemetry: own } = keepSpans()
    running.push(own)
    expect(startSpan('x').isRecording()).toBe(false)
    const { telemetry } = start()
    expect(telemetry).not.toBe(own)
    expect(reports).toEqual([])
  })

  it('makes a new one each time, and its shutdown leaves the page running', async () => {
    const { telemetry, spans } = start()
    const own = createTelemetry({ processors: [] })
    expect(createTelemetry({ processors: [] })).not.toBe(own)
    await own.shutdown()
    expect(startTelemetry()).toBe(telemetry)
    await withSpan('work', async () => {
      await Promise.resolve()
      withSpan('after await', () => {})
    })
    expect(spans[0]?.parentSpanId).toBe(spans[1]?.spanId)
  })
})

it('a sampler as a number is the share of the traces that begin here', () => {
  const { processor } = start({ sampler: 0 })
  const span = startSpan('x')
  const parent = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
  startSpan('of a server', { parent }).end()
  expect([span.isRecording(), span.traceFlags & 1]).toEqual([false, 0])
  expect(processor.ended.map(({ name }) => name)).toEqual(['of a server'])
})
