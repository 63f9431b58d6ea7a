import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as index from '../src/index'
import { hostileObjects, hostileValues } from './support/hostile'
import { catchReports } from './support/reports'
import { KeepingProcessor } from './support/telemetry'

// Nothing of ours throws into the page, whatever it is given, and the user's function runs, once.

const SPAN_OPTIONS = ['attributes', 'parent', 'kind', 'links', 'startTime', 'root']
const LINK = ['context', 'attributes']
const STATUS = ['code', 'message', 'description']
const OPTIONS = [
  'serviceName',
  'resource',
  'attributes',
  'sampler',
  'spanLimits',
  'batch',
  'detachAfter',
  'context',
  'processors',
  'instrument',
  'propagateTo',
  'ignoreUrls',
  'endpoint',
  'headers',
  'encoding',
  'beacon',
  'fetch',
  'deferred',
  'outbox',
]

const isPromise = (value: unknown): value is Promise<unknown> => {
  try {
    return value instanceof Promise
  } catch {
    return false // a Proxy that throws
  }
}

type Api = Pick<
  typeof index,
  'startSpan' | 'withSpan' | 'withContext' | 'withBaggage' | 'bind' | 'getErrorSpan' | 'traced' | 'linkSpan' | 'on'
>
type AnyCall = (...args: never[]) => unknown
/** A function, and the names in the object that it takes at each place. */
type Row = readonly [name: string, call: AnyCall, ...names: string[][]]

const apiRows = (api: Api): Row[] => [
  ['startSpan', api.startSpan as AnyCall, [], SPAN_OPTIONS, LINK],
  ['bind', api.bind as AnyCall, []],
  ['getErrorSpan', api.getErrorSpan as AnyCall, ['error', 'reason']],
  ['traced', api.traced as AnyCall, [], []],
  ['traced()()', api.traced() as AnyCall, [], ['kind', 'name'], ['value']],
  ['linkSpan', api.linkSpan as AnyCall, ['traceId', 'spanContext'], []],
  ['on', api.on as AnyCall, [], []],
]

const handleRows = (handle: index.Telemetry): Row[] => [
  ...apiRows(handle as unknown as Api),
  ['getTracer', handle.getTracer as AnyCall, [], []],
  [
    'getTracer().startSpan',
    ((name: never, options: never) => handle.getTracer('t').startSpan(name, options)) as AnyCall,
    [],
    SPAN_OPTIONS,
  ],
  ['setAttributes', handle.setAttributes as AnyCall, ['a']],
  ['forceFlush', handle.forceFlush as AnyCall, []],
]

const spanRows = (span: () => index.TraceContext): Row[] =>
  (
    [
      ['setAttribute', [], ['a']],
      ['setAttributes', ['a']],
      ['addEvent', [], ['a'], []],
      ['addLink', LINK],
      ['addLinks', LINK],
      ['setStatus', STATUS, []],
      ['updateName', []],
      ['recordException', ['name', 'message', 'stack', 'cause', 'errors'], ['a'], []],
      ['end', []],
    ] as const
  ).map(([name, ...names]) => [
    name,
    ((...args: never[]) => {
      const own = span()
      ;(own as unknown as Record<string, AnyCall>)[name]!(...args)
      own.end()
    }) as AnyCall,
    ...(names as unknown as string[][]),
  ])

const otherRows: Row[] = [
  ...OPTIONS.map(
    (name): Row => [
      `createTelemetry, \`${name}\``,
      ((options: never) => index.createTelemetry(options).shutdown()) as AnyCall,
      [name],
    ],
  ),
  ['readTraceparent', index.readTraceparent as AnyCall, []],
  ['ratio', index.ratio as AnyCall, []],
  [
    'new BatchSpanProcessor',
    ((exporter: never) => new index.BatchSpanProcessor(exporter).shutdown()) as AnyCall,
    ['export', 'reportDrops'],
  ],
  [
    'new BatchSpanProcessor(exporter, …)',
    ((options: never) => new index.BatchSpanProcessor(new index.InMemoryExporter(), options).shutdown()) as AnyCall,
    ['maxQueueSize', 'scheduledDelay'],
  ],
  [
    'new SimpleSpanProcessor',
    ((exporter: never) => new index.SimpleSpanProcessor(exporter).shutdown()) as AnyCall,
    ['export'],
  ],
  ['new OTLPExporter', ((options: never) => new index.OTLPExporter(options).shutdown()) as AnyCall, OPTIONS],
]

/** Every function with every hostile value at every place, the others being plain. */
function* plays(rows: readonly Row[]): Generator<[what: string, call: () => unknown]> {
  for (const [name, call, ...places] of rows)
    for (const [place, names] of places.entries())
      for (const [what, value] of hostileObjects(...names)) {
        const args = places.map((_, at) => (at === place ? value : undefined))
        yield [`${name}(${'…, '.repeat(place)}${what})`, () => (call as (...all: unknown[]) => unknown)(...args)]
      }
}

/** The first lines of where it was thrown. */
const topOf = (error: unknown) =>
  String((error as Error)?.stack)
    .split('\n')
    .slice(0, 4)
    .join('\n')

/** The plays that threw, or gave back a promise that is rejected. */
async function failures(rows: readonly Row[]): Promise<string[]> {
  const failed: string[] = []
  let tried = 0
  for (const [what, play] of plays(rows)) {
    tried++
    try {
      const result = play()
      if (isPromise(result)) await result
    } catch (error) {
      failed.push(`${what}: ${topOf(error)}`)
    }
  }
  expect(tried).toBeGreaterThan(50)
  return failed
}

let handle: index.Telemetry
let processor: KeepingProcessor
beforeEach(() => {
  catchReports()
  processor = new KeepingProcessor()
  handle = index.startTelemetry({ instrument: false, processors: [processor] })
})
afterEach(async () => {
  await handle.shutdown()
  vi.restoreAllMocks()
})

describe('hostile arguments throw nothing', () => {
  it('of the functions of the package, before a start', async () => {
    await handle.shutdown()
    expect(await failures(apiRows(index))).toEqual([])
  })
  it('of the functions of the package', async () => expect(await failures(apiRows(index))).toEqual([]))
  it('of the handle', async () => expect(await failures(handleRows(handle))).toEqual([]))
  it('of a span', async () => expect(await failures(spanRows(() => handle.startSpan('s')))).toEqual([]))
  it('of a span that records nothing', async () => {
    await handle.shutdown()
    expect(await failures(spanRows(() => index.startSpan('s')))).toEqual([])
  })
  it.each(otherRows.map((row) => [row[0], row] as const))('of %s', async (_name, row) =>
    expect(await failures([row])).toEqual([]),
  )
})

type Runs = readonly [name: string, call: (value: unknown, fn: () => unknown) => unknown, ...names: string[]]

const runners = (api: Api): Runs[] => [
  ['withSpan(x, fn)', (value, fn) => api.withSpan(value as never, fn)],
  ['withSpan(name, x, fn)', (value, fn) => api.withSpan('s', value as never, fn), ...SPAN_OPTIONS],
  ['withContext(x, fn)', (value, fn) => api.withContext(value as never, fn), 'traceId', 'getValue'],
  ['withBaggage(x, fn)', (value, fn) => api.withBaggage(value as never, fn), 'a'],
  ['traced(x)(fn)', (value, fn) => api.traced(value as never)(fn)()],
  ['traced(name, x)(fn)', (value, fn) => api.traced('s', value as never)(fn)(), 'a'],
  [
    'startSpan(name, { parent: x }), withContext(span, fn)',
    (value, fn) => api.withContext(api.startSpan('s', undefined, value as never), fn),
  ],
]

describe.each<[name: string, api: () => Api, isRunning: boolean]>([
  ['the functions of the package', () => index, true],
  ['a handle', () => handle as unknown as Api, true],
  ['the functions before a start', () => index, false],
])('the function of the user runs once by %s', (_name, api, isRunning) => {
  it.each(runners(index).map(([name], at) => [name, at] as const))('%s', async (_runner, at) => {
    if (!isRunning) await handle.shutdown()
    const [name, call, ...names] = runners(api())[at]!
    const wrong: string[] = []
    for (const [what, value] of hostileObjects(...names)) {
      if (name === 'withSpan(name, x, fn)' && typeof value === 'function') continue // is the function then
      let runs = 0
      const given = {}
      try {
        const back = call(value, () => {
          runs++
          return given
        })
        if (back !== given || runs !== 1) wrong.push(`${what}: ${runs} runs`)
      } catch (error) {
        wrong.push(`${what}: ${topOf(error)}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

describe('what the function of the user throws or gives back', () => {
  it.each(hostileValues().map(([name]) => [name]))('goes through as it is: %s', (name) => {
    const value = hostileValues().find(([own]) => own === name)![1]
    const give = () => value
    const fail = () => {
      throw value
    }
    for (const run of [
      (fn: () => unknown) => handle.withSpan('s', fn),
      (fn: () => unknown) => handle.withContext(null, fn),
      (fn: () => unknown) => handle.withBaggage({}, fn),
      (fn: () => unknown) => handle.bind(fn)(),
      (fn: () => unknown) => handle.traced()(fn)(),
    ]) {
      if (!isPromise(value)) expect(Object.is(run(give), value)).toBe(true)
      let thrown: unknown = 'nothing'
      try {
        run(fail)
      } catch (error) {
        thrown = error
      }
      expect(Object.is(thrown, value)).toBe(true)
    }
    expect(processor.ended.length).toBe(processor.started.length)
  })
})
