import fc from 'fast-check'
import { SPAN_KEY } from '../../src/context/frame'
import type { AttributeValue } from '../../src/trace/attributes'
import { DEFAULT_LIMITS } from '../../src/trace/limits'
import type { InstrumentationScope, Resource } from '../../src/trace/resource'
import { alwaysOn } from '../../src/trace/sampler'
import type { Span } from '../../src/trace/span'
import { SpanMaker } from '../../src/trace/tracer'
import { plainSpan, RESOURCE, SCOPE } from '../export/plainSpan'

/** Makes real spans without a page; `spans` gets them as they end. */
export function makerOf(spans: Span[], resource: Resource = RESOURCE, scope: InstrumentationScope = SCOPE): SpanMaker {
  const ended = (span: Span) => void spans.push(span)
  const host = {
    detachAfter: Infinity,
    loose: null,
    early: null,
    page: null,
    resource,
    limits: DEFAULT_LIMITS,
    sampler: alwaysOn(),
    spanKey: SPAN_KEY,
  }
  return new SpanMaker({ ...host, shared: () => null, started() {}, ended }, scope)
}

const PIECES = [
  '\ud800',
  '\udfff',
  '😀',
  '"',
  '\\',
  '\0',
  '\n',
  '\x1f',
  '\x7f',
  '\u2028',
  '\ufeff',
  '\uffff',
  'é',
  '日',
  '</script>',
]

/** Text of every kind, now and then longer than any buffer at its start. */
export const anyText = fc.oneof(
  { weight: 40, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  {
    weight: 40,
    arbitrary: fc.array(fc.constantFrom(...PIECES, 'a'), { maxLength: 12 }).map((parts) => parts.join('')),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('x', 'é', '"', '😀'), fc.integer({ min: 30_000, max: 80_000 }))
      .map(([unit, count]) => unit.repeat(count)),
  },
)

const TWO_63 = 2n ** 63n
/** Numbers at the edges of what their types hold. */
export const anyNumber = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    127,
    128,
    -128,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    2 ** 53 - 1,
    -(2 ** 53) + 1,
    2 ** 53,
    -(2 ** 53),
    2 ** 53 + 2,
    2 ** 63,
    1e21,
    5e-324,
    Number.NaN,
    Infinity,
    -Infinity,
  ),
  fc.maxSafeInteger(),
  fc.double(),
)
export const anyBigint = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, TWO_63 - 1n, -TWO_63, TWO_63, -TWO_63 - 1n, 2n ** 64n, 2n ** 200n),
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
)

export const { anyValue } = fc.letrec<{ anyValue: AttributeValue }>((tie) => {
  const inside = fc.option(tie('anyValue'), { freq: 6 })
  return {
    anyValue: fc.oneof(
      { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
      anyText,
      anyNumber,
      anyBigint,
      fc.boolean(),
      fc.uint8Array({ maxLength: 40 }),
      fc.array(inside, { maxLength: 4 }),
      fc.dictionary(anyText, inside, { maxKeys: 4 }),
    ),
  }
})

const anyAttributes = fc.dictionary(
  anyText.filter((key) => key !== ''),
  anyValue,
  { maxKeys: 5 },
)
const anyId = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((id) => `${id.join('').slice(1)}1`)
const anyCount = fc.constantFrom(0, 0, 1, 127, 128, 2 ** 31, 2 ** 32 - 1)
const anyFlags = fc.integer({ min: 0, max: 255 })
const anyState = fc.option(fc.constantFrom('foo=1', 'foo=1,bar=2', ''))
const anyTime = fc.oneof(fc.integer({ min: 0, max: 2 ** 41 }), fc.double({ min: 0, max: 2e12, noNaN: true }))

const anyLink = fc.record({
  context: fc.record({
    traceId: anyId(32),
    spanId: anyId(16),
    traceFlags: anyFlags,
    traceState: fc.oneof(anyState, fc.constant(undefined), fc.constant({ serialize: () => 'other=1' })),
    isRemote: fc.constantFrom(true, false, undefined),
  }),
  attributes: anyAttributes,
  droppedAttributesCount: anyCount,
})

/** Spans that are plain objects, of a few resources and scopes, with everything that a span can hold. */
export const anySpans: fc.Arbitrary<Span[]> = fc
  .tuple(
    fc.array(
      anyAttributes.map((attributes): Resource => ({ attributes })),
      { minLength: 1, maxLength: 3 },
    ),
    fc.array(fc.record({ name: anyText, version: fc.option(anyText) }), { minLength: 1, maxLength: 3 }),
  )
  .chain(([resources, scopes]) =>
    fc.array(
      fc
        .record({
          traceId: anyId(32),
          spanId: anyId(16),
          parentSpanId: fc.option(anyId(16)),
          name: anyText,
          kind: fc.constantFrom('internal', 'server', 'client', 'producer', 'consumer'),
          startTime: anyTime,
          endTime: fc.option(anyTime),
          attributes: anyAttributes,
          events: fc.array(
            fc.record({ name: anyText, time: anyTime, attributes: anyAttributes, droppedAttributesCount: anyCount }),
            { maxLength: 3 },
          ),
          links: fc.array(anyLink, { maxLength: 3 }),
          status: fc.record({ code: fc.constantFrom('unset', 'ok', 'error'), description: fc.option(anyText) }),
          droppedAttributesCount: anyCount,
          droppedEventsCount: anyCount,
          droppedLinksCount: anyCount,
          resource: fc.constantFrom(...resources),
          scope: fc.constantFrom(...scopes),
          traceFlags: anyFlags,
          traceState: anyState,
          hasRemoteParent: fc.boolean(),
        } as const)
        .map((parts) => plainSpan(parts)),
      { minLength: 1, maxLength: 6 },
    ),
  )
