// @vitest-environment node
import { ROOT_CONTEXT as OTEL_ROOT, propagation } from '@opentelemetry/api'
import { W3CBaggagePropagator } from '@opentelemetry/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ROOT_CONTEXT } from '../../src/context/frame'
import { type Baggage, contextWithBaggage, formatBaggage } from '../../src/propagation/baggage'
import { catchReports } from '../support/reports'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const header = (entries: Baggage) => formatBaggage(contextWithBaggage(ROOT_CONTEXT, entries))
const KEY = Symbol.for('OpenTelemetry Baggage Key')
const contextWithForeign = (...entries: [string, { value: string }][]) =>
  ROOT_CONTEXT.setValue(KEY, { getAllEntries: () => entries })

describe('values', () => {
  it.each([
    ['what may stand as it is', "!#$&'()*+-./09:<=>?@AZ[]^_`az{|}~"],
    ['nothing', ''],
  ])('%s stays', (_what, value) => {
    expect(header({ key: value })).toBe(`key=${value}`)
  })

  it.each([
    [' ', '%20'],
    ['"', '%22'],
    [',', '%2C'],
    [';', '%3B'],
    ['\\', '%5C'],
    ['%', '%25'],
    ['100%41', '100%2541'],
    ['\r\n', '%0D%0A'],
    ['\0', '%00'],
    ['\x7f', '%7F'],
    ['é', '%C3%A9'],
    ['日本', '%E6%97%A5%E6%9C%AC'],
    ['👍', '%F0%9F%91%8D'],
    ['\ud83d', '%EF%BF%BD'],
    ['a\ud83d b', 'a%EF%BF%BD%20b'],
  ])('%j is percent-encoded UTF-8', (value, encoded) => {
    expect(header({ key: value })).toBe(`key=${encoded}`)
  })

  it('half a surrogate pair costs no more than itself', () => {
    expect(header({ key: '日本\ud83d' })).toBe('key=%E6%97%A5%E6%9C%AC%EF%BF%BD')
  })

  it('any text comes out as it went in, with nothing but baggage octets on the way', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const [, sent] = /^key=([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*)$/.exec(header({ key: value })!)!
        expect(decodeURIComponent(sent!)).toBe(value)
      }),
    )
  })

  it("OpenTelemetry's own propagator reads them", () => {
    const carrier = { baggage: header({ 'user.id': 'zoë, "the boss"', plan: 'a=b;c', '!#$': '100%' }) }
    const context = new W3CBaggagePropagator().extract(OTEL_ROOT, carrier, {
      keys: Object.keys,
      get: (from, key) => from[key as 'baggage'] ?? undefined,
    })
    const read = propagation.getBaggage(context)!.getAllEntries()
    expect(Object.fromEntries(read.map(([key, { value }]) => [key, value]))).toEqual({
      'user.id': 'zoë, "the boss"',
      plan: 'a=b;c',
      '!#$': '100%',
    })
  })
})

describe('names', () => {
  it('any HTTP token is one', () => {
    expect(header({ "!#$%&'*+-.^_`|~09azAZ": '1' })).toBe("!#$%&'*+-.^_`|~09azAZ=1")
  })

  it.each(['', ' ', 'a b', 'a=b', 'a,b', 'a;b', 'é', 'a"', '(a)', 'a\n', 'a/b', '日'])(
    '%j is none: left out, told, and the others go',
    (name) => {
      expect(header({ before: '1', [name]: '2', after: '3' })).toBe('before=1,after=3')
      expect(reports).toHaveLength(1)
    },
  )

  it('one that OpenTelemetry let in without looking is left out of the header', () => {
    const context = contextWithForeign(['bad name', { value: '1' }], ['x\r\ny', { value: '2' }], ['ok', { value: '3' }])
    expect(formatBaggage(context)).toBe('ok=3')
  })
})

describe('contexts', () => {
  it('no baggage, no header', () => {
    expect(formatBaggage(ROOT_CONTEXT)).toBeNull()
    expect(header({})).toBeNull()
  })

  it('new entries come over the old ones; the old context stays as it was', () => {
    const first = contextWithBaggage(ROOT_CONTEXT, { a: '1', b: '2' })
    const second = contextWithBaggage(first, { b: '3', c: '4' })
    expect(formatBaggage(first)).toBe('a=1,b=2')
    expect(formatBaggage(second)).toBe('a=1,b=3,c=4')
  })

  it("OpenTelemetry's baggage in the context is sent", () => {
    const baggage = propagation.createBaggage({ user: { value: 'zoë' } })
    expect(formatBaggage(ROOT_CONTEXT.setValue(KEY, baggage))).toBe('user=zo%C3%AB')
  })

  it("OpenTelemetry's API reads ours", () => {
    const context = contextWithBaggage(ROOT_CONTEXT, { user: 'zoë' })
    expect(propagation.getBaggage(context)?.getEntry('user')?.value).toBe('zoë')
  })

  it.each([null, undefined, 5, 'text', true])('%j as entries throws nothing', (entries) => {
    expect(() => header(entries as never)).not.toThrow()
  })

  it('a value that is no text throws nothing', () => {
    for (const value of [5, Object.create(null), Symbol('s'), { toString: () => Object.create(null) }])
      expect(() => header({ bad: value as never, good: '1' })).not.toThrow()
  })
})

describe('limits', () => {
  const many = (count: number, value: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${String(i).padStart(3, '0')}`, value]))

  it('64 members go', () => {
    expect(header(many(64, 'v'))?.split(',')).toHaveLength(64)
  })

  it('of more than 64 the first 64 go', () => {
    expect(header(many(80, 'v'))?.split(',').at(-1)).toBe('k063=v')
  })

  it('8192 bytes go', () => {
    const sent = header({ a: 'x'.repeat(8190) })
    expect(sent).toHaveLength(8192)
  })

  it('whole members only, never more than 8192 bytes', () => {
    const sent = header(many(64, 'é'.repeat(100)))!
    expect(sent.length).toBeLessThanOrEqual(8192)
    for (const member of sent.split(',')) expect(member).toMatch(/^k\d{3}=(%C3%A9){100}$/)
  })

  it('a member that is too large for any header does not keep the small ones back', () => {
    expect(header({ huge: 'x'.repeat(9000), small: '1' })).toBe('small=1')
  })
})
