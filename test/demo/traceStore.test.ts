// @vitest-environment node
import { describe, expect, it } from 'vitest'
import type { StoreChange } from '../../demo/collector/contract'
import { readOtlpJson } from '../../demo/collector/readOtlpJson.mjs'
import { readSpans } from '../../demo/collector/readSpans.mjs'
import { createTraceStore } from '../../demo/collector/traceStore.mjs'
import { hexId, jsonSpan, requestOf } from './support'

function stored(...spans: object[]) {
  return readSpans(readOtlpJson(Buffer.from(JSON.stringify(requestOf(...spans))))).spans
}

const names = (spans: readonly { name: string }[] | null) => spans?.map((span) => span.name)

describe('one trace', () => {
  it('grows over many requests in any order, and is shown by start time', () => {
    const store = createTraceStore()
    store.add(stored(jsonSpan(1, 3, { parentSpanId: hexId(2, 16) }, 20, 30)))
    expect(store.summary(hexId(1, 32))).toMatchObject({ rootName: 'span 3', spanCount: 1, duration: 10 })
    store.add(stored(jsonSpan(1, 2, { parentSpanId: hexId(1, 16), status: { code: 2 } }, 10, 40)))
    expect(store.summary(hexId(1, 32))).toMatchObject({ rootName: 'span 2', spanCount: 2, duration: 30, errorCount: 1 })
    store.add(stored(jsonSpan(1, 1, {}, 15, 35.5)))
    expect(store.list()).toEqual([
      {
        traceId: hexId(1, 32),
        rootName: 'span 1',
        rootService: 'shop',
        rootAttributes: {},
        services: ['shop'],
        startTime: 1_700_000_000_010,
        duration: 30,
        spanCount: 3,
        errorCount: 1,
      },
    ])
    expect(names(store.trace(hexId(1, 32)))).toEqual(['span 2', 'span 1', 'span 3'])
  })

  it('tells what its root is about, the words of an exception too, and not all of a large one', () => {
    const store = createTraceStore()
    const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
    const attributes = [
      ...Array.from({ length: 100 }, (_, i) => text(`more.${i}`, 'x')),
      text('url.full', `https://shop.example/${'y'.repeat(1000)}`),
      { key: 'number', value: { intValue: '1' } },
    ]
    const events = [{ timeUnixNano: '1', name: 'exception', attributes: [text('exception.message', 'no such cart')] }]
    store.add(stored(jsonSpan(1, 1, { attributes, events })))
    const { rootAttributes } = store.list()[0]!
    expect(Object.keys(rootAttributes)).toHaveLength(32)
    expect(rootAttributes['url.full']).toBe(`https://shop.example/${'y'.repeat(1000)}`.slice(0, 400))
    expect(rootAttributes).toMatchObject({ 'exception.message': 'no such cart' })
  })

  it('counts a span that comes again and keeps it once', () => {
    const store = createTraceStore()
    store.add(stored(jsonSpan(1, 1), jsonSpan(1, 1)))
    store.add(stored(jsonSpan(1, 1), jsonSpan(2, 1)))
    expect(store.stats()).toMatchObject({ traces: 2, spans: 2, duplicates: 2 })
  })

  it('shows the earliest span where spans name each other as parents', () => {
    const store = createTraceStore()
    const [a, b] = [{ parentSpanId: hexId(2, 16) }, { parentSpanId: hexId(1, 16) }]
    store.add(stored(jsonSpan(1, 1, a, 5, 9), jsonSpan(1, 2, b, 3, 9)))
    expect(store.summary(hexId(1, 32))?.rootName).toBe('span 2')
  })
})

describe('bounded memory', () => {
  it('lets the oldest trace go when there are too many traces', () => {
    const store = createTraceStore({ maxTraces: 2 })
    for (const trace of [1, 2, 3]) store.add(stored(jsonSpan(trace, 1, {}, trace)))
    expect(store.list().map((trace) => trace.traceId)).toEqual([hexId(3, 32), hexId(2, 32)])
    expect(store.stats()).toMatchObject({ traces: 2, spans: 2, evictedTraces: 1 })
  })

  it('lets the oldest trace go when there are too many spans', () => {
    const store = createTraceStore({ maxSpans: 3 })
    store.add(stored(jsonSpan(1, 1), jsonSpan(1, 2)))
    store.add(stored(jsonSpan(2, 3), jsonSpan(2, 4)))
    expect(names(store.spans())).toEqual(['span 3', 'span 4'])
  })

  it('lets the oldest trace go when there are too many bytes', () => {
    const store = createTraceStore({ maxBytes: 1000 })
    store.add(stored(jsonSpan(1, 1)), 600)
    store.add(stored(jsonSpan(2, 2)), 600)
    expect(names(store.spans())).toEqual(['span 2'])
  })

  it('refuses and counts what a single trace has too much', () => {
    const store = createTraceStore({ maxSpans: 2 })
    store.add(stored(jsonSpan(1, 1), jsonSpan(1, 2), jsonSpan(1, 3)))
    expect(names(store.spans())).toEqual(['span 1', 'span 2'])
    expect(store.stats()).toMatchObject({ spans: 2, refusedSpans: 1, evictedTraces: 0 })
  })

  it('never holds more than its bounds under many requests', () => {
    const store = createTraceStore({ maxTraces: 10, maxSpans: 40 })
    for (let i = 0; i < 500; i++) store.add(stored(...[1, 2, 3].map((n) => jsonSpan(1 + (i % 37), i * 3 + n))))
    const { traces, spans } = store.stats()
    expect(traces).toBeLessThanOrEqual(10)
    expect(spans).toBeLessThanOrEqual(40)
    expect(store.spans()).toHaveLength(spans)
  })
})

it('tells its listeners once per request and trace, nothing for duplicates, until they leave', () => {
  const store = createTraceStore()
  const changes: StoreChange[] = []
  const leave = store.subscribe((change) => changes.push(change))
  store.add(stored(jsonSpan(1, 1), jsonSpan(1, 2), jsonSpan(2, 1)))
  store.add(stored(jsonSpan(1, 1)))
  store.clear()
  leave()
  store.add(stored(jsonSpan(3, 1)))
  expect(changes).toEqual([
    { type: 'trace', traceId: hexId(1, 32) },
    { type: 'trace', traceId: hexId(2, 32) },
    { type: 'cleared' },
  ])
})
