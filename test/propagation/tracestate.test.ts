// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { readTracestate } from '../../src/propagation/tracestate'
import { mebibyteOf } from '../support/mebibyte'

const members = (count: number) => Array.from({ length: count }, (_, i) => `bar${i}=${i}`).join(',')

// The cases of the W3C test suite for Trace Context, level 2.
describe('is passed on', () => {
  it.each([
    'foo=1',
    'foo=1,bar=2',
    '0foo=1', // level 2: a key may begin with a digit
    'foo_-*/0=1',
    'tenant@vendor=1',
    '0tenant@vendor=1',
    `${'z'.repeat(256)}=1`,
    `${'t'.repeat(241)}@${'v'.repeat(14)}=1`,
    `foo=${'v'.repeat(256)}`,
    "foo=\x21\x22#$%&'()*+-./:;<>?@[\\]^_`{|}~",
    'foo=a b',
    'foo= leading',
    members(32),
    `a=${'1'.repeat(255)},b=${'2'.repeat(255)},c=${'3'.repeat(255)}`, // at least 512 characters
  ])('%s', (header) => {
    expect(readTracestate(header)).toBe(header)
  })

  it.each([
    'foo@=1,bar=2',
    'foo@@bar=1,bar=2',
    'foo@bar@baz=1,bar=2',
    `${'t'.repeat(242)}@v=1`,
    `t@${'v'.repeat(15)}=1`,
  ])('%s: since level 2 `@` is a character like others', (header) => {
    expect(readTracestate(header)).toBe(header)
  })

  it.each([
    ['foo=1 \t , \t bar=2', 'foo=1,bar=2'],
    [' \tfoo=1\t ', 'foo=1'],
    ['foo=1,,bar=2', 'foo=1,bar=2'],
    ['foo=1, ,bar=2,', 'foo=1,bar=2'],
  ])('%j without its white space and empty members', (header, plain) => {
    expect(readTracestate(header)).toBe(plain)
  })

  it('order stays', () => {
    expect(readTracestate('c=3,a=1,b=2')).toBe('c=3,a=1,b=2')
  })

  it.each(['foo=1,foo=1', 'foo=1,foo=2'])('%s: a key given twice costs no more than its twin', (header) => {
    expect(readTracestate(header)).toMatch(/^foo=1$|^foo=2$|^foo=1,foo=[12]$/)
  })
})

describe('is discarded as a whole', () => {
  it.each([
    ['33 members', members(33)],
    ['an uppercase key', 'FOO=1,bar=2'],
    ['a dot in a key', 'foo.bar=1,bar=2'],
    ['a space in a key', 'foo =1,bar=2'],
    ['a key that begins with @', '@foo=1,bar=2'],
    ['a key that begins with a dash', '-foo=1'],
    ['a key of 257 characters', `${'z'.repeat(257)}=1`],
    ['no key', '=1'],
    ['no value', 'foo='],
    ['a value of spaces', 'foo=  '],
    ['no equals sign', 'foo'],
    ['a member without an equals sign', 'foo=1,bar'],
    ['two equals signs', 'foo=bar=baz'],
    ['a value of 257 characters', `foo=${'v'.repeat(257)}`],
    ['a character beyond ASCII', 'foo=ö'],
    ['a tab in a value', 'foo=a\tb'],
    ['a line break', 'foo=1\r\nx-evil: 1'],
    ['a broken member among good ones', 'foo=1,bar baz=2,x=3'],
  ])('%s', (_what, header) => {
    expect(readTracestate(header)).toBeNull()
  })

  it.each(['', ' ', ',', ' , ,\t', null, undefined])('%j is none', (header) => {
    expect(readTracestate(header)).toBeNull()
  })

  it('what is no string is none', () => {
    for (const wrong of [5, {}, [], true]) expect(readTracestate(wrong as never)).toBeNull()
  })

  it('what has other white space round a member is broken', () => {
    for (const space of ['\u00a0', '\n', '\v', '\u3000']) expect(readTracestate(`foo=1${space}`)).toBeNull()
  })

  // A minute and more where each blank is a start.
  it.each([' ', '\t', ',', '=', 'a', ' ,', 'a=1, '])('a mebibyte of %j is soon told', (piece) => {
    expect(readTracestate(`a${mebibyteOf(piece)}b`)).toBeNull()
  })
})
