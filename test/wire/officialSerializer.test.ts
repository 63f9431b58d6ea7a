// @vitest-environment node
import { createTraceState, type HrTime, type SpanContext, SpanKind } from '@opentelemetry/api'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttributeValue } from '../../src/trace/attributes'
import type { Span, TraceContext } from '../../src/trace/span'
import { encodeOtlpJson } from '../../src/wire/otlpJson'
import { encodeOtlpProtobuf } from '../../src/wire/otlpProtobuf'
import { anyText, makerOf } from './anySpan'
import { readProtobuf, spansIn } from './otlpRequest'

type Attributes = Record<string, string | number | boolean | string[] | number[]>
interface Recipe {
  readonly name: string
  readonly kind: SpanKind
  readonly start: HrTime
  readonly end: HrTime
  readonly attributes: Attributes
  readonly events: { readonly name: string; readonly time: HrTime; readonly attributes: Attributes }[]
  readonly links: { readonly context: SpanContext; readonly attributes: Attributes }[]
  readonly status: { readonly code: 0 | 1 | 2; readonly message?: string }
  readonly parent: SpanContext | null
}

/** The same span twice: recorded by OpenTelemetry's SDK and by ours, with the ids that the SDK chose. */
function twins(recipes: readonly Recipe[]): { theirs: ReadableSpan[]; ours: Span[] } {
  const memory = new InMemorySpanExporter()
  const resource = { 'service.name': 'shop', 'answer.to.all': 42 }
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes(resource),
    spanProcessors: [new SimpleSpanProcessor(memory)],
  })
  const tracer = provider.getTracer('cart', '1.2.3')
  const ours: Span[] = []
  const maker = makerOf(ours, { attributes: resource }, { name: 'cart', version: '1.2.3' })
  const theirs = recipes.map(({ name, kind, start, end, attributes, events, links, status }) => {
    const span = tracer.startSpan(name, { kind, startTime: start, attributes, links, root: true })
    for (const event of events) span.addEvent(event.name, event.attributes, event.time)
    span.setStatus(status).end(end)
    return span as unknown as ReadableSpan
  })
  const shaped = recipes.map(
    ({ name, kind, start, end, attributes, events, links, status, parent }, i): ReadableSpan => {
      const span = maker.startSpan(name, { kind, startTime: start, attributes, links, parent })
      for (const event of events) span.addEvent(event.name, event.attributes, event.time)
      span.setStatus(status).end(end)
      return likeOurs(theirs[i]!, span, parent)
    },
  )
  return { theirs: shaped, ours }
}

/** Theirs are accessors, which no spread sees. */
const FIELDS = [
  ...([
    'name',
    'kind',
    'startTime',
    'endTime',
    'status',
    'attributes',
    'links',
    'events',
    'duration',
    'ended',
  ] as const),
  ...(['resource', 'instrumentationScope'] as const),
  ...(['droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount'] as const),
]

function likeOurs(
  span: ReadableSpan,
  { traceId, spanId, traceFlags, traceState }: TraceContext,
  parent: SpanContext | null,
): ReadableSpan {
  const context = { traceId, spanId, traceFlags, ...(traceState && { traceState: createTraceState(traceState) }) }
  const own = { spanContext: () => context, ...(parent && { parentSpanContext: parent }) }
  const shown = Object.fromEntries(FIELDS.map((field) => [field, span[field]])) as Pick<
    ReadableSpan,
    (typeof FIELDS)[number]
  >
  return { ...shown, ...own }
}

/** Without what says the same in two ways: zeros, an unset status, empty lists, broken characters. */
function tidy(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value).toString() // half a surrogate pair: their JSON leaves it to the reader
  if (Array.isArray(value)) return value.map(tidy)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, item]) => [name, name === 'intValue' ? String(item) : tidy(item)] as const)
      .filter(([name, item]) => {
        if (name.startsWith('dropped')) return item !== 0
        if (name === 'status') return ((item as { code?: number }).code ?? 0) !== 0
        return !(['attributes', 'events', 'links'].includes(name) && (item as unknown[]).length === 0)
      }),
  )
}

/** Both encodings of both, compared. */
function expectEqual(recipes: readonly Recipe[]): void {
  const { theirs, ours } = twins(recipes)
  const official = ProtobufTraceSerializer.serializeRequest(theirs)!
  expect(tidy(readProtobuf(encodeOtlpProtobuf(ours)))).toEqual(tidy(readProtobuf(official)))
  const json = (bytes: Uint8Array) => tidy(JSON.parse(new TextDecoder().decode(bytes)))
  expect(json(encodeOtlpJson(ours))).toEqual(json(JsonTraceSerializer.serializeRequest(theirs)!))
}

const NOW = Math.floor(Date.now() / 1000)
const recipe = (more: Partial<Recipe> = {}): Recipe => ({
  name: 'work',
  kind: SpanKind.INTERNAL,
  start: [NOW, 1],
  end: [NOW + 1, 999_999_999],
  attributes: {},
  events: [],
  links: [],
  status: { code: 0 },
  parent: null,
  ...more,
})
const elsewhere: SpanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true }

describe("OpenTelemetry's own serializers, given the same spans, say the same", () => {
  it('a bare span', () => {
    expectEqual([recipe()])
  })

  it.each([SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER])(
    'kind %i',
    (kind) => {
      expectEqual([recipe({ kind })])
    },
  )

  it('attributes of every type that its API knows', () => {
    const attributes = {
      s: 'é"\\',
      i: 7,
      n: -1,
      d: 0.5,
      t: true,
      f: false,
      ss: ['a', 'b'],
      ns: [1, 2.5],
      e: [] as string[],
    }
    expectEqual([recipe({ attributes })])
  })

  it('events, links, status and a remote parent', () => {
    const state = createTraceState('foo=1,bar=2')
    expectEqual([
      recipe({
        events: [
          { name: 'first', time: [NOW, 123_456_789], attributes: { a: 1 } },
          { name: 'second', time: [NOW + 1, 0], attributes: {} },
        ],
        links: [
          { context: elsewhere, attributes: { why: 'retry' } },
          { context: { ...elsewhere, traceFlags: 0, isRemote: false, traceState: state }, attributes: {} },
        ],
        status: { code: 2, message: 'timed out' },
        parent: { ...elsewhere, traceState: state },
      }),
      recipe({ status: { code: 1 }, parent: { ...elsewhere, isRemote: false } }),
    ])
  })

  it('any mixture of these', () => {
    const value = fc.oneof(
      anyText,
      fc.maxSafeInteger().filter((n) => !Object.is(n, -0)),
      fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
      fc.boolean(),
      fc.array(fc.string()),
    )
    const attributes = fc.dictionary(
      anyText.filter((key) => key !== '' && key !== '__proto__'),
      value as fc.Arbitrary<Attributes[string]>,
      { maxKeys: 6 },
    )
    const nanos = fc.integer({ min: 0, max: 999_999_999 })
    const recipes = fc.record({
      name: anyText,
      kind: fc.integer({ min: 0, max: 4 }) as fc.Arbitrary<SpanKind>,
      start: nanos.map((n): HrTime => [NOW - 5, n]),
      end: nanos.map((n): HrTime => [NOW + 5, n]),
      attributes,
      events: fc.array(fc.record({ name: anyText, time: nanos.map((n): HrTime => [NOW, n]), attributes }), {
        maxLength: 3,
      }),
      links: fc.array(fc.record({ context: fc.constant(elsewhere), attributes }), { maxLength: 3 }),
      status: fc.constantFrom<Recipe['status'][]>({ code: 0 }, { code: 1 }, { code: 2, message: 'é' }),
      parent: fc.option(fc.constant(elsewhere)),
    })
    fc.assert(
      fc.property(fc.array(recipes, { minLength: 1, maxLength: 5 }), (all) => void expectEqual(all)),
      { numRuns: 100 },
    )
  })
})

// What the official one loses and ours keeps, so that nobody "repairs" ours.
it.each<[value: AttributeValue, wire: object]>([
  [2n ** 60n, { intValue: '1152921504606846976' }],
  [Number.NaN, { doubleValue: 'NaN' }],
  [-0, { doubleValue: -0 }],
])('%s is written exactly', (value, wire) => {
  const ours: Span[] = []
  makerOf(ours).startSpan('exact', { attributes: { value } }).end()
  const request = readProtobuf(encodeOtlpProtobuf(ours))
  expect(spansIn(request)[0]!.attributes![0]!.value).toEqual(wire)
})
