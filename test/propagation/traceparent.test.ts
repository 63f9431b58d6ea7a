// @vitest-environment node
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTraceparent, readTraceparent } from '../../src/propagation/traceparent'

const TRACE = '12345678901234567890123456789012'
const SPAN = '1234567890123456'

// The cases of the W3C test suite for Trace Context, level 2.
describe('readTraceparent', () => {
  it('reads ids and flags of version 00, as a remote parent', () => {
    expect(readTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      traceFlags: 1,
      traceState: null,
      isRemote: true,
    })
  })

  it.each([
    ['00', 0],
    ['01', 1],
    ['02', 2],
    ['03', 3],
    ['ff', 255],
  ])('keeps all eight flag bits of %s', (flags, number) => {
    expect(readTraceparent(`00-${TRACE}-${SPAN}-${flags}`)?.traceFlags).toBe(number)
  })

  it.each([
    `cc-${TRACE}-${SPAN}-01`,
    `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`,
    `01-${TRACE}-${SPAN}-01-`,
    `fe-${TRACE}-${SPAN}-01-00`,
  ])('reads the known part of a later version: %s', (header) => {
    expect(readTraceparent(header)).toMatchObject({ traceId: TRACE, spanId: SPAN, traceFlags: 1 })
  })

  it.each([
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['version ff with more', `ff-${TRACE}-${SPAN}-01-x`],
    ['more after version 00', `00-${TRACE}-${SPAN}-01-what-the-future-will-be-like`],
    ['a dash after version 00', `00-${TRACE}-${SPAN}-01-`],
    ['a dot after a later version', `cc-${TRACE}-${SPAN}-01.what-the-future`],
    ['digits after a later version', `cc-${TRACE}-${SPAN}-010`],
    ['a version of one digit', `0-${TRACE}-${SPAN}-01`],
    ['a version of three digits', `000-${TRACE}-${SPAN}-01`],
    ['a version that is no hex', `.0-${TRACE}-${SPAN}-01`],
    ['an uppercase version', `CC-${TRACE}-${SPAN}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['an uppercase trace id', `00-${'ABCDEF01'.repeat(4)}-${SPAN}-01`],
    ['an uppercase span id', `00-${TRACE}-ABCDEF0123456789-01`],
    ['uppercase flags', `00-${TRACE}-${SPAN}-FF`],
    ['a dot in the trace id', `00-.${TRACE.slice(1)}-${SPAN}-01`],
    ['a dot in the span id', `00-${TRACE}-.${SPAN.slice(1)}-01`],
    ['a trace id that is too long', `00-${TRACE}3-${SPAN}-01`],
    ['a trace id that is too short', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a span id that is too long', `00-${TRACE}-${SPAN}7-01`],
    ['a span id that is too short', `00-${TRACE}-${SPAN.slice(1)}-01`],
    ['flags of one digit', `00-${TRACE}-${SPAN}-1`],
    ['flags of three digits', `00-${TRACE}-${SPAN}-001`],
    ['flags that are no hex', `00-${TRACE}-${SPAN}-.0`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['two headers in one', `00-${TRACE}-${SPAN}-01,00-${TRACE}-${SPAN}-01`],
    ['two headers of a later version in one', `cc-${TRACE}-${SPAN}-01,cc-${TRACE}-${SPAN}-01`],
    ['a line break inside', `cc-${TRACE}-${SPAN}-01-a\nb`],
    ['nothing', ''],
    ['no string', 17],
    ['null', null],
    ['undefined', undefined],
    ['a list', [`00-${TRACE}-${SPAN}-01`]],
  ])('%s is not valid', (_what, header) => {
    expect(readTraceparent(header)).toBeNull()
  })

  it('bears a space around it, as HTML likes to add', () => {
    expect(readTraceparent(` 00-${TRACE}-${SPAN}-01\n`)?.traceId).toBe(TRACE)
  })

  it('never throws, and gives valid ids only', () => {
    const piece = fc.constantFrom('0', 'f', 'A', '-', ' ', TRACE, SPAN, '00-', 'ff', '\n', '\ud800')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const read = readTraceparent(pieces.join(''))
        if (read === null) return
        expect(read.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
        expect(read.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/)
      }),
    )
  })
})

describe('formatTraceparent', () => {
  it.each([
    [0, '00'],
    [1, '01'],
    [2, '02'],
    [3, '03'],
    [0x10, '10'],
    [0xff, 'ff'],
    [0x1ff, 'ff'],
  ])('writes the flags %i in two digits', (traceFlags, digits) => {
    expect(formatTraceparent({ traceId: TRACE, spanId: SPAN, traceFlags })).toBe(`00-${TRACE}-${SPAN}-${digits}`)
  })

  it('is read back as it was', () => {
    const hex = (length: number) =>
      fc
        .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
        .map((digits) => digits.join(''))
        .filter((id) => !/^0+$/.test(id))
    fc.assert(
      fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 255 }), (traceId, spanId, traceFlags) => {
        expect(readTraceparent(formatTraceparent({ traceId, spanId, traceFlags }))).toMatchObject({
          traceId,
          spanId,
          traceFlags,
        })
      }),
    )
  })
})
