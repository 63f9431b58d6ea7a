// @vitest-environment node
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { absoluteUrl, createRedaction, matches, mayPropagate, type UrlPattern } from '../../src/instrument/urls'
import { mebibyteOf } from '../support/mebibyte'

beforeEach(() => {
  vi.stubGlobal('location', new URL('https://shop.example/app/'))
  vi.stubGlobal('document', { baseURI: 'https://shop.example/app/' })
})
afterEach(() => vi.unstubAllGlobals())

const url = (text: string) => absoluteUrl(text) as URL
const redacted = (given: URL, params: readonly string[], secrets = true) => createRedaction({ params, secrets })(given)

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
    ['https://a.example/?sig=s#sig', 'https://a.example/?sig=REDACTED'],
    [
      'https://a.example/?SIG=s&signature=t&design=u&x-amz-signature=v',
      'https://a.example/?SIG=REDACTED&signature=REDACTED&design=u&x-amz-signature=REDACTED',
    ],
    ['https://a.example/?sig', 'https://a.example/?sig'],
    ['https://a.example/#top', 'https://a.example/'],
    ['https://a.example/cb#access_token=s&state=t', 'https://a.example/cb'],
    ['https://a.example/?q=%20a+b%zz&&=x&sig=s', 'https://a.example/?q=%20a+b%zz&&=x&sig=REDACTED'],
  ])('%s becomes %s', (given, expected) => {
    expect(redacted(url(given), [])).toBe(expected)
  })

  it('replaces what the user names, also written in percent and in other case', () => {
    expect(redacted(url('/?Email=s&%65mail=t&emails=u&%zz%65mail=v'), ['eMail'])).toBe(
      'https://shop.example/?Email=REDACTED&%65mail=REDACTED&emails=u&%zz%65mail=v',
    )
  })

  const SECRET = [
    ...['token', 'access_token', 'refreshToken', 'id_token', 'api_key', 'apiKey', 'api-key', 'x-api-key', 'password'],
    ...['passwd', 'passwordHash', 'pwd', 'client_secret', 'auth', 'Authorization', 'jwt', 'session_id', 'sessionId'],
    ...['aws_access_key_id', 'credentials', 'hmac_signature', '%74oken', '%zz%74oken'],
  ]
  const PLAIN = ['author', 'authors', 'key', 'keys', 'session', 'page', 'q', 'code', 'state', 'sign', 'design', 'q%22']

  it.each(SECRET)('replaces %s, which is called like a secret, in any case, unless told not to', (name) => {
    for (const own of [name, name.toUpperCase().replace('%ZZ', '%zz'), name.toLowerCase()]) {
      expect(redacted(url(`/?a=1&${own}=v&b=2`), [])).toBe(`https://shop.example/?a=1&${own}=REDACTED&b=2`)
      expect(redacted(url(`/?${own}=v`), [], false)).toBe(`https://shop.example/?${own}=v`)
    }
  })

  it.each(PLAIN)('leaves %s', (name) => {
    expect(redacted(url(`/?${name}=v`), [])).toBe(`https://shop.example/?${name}=v`)
  })

  it('finds a signature parameter written in percent too: for the server it is the same one', () => {
    expect(redacted(url('/?X%2DAmz%2DSignature=s'), [])).toBe('https://shop.example/?X%2DAmz%2DSignature=REDACTED')
  })

  it('does not fail for a broken percent sequence in a name', () => {
    expect(redacted(url('/?%zz=1&name=s'), ['name'])).toBe('https://shop.example/?%zz=1&name=REDACTED')
  })

  it('leaves no value of a signature parameter in a query, and the rest as it is, whatever else is in the address', () => {
    const pieces = fc.constantFrom('?', '&', '=', '#', 'sig', 'a', '%73ig', '%', '/', '@')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const given = url(`/p?a&${parts.join('')}`)
        const text = redacted(given, [])
        const query = text.slice(text.indexOf('?') + 1)
        for (const part of query.split('&')) if (/^(sig|%73ig)=/.test(part)) expect(part).toMatch(/^[^=]+=REDACTED$/)
        expect(text).not.toMatch(/(?<![?&](?:sig|%73ig)=)REDACTED/)
        const shape = text.replace(/[?/.]/g, '\\$&').replaceAll('REDACTED', '[^&#]*')
        expect(given.href.replace(/#.*/, '')).toMatch(new RegExp(`^${shape}$`))
      }),
      { numRuns: 20_000 },
    )
  })

  // A minute and more where each `?` is a start.
  it.each(['?', '&', '=', '#', '?a', '%', '@', '//', '?sig', '&sig=', '=&'])(
    'is soon done with a mebibyte of %j',
    (piece) => {
      const given = url(`/?${mebibyteOf(piece)}`)
      expect(redacted(given, ['name']).length).toBeGreaterThan(piece === '#' ? 0 : 2 ** 20 / 2)
    },
  )
})
