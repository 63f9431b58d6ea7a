// @vitest-environment node
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { absoluteUrl, matches, mayPropagate, redacted, type UrlPattern } from '../../src/instrument/urls'

beforeEach(() => {
  vi.stubGlobal('location', new URL('https://shop.example/app/'))
  vi.stubGlobal('document', { baseURI: 'https://shop.example/app/' })
})
afterEach(() => vi.unstubAllGlobals())

const url = (text: string) => absoluteUrl(text) as URL

describe('absoluteUrl', () => {
  it.each([
    ['/api', 'https://shop.example/api'],
    ['api', 'https://shop.example/app/api'],
    ['//cdn.example/x', 'https://cdn.example/x'],
    ['', 'https://shop.example/app/'],
  ])('makes %j into %s', (given, expected) => {
    expect(absoluteUrl(given)?.href).toBe(expected)
  })

  it('goes by the base of the document', () => {
    vi.stubGlobal('document', { baseURI: 'https://base.example/there/' })
    expect(absoluteUrl('api')?.href).toBe('https://base.example/there/api')
  })

  it('goes by the location where there is no document (a worker)', () => {
    vi.stubGlobal('document', undefined)
    expect(absoluteUrl('/api')?.href).toBe('https://shop.example/api')
  })

  it('is null for what is none', () => {
    expect(absoluteUrl('http://')).toBeNull()
    expect(absoluteUrl('https://a b/')).toBeNull()
  })
})

describe('matches', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com/v1', true],
    ['https://api.example.com', 'https://api.example.com.evil.com/', false],
    ['https://api.example.com', 'https://api.example.com@evil.com/', false],
    ['https://api.example.com', 'http://api.example.com/', false],
    ['https://api.example.com', 'https://api.example.com:8443/', false],
    ['https://API.example.com:443', 'https://api.example.com/', true],
    ['https://api.example.com/v1', 'https://api.example.com/v1/users', true],
    ['https://api.example.com/v1', 'https://api.example.com/v2', false],
    ['/health', 'https://shop.example/health?deep=1', true],
    ['/health', 'https://elsewhere.example/health', false],
    [/health/, 'https://elsewhere.example/health', true],
    ['http://', 'https://elsewhere.example/', false],
  ] as [UrlPattern, string, boolean][])('%s and %s: %s', (pattern, given, expected) => {
    expect(matches(url(given), [pattern])).toBe(expected)
  })

  it.each(['g', 'y', 'gy'])('gives the same answer each time for a RegExp with the flag %s', (flags) => {
    const pattern = new RegExp('https://shop', flags)
    const answers = [1, 2, 3].map(() => matches(url('/x'), [pattern]))
    expect(answers).toEqual([true, true, true])
  })

  it('is false for an empty list', () => expect(matches(url('/x'), [])).toBe(false))
})

describe('mayPropagate', () => {
  it('is true for the own origin, and false where that is switched off, listed or not', () => {
    expect(mayPropagate(url('/api'), [], true)).toBe(true)
    expect(mayPropagate(url('/api'), [], false)).toBe(false)
  })

  it.each([
    ['https://shop.example.evil.com/', false],
    ['http://shop.example/', false],
    ['https://shop.example:444/', false],
    ['https://api.shop.example/', false],
    ['https://api.example.com/v1', true],
    ['https://api.example.com.evil.com/', false],
    ['https://evil.com/?https://api.example.com/', false],
    ['https://api.example.com@evil.com/', false],
  ])('%s: %s', (given, expected) => {
    expect(mayPropagate(url(given), ['https://api.example.com'], true)).toBe(expected)
  })
})

describe('redacted', () => {
  it.each([
    ['https://user:secret@a.example/x', 'https://REDACTED:REDACTED@a.example/x'],
    ['https://user@a.example/x', 'https://REDACTED:REDACTED@a.example/x'],
    ['https://:secret@a.example/x', 'https://REDACTED:REDACTED@a.example/x'],
    ['https://us%40er:p%2Fw@a.example//b@c', 'https://REDACTED:REDACTED@a.example//b@c'],
    ['https://a.example//b@c', 'https://a.example//b@c'],
    ['https://a.example/?X-Amz-Signature=s&b=2', 'https://a.example/?X-Amz-Signature=REDACTED&b=2'],
    [
      'https://a.example/?X-Amz-Credential=s&X-Amz-Security-Token=t',
      'https://a.example/?X-Amz-Credential=REDACTED&X-Amz-Security-Token=REDACTED',
    ],
    [
      'https://a.example/?AWSAccessKeyId=s&Signature=t',
      'https://a.example/?AWSAccessKeyId=REDACTED&Signature=REDACTED',
    ],
    ['https://a.example/?a=1&sig=s', 'https://a.example/?a=1&sig=REDACTED'],
    ['https://a.example/?X-Goog-Signature=s=t==', 'https://a.example/?X-Goog-Signature=REDACTED'],
    ['https://a.example/?sig=s&sig=t', 'https://a.example/?sig=REDACTED&sig=REDACTED'],
    ['https://a.example/?sig=s#sig', 'https://a.example/?sig=REDACTED#sig'],
    ['https://a.example/?SIG=s&signature=t&design=u', 'https://a.example/?SIG=s&signature=t&design=u'],
    ['https://a.example/?sig', 'https://a.example/?sig'],
    ['https://a.example/#top', 'https://a.example/#top'],
    ['https://a.example/?q=%20a+b%zz&&=x&sig=s', 'https://a.example/?q=%20a+b%zz&&=x&sig=REDACTED'],
  ])('%s becomes %s', (given, expected) => {
    expect(redacted(url(given), [])).toBe(expected)
  })

  it('replaces what the user names, also written in percent', () => {
    expect(redacted(url('/?token=s&%74oken=t&tokens=u'), ['token'])).toBe(
      'https://shop.example/?token=REDACTED&%74oken=REDACTED&tokens=u',
    )
  })

  it('finds a signature parameter written in percent too: for the server it is the same one', () => {
    expect(redacted(url('/?X%2DAmz%2DSignature=s'), [])).toBe('https://shop.example/?X%2DAmz%2DSignature=REDACTED')
  })

  it('does not fail for a broken percent sequence in a name', () => {
    expect(redacted(url('/?%zz=1&token=s'), ['token'])).toBe('https://shop.example/?%zz=1&token=REDACTED')
  })

  it('leaves no value of a signature parameter in a query, and the rest as it is, whatever else is in the address', () => {
    const pieces = fc.constantFrom('?', '&', '=', '#', 'sig', 'a', '%73ig', '%', '/', '@')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const given = url(`/p?a&${parts.join('')}`)
        const text = redacted(given, [])
        const [query = ''] = text.slice(text.indexOf('?') + 1).split('#')
        for (const part of query.split('&')) if (/^(sig|%73ig)=/.test(part)) expect(part).toMatch(/^[^=]+=REDACTED$/)
        expect(text).not.toMatch(/(?<![?&](?:sig|%73ig)=)REDACTED/)
        const shape = text.replace(/[?/.]/g, '\\$&').replaceAll('REDACTED', '[^&#]*')
        expect(given.href).toMatch(new RegExp(`^${shape}$`))
      }),
      { numRuns: 20_000 },
    )
  })

  // A minute and more where each `?` is a start.
  it.each(['?', '&', '=', '#', '?a', '%', '@', '//', '?sig', '&sig=', '=&'])(
    'is soon done with a mebibyte of %j',
    (piece) => {
      const given = url(`/?${piece.repeat(2 ** 20 / piece.length)}`)
      expect(redacted(given, ['token']).length).toBeGreaterThan(2 ** 20 / 2)
    },
  )
})
