// @vitest-environment node
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeSmallJson } from '../../src/export/smallJson'
import type { AttributeValue } from '../../src/trace/attributes'
import type { Span } from '../../src/trace/span'
import { encodeOtlpJson } from '../../src/wire/otlpJson'
import { encodeOtlpProtobuf } from '../../src/wire/otlpProtobuf'
import { plainSpan, plainSpans } from '../export/plainSpan'
import { anyBigint, anyNumber, anySpans, anyText, anyValue, makerOf } from './anySpan'
import { type Plain, readJson, readProtobuf, spansIn } from './otlpRequest'

/**
 * Both encodings, decoded by the official schema; they must be one and the same. The small JSON is the fast one, byte for byte, but for
 * `-0`: `JSON.stringify` cannot write that number, so it is a string there.
 */
function decoded(spans: readonly Span[]): Plain {
  const request = readProtobuf(encodeOtlpProtobuf(spans))
  const fast = Buffer.from(encodeOtlpJson(spans)).toString().replaceAll('{"doubleValue":-0}', '{"doubleValue":"-0"}')
  expect(Buffer.from(encodeSmallJson(spans, [])).toString()).toBe(fast)
  expect(readJson(encodeOtlpJson(spans))).toEqual(request)
  return request
}
const decodedSpan = (more: Partial<Span>) => spansIn(decoded([plainSpan(more)]))[0]!
const decodedValue = (value: AttributeValue | null) =>
  decodedSpan({ attributes: { key: value } }).attributes?.[0]?.value
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')
const wellFormed = (text: string) =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text))

describe('a whole request', () => {
  it('says everything that a span knows, and nothing else', () => {
    const span = plainSpan({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      parentSpanId: '00f067aa0ba902b7',
      traceState: 'foo=1',
      traceFlags: 3,
      hasRemoteParent: true,
      name: 'GET',
      kind: 'client',
      startTime: 1_790_000_000_123,
      endTime: 1_790_000_000_456.5,
      attributes: { 'http.request.method': 'GET' },
      droppedAttributesCount: 1,
      events: [{ name: 'sent', time: 1_790_000_000_200, attributes: { size: 5 }, droppedAttributesCount: 2 }],
      droppedEventsCount: 3,
      links: [
        {
          context: {
            traceId: 'a'.repeat(32),
            spanId: 'b'.repeat(16),
            traceFlags: 1,
            traceState: 'bar=2',
            isRemote: true,
          },
          attributes: { why: 'retry' },
          droppedAttributesCount: 4,
        },
      ],
      droppedLinksCount: 5,
      status: { code: 'error', description: 'timed out' },
      resource: { attributes: { 'service.name': 'shop' } },
      scope: { name: 'cart', version: '1.2.3' },
    })
    expect(decoded([span])).toEqual({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeSpans: [
            {
              scope: { name: 'cart', version: '1.2.3' },
              spans: [
                {
                  traceId: base64('0af7651916cd43dd8448eb211c80319c'),
                  spanId: base64('b7ad6b7169203331'),
                  parentSpanId: base64('00f067aa0ba902b7'),
                  traceState: 'foo=1',
                  flags: 0x303,
                  name: 'GET',
                  kind: 3,
                  startTimeUnixNano: '1790000000123000000',
                  endTimeUnixNano: '1790000000456500000',
                  attributes: [{ key: 'http.request.method', value: { stringValue: 'GET' } }],
                  droppedAttributesCount: 1,
                  events: [
                    {
                      name: 'sent',
                      timeUnixNano: '1790000000200000000',
                      attributes: [{ key: 'size', value: { intValue: '5' } }],
                      droppedAttributesCount: 2,
                    },
                  ],
                  droppedEventsCount: 3,
                  links: [
                    {
                      traceId: base64('a'.repeat(32)),
                      spanId: base64('b'.repeat(16)),
                      traceState: 'bar=2',
                      attributes: [{ key: 'why', value: { stringValue: 'retry' } }],
                      droppedAttributesCount: 4,
                      flags: 0x301,
                    },
                  ],
                  droppedLinksCount: 5,
                  status: { code: 2, message: 'timed out' },
                },
              ],
            },
          ],
        },
      ],
    })
  })

  it('of a bare span says no empty things', () => {
    expect(decodedSpan({ name: 'bare' })).toEqual({
      traceId: expect.any(String),
      spanId: expect.any(String),
      name: 'bare',
      kind: 1,
      startTimeUnixNano: '1790000000000000000',
      endTimeUnixNano: '1790000000001000000',
      flags: 0x101,
    })
  })

  it('in JSON has hex ids, numbers for enums and strings for 64 bits', () => {
    const text = new TextDecoder().decode(encodeOtlpJson([plainSpan({ kind: 'server', attributes: { n: 1 } })]))
    expect(text).toContain('"traceId":"0123456789abcdef0123456789abcdef","spanId":"0123456789abcdef"')
    expect(text).toContain('"kind":2')
    expect(text).toContain('"startTimeUnixNano":"1790000000000000000"')
    expect(text).toContain('"value":{"intValue":"1"}')
  })

  it.each([
    ['internal', 1],
    ['server', 2],
    ['client', 3],
    ['producer', 4],
    ['consumer', 5],
  ] as const)('kind %s is %i', (kind, number) => {
    expect(decodedSpan({ kind }).kind).toBe(number)
  })

  it.each([
    ['unset', undefined],
    ['ok', { code: 1 }],
    ['error', { code: 2 }],
  ] as const)('status %s is %j', (code, status) => {
    expect(decodedSpan({ status: { code, description: null } }).status).toEqual(status)
  })

  it.each([
    [0, false, 0x100],
    [1, false, 0x101],
    [3, true, 0x303],
    [255, true, 0x3ff],
    [0x1ff, false, 0x1ff],
  ])('flags %i, remote parent %s, are %i', (traceFlags, hasRemoteParent, flags) => {
    expect(decodedSpan({ traceFlags, hasRemoteParent }).flags).toBe(flags)
  })

  it('many spans: grouped by resource, then by scope, all in the order in which they came', () => {
    const resources = ['r1', 'r2', 'r3'].map((name) => ({ attributes: { 'service.name': name } }))
    const scopes = ['s1', 's2'].map((name) => ({ name, version: null }))
    const spans = plainSpans(60).map((span, i) => ({
      ...span,
      resource: resources[(i * 7) % 3]!,
      scope: scopes[(i * 5) % 2]!,
    }))
    const groups = decoded(spans).resourceSpans!.flatMap(({ resource, scopeSpans }: Plain) =>
      scopeSpans!.map(({ scope, spans }: Plain) => [
        resource!.attributes![0]!.value!.stringValue,
        scope!.name,
        spans!.map(({ name }: Plain) => Number(name)),
      ]),
    )
    const numbersOf = (resource: string, scope: string) =>
      spans.flatMap((span, i) =>
        span.resource.attributes['service.name'] === resource && span.scope.name === scope ? [i] : [],
      )
    // Span 0 has r1 and s1, 1 has r2 and s2, 2 has r3 and s1, 3 has r1 and s2, 4 has r2 and s1.
    const order = ['r1 s1', 'r1 s2', 'r2 s2', 'r2 s1', 'r3 s1', 'r3 s2'].map(
      (both) => both.split(' ') as [string, string],
    )
    expect(groups).toEqual(order.map(([resource, scope]) => [resource, scope, numbersOf(resource, scope)]))
  })

  it('thousands of spans, past every size of the buffer', () => {
    const spans = plainSpans(5000, { attributes: { text: 'é'.repeat(50), n: 1 } })
    expect(spansIn(decoded(spans)).map(({ name }) => name)).toEqual(spans.map(({ name }) => name))
  })

  it('the bytes that one call gave do not change with the next', () => {
    const first = encodeOtlpProtobuf([plainSpan({ name: 'first' })])
    const json = encodeOtlpJson([plainSpan({ name: 'first' })])
    const copies = [first.slice(), json.slice()]
    encodeOtlpProtobuf([plainSpan({ name: 'second' })])
    encodeOtlpJson([plainSpan({ name: 'second' })])
    expect([first, json]).toEqual(copies)
  })
})

describe('values', () => {
  it.each<[value: AttributeValue | null, wire: unknown]>([
    ['', { stringValue: '' }],
    [true, { boolValue: true }],
    [false, { boolValue: false }],
    [0, { intValue: '0' }],
    [-0, { doubleValue: -0 }],
    [-1, { intValue: '-1' }],
    [2 ** 31, { intValue: '2147483648' }],
    [2 ** 53 - 1, { intValue: '9007199254740991' }],
    [-(2 ** 53) + 1, { intValue: '-9007199254740991' }],
    [2 ** 53, { doubleValue: 2 ** 53 }],
    [-(2 ** 53), { doubleValue: -(2 ** 53) }],
    [0.1, { doubleValue: 0.1 }],
    [1e21, { doubleValue: 1e21 }],
    [5e-324, { doubleValue: 5e-324 }],
    [Number.MAX_VALUE, { doubleValue: Number.MAX_VALUE }],
    [Number.NaN, { doubleValue: 'NaN' }],
    [Infinity, { doubleValue: 'Infinity' }],
    [-Infinity, { doubleValue: '-Infinity' }],
    [0n, { intValue: '0' }],
    [2n ** 53n + 1n, { intValue: '9007199254740993' }],
    [2n ** 63n - 1n, { intValue: '9223372036854775807' }],
    [-(2n ** 63n), { intValue: '-9223372036854775808' }],
    [2n ** 63n, { stringValue: '9223372036854775808' }],
    [-(2n ** 63n) - 1n, { stringValue: '-9223372036854775809' }],
    [new Uint8Array([0, 127, 128, 255]), { bytesValue: 'AH+A/w==' }],
    [new Uint8Array(0), { bytesValue: '' }],
    [[], { arrayValue: {} }],
    [{}, { kvlistValue: {} }],
    [
      [1, 'a', null, undefined, [true]],
      {
        arrayValue: {
          values: [{ intValue: '1' }, { stringValue: 'a' }, {}, {}, { arrayValue: { values: [{ boolValue: true }] } }],
        },
      },
    ],
    [
      { a: null, b: { c: [1n] } },
      {
        kvlistValue: {
          values: [
            { key: 'a', value: {} },
            {
              key: 'b',
              value: {
                kvlistValue: { values: [{ key: 'c', value: { arrayValue: { values: [{ intValue: '1' }] } } }] },
              },
            },
          ],
        },
      },
    ],
    [
      { '': 1, __proto__x: 2 },
      {
        kvlistValue: {
          values: [{ value: { intValue: '1' } }, { key: '__proto__x', value: { intValue: '2' } }],
        },
      },
    ],
  ])('%o', (value, wire) => {
    expect(decodedValue(value)).toEqual(wire)
  })

  it('null and undefined make no attribute', () => {
    expect(decodedSpan({ attributes: { a: null, b: undefined, c: 1 } }).attributes).toHaveLength(1)
    expect(decodedSpan({ attributes: { a: null } }).attributes).toBeUndefined()
  })

  it.each([
    ['quotes and backslashes', '"\\"\\\\'],
    ['control characters', Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('')],
    ['DEL and beyond', '\x7f\x80\x9f\u2028\u2029\ufeff\uffff'],
    ['a BOM in front', '\ufeffa'],
    ['emoji', '👩‍👩‍👧‍👦 ok'],
  ])('%s stay as they are', (_what, text) => {
    expect(decodedValue(text)).toEqual({ stringValue: text })
    expect(decodedSpan({ name: text }).name).toBe(text)
    expect(decodedSpan({ attributes: { [text]: 1 } }).attributes![0]!.key).toBe(text)
  })

  it.each(['\ud800', 'a\udc00b', '\ude00\ud83d', '😀\ud83d'])('half a pair in %j is U+FFFD', (text) => {
    expect(decodedValue(text)).toEqual({ stringValue: wellFormed(text) })
  })

  it.each([65_535, 65_536, 65_537, 300_000, 2_000_000])('text of %i characters is whole', (length) => {
    for (const unit of ['x', '"', 'é'])
      expect(decodedValue(unit.repeat(length))).toEqual({ stringValue: unit.repeat(length) })
  })

  it('bytes larger than the buffer are whole', () => {
    const bytes = new Uint8Array(200_000).map((_, i) => i)
    expect(decodedValue(bytes)).toEqual({ bytesValue: Buffer.from(bytes).toString('base64') })
  })

  it('strings, numbers and bigints of every kind', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decodedValue(text)).toEqual({ stringValue: wellFormed(text) })
      }),
    )
    fc.assert(
      fc.property(anyNumber, (value) => {
        const wire = decodedValue(value) as { intValue?: string; doubleValue?: number | string }
        expect(Number(wire.intValue ?? wire.doubleValue)).toBe(value)
      }),
    )
    fc.assert(
      fc.property(anyBigint, (value) => {
        const wire = decodedValue(value) as { intValue?: string; stringValue?: string }
        expect(BigInt(wire.intValue ?? wire.stringValue!)).toBe(value)
        expect(wire.intValue === undefined).toBe(BigInt.asIntN(64, value) !== value)
      }),
    )
  })

  it('nested values of every kind decode to the same from both encodings', () => {
    fc.assert(fc.property(anyValue, (value) => void decodedValue(value)))
  })

  it('a value as deep as a span keeps it is not too deep for an official decoder', () => {
    const spans: Span[] = []
    let deep: AttributeValue = 'bottom'
    for (let i = 0; i < 70; i++) deep = [deep]
    makerOf(spans)
      .startSpan('deep', { attributes: { deep, flat: 1 } })
      .end()
    makerOf(spans).startSpan('neighbour').end()
    expect(() => decoded(spans)).not.toThrow()
  })
})

describe('names that come again', () => {
  it('are written alike each time, in every place, with every kind of value', () => {
    const key = '"é\\'
    const values: AttributeValue[] = [1, 'a', [1], { [key]: [{ [key]: null }] }, new Uint8Array(3), true, 0.5]
    const request = decoded(
      values.map((value) => plainSpan({ attributes: { [key]: value, z: 1 }, scope: { name: key, version: null } })),
    )
    expect(spansIn(request).map(({ attributes }) => attributes!.map((pair: Plain) => pair.key))).toEqual(
      values.map(() => [key, 'z']),
    )
  })

  it('more of them than anybody would remember', () => {
    for (let round = 0; round < 3; round++) {
      const keys = Array.from({ length: 1500 }, (_, i) => `key${i}`)
      const { attributes } = decodedSpan({ attributes: Object.fromEntries(keys.map((key) => [key, round])) })
      expect(attributes!.map(({ key }: Plain) => key)).toEqual(keys)
    }
  })

  it('a long one that does not fit what is left of the buffer', () => {
    const key = 'k'.repeat(40_000)
    for (let i = 0; i < 3; i++)
      expect(decodedSpan({ attributes: { [key]: 1, [`${key}2`]: 2, [`${key}3`]: 3 } }).attributes).toHaveLength(3)
  })
})

describe('times', () => {
  const decodedTimes = (startTime: number, endTime: number | null = startTime) => {
    const { startTimeUnixNano, endTimeUnixNano } = decodedSpan({ startTime, endTime })
    return [startTimeUnixNano ?? '0', endTimeUnixNano ?? '0']
  }

  it('an open span ends where it starts', () => {
    expect(decodedTimes(5, null)).toEqual(['5000000', '5000000'])
  })

  it.each([
    [0, '0'],
    [0.000001, '1'],
    [0.5, '500000'],
    [1, '1000000'],
    [999_999, '999999000000'],
    [1_000_000, '1000000000000'],
    [4_294_967_296, '4294967296000000'],
    [1_790_000_000_000.25, '1790000000000250000'],
  ])('%d ms', (time, nanos) => {
    expect(decodedTimes(time)).toEqual([nanos, nanos])
  })

  it.each([-1, -0.5, -1e15])('%d ms, before the epoch, is the epoch: the field knows no sign', (time) => {
    expect(decodedTimes(time)).toEqual(['0', '0'])
  })

  it.each([
    ['nanoseconds given as milliseconds', 1.79e18],
    ['more than 64 bits', 18_446_744_073_710],
    ['the largest number', Number.MAX_VALUE],
    ['infinity', Infinity],
    ['no number', Number.NaN],
  ])('%s still make a valid request', (_what, time) => {
    expect(() => decodedTimes(time)).not.toThrow()
  })

  it('a real span with a time in nanoseconds does not cost its neighbours', () => {
    const spans: Span[] = []
    const maker = makerOf(spans)
    maker.startSpan('wrong', { startTime: Date.now() * 1e6 }).end()
    maker.startSpan('neighbour').end()
    expect(spansIn(decoded(spans))).toHaveLength(2)
  })

  it('an HrTime within a month of now arrives to the nanosecond, at start, event and end', () => {
    const now = Math.floor(Date.now() / 1000)
    const seconds = fc.integer({ min: now - 30 * 86_400, max: now + 30 * 86_400 })
    const nanos = fc.oneof(
      fc.constantFrom(0, 1, 999_999, 1_000_000, 999_999_999),
      fc.integer({ min: 0, max: 999_999_999 }),
    )
    const exact = (second: number, nano: number) => String(BigInt(second) * 1_000_000_000n + BigInt(nano))
    fc.assert(
      fc.property(seconds, nanos, nanos, (second, first, last) => {
        const spans: Span[] = []
        const span = makerOf(spans).startSpan('exact', { startTime: [second, first] })
        span.addEvent('event', {}, [second, last])
        span.end([second + 1, last])
        const wire = spansIn(decoded(spans))[0]!
        expect([wire.startTimeUnixNano, wire.events![0]!.timeUnixNano, wire.endTimeUnixNano]).toEqual([
          exact(second, first),
          exact(second, last),
          exact(second + 1, last),
        ])
      }),
    )
  })

  it('an HrTime of years ago arrives to the microsecond', () => {
    const spans: Span[] = []
    makerOf(spans)
      .startSpan('old', { startTime: [1_000_000_000, 123_456_789] })
      .end([1_000_000_001, 0])
    expect(spansIn(decoded(spans))[0]!.startTimeUnixNano).toMatch(/^1000000000123456[0-9]{3}$/)
  })
})

describe('any spans at all', () => {
  it('plain objects: the two encodings decode to one message, with nothing unknown and nothing lost', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const wire = spansIn(decoded(spans))
        expect(wire.map(({ spanId }) => spanId).sort()).toEqual(spans.map(({ spanId }) => base64(spanId)).sort())
        for (const span of spans) {
          const own = wire.filter(
            ({ spanId, traceId }) => spanId === base64(span.spanId) && traceId === base64(span.traceId),
          )
          expect(own.map(({ name }) => name ?? '')).toContain(wellFormed(span.name))
          expect(own.map(({ events }) => events?.length ?? 0)).toContain(span.events.length)
          expect(own.map(({ links }) => links?.length ?? 0)).toContain(span.links.length)
          expect(own.map(({ attributes }) => attributes?.length ?? 0)).toContain(Object.keys(span.attributes).length)
          expect(own.map(({ droppedLinksCount }) => droppedLinksCount ?? 0)).toContain(span.droppedLinksCount)
        }
      }),
      { numRuns: 80 },
    )
  })
})

describe('what others hand in', () => {
  const withLink = (context: unknown) =>
    plainSpan({ links: [{ context: context as never, attributes: {}, droppedAttributesCount: 0 }] })

  it.each([
    ['uppercase ids', { traceId: 'ABCDEF01'.repeat(4), spanId: 'ABCDEF0123456789', traceFlags: 1 }],
    ['short ids', { traceId: 'abc', spanId: 'abc', traceFlags: 1 }],
    ['ids that are no hex', { traceId: 'z'.repeat(32), spanId: '"'.repeat(16), traceFlags: 1 }],
    ['no ids', { traceFlags: 1 }],
    ['ids that are numbers', { traceId: 1, spanId: 2, traceFlags: 1 }],
  ])('a link with %s does not cost the batch', (_what, context) => {
    const request = decoded([withLink(context), plainSpan({ name: 'neighbour' })])
    expect(spansIn(request)).toHaveLength(2)
    for (const { links } of spansIn(request))
      for (const { traceId, spanId } of links ?? [])
        expect([Buffer.from(traceId!, 'base64').length, Buffer.from(spanId!, 'base64').length]).toEqual([16, 8])
  })

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a date', new Date(0)],
  ])('%s as a resource attribute still makes a valid request', (_what, value) => {
    const resource = { attributes: { 'service.name': 'shop', odd: value as never } }
    expect(() => decoded([plainSpan({ resource })])).not.toThrow()
  })

  it('after an encoding that threw, the next one is whole', () => {
    const broken = plainSpan({ name: 5 as never })
    for (const encode of [encodeOtlpJson, encodeOtlpProtobuf]) {
      try {
        encode([plainSpan(), broken])
      } catch {
        // may be: a name is a string
      }
    }
    expect(decodedSpan({ name: 'next' }).name).toBe('next')
  })
})
