// @vitest-environment node
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isPage } from '../../src/lib/isPage'
import { ownOrigin } from '../../src/lib/ownPage'

afterEach(() => vi.unstubAllGlobals())

describe('isPage', () => {
  const functions: object = new Proxy(() => {}, { get: () => () => functions })
  const throwing = new Proxy(
    {},
    {
      get() {
        throw new Error('no document')
      },
    },
  )
  it.each<[what: string, document: unknown]>([
    ['none', undefined],
    ['null', null],
    ['an empty object', {}],
    ['a few functions', { createElement: () => ({}), addEventListener() {}, querySelector() {} }],
    ['a Proxy that gives functions', functions],
    ['the same as an object', new Proxy({}, { get: () => () => functions })],
    ['a document that nobody can see', { nodeType: 9, createElement: () => ({}), addEventListener() {} }],
    ['a Proxy that throws', throwing],
    ['a text', 'document'],
  ])('a server is none, with a stand-in for its document: %s', (_what, document) => {
    vi.stubGlobal('document', document)
    expect(isPage()).toBe(false)
  })

  it('a page is one, also where an element has the name of the field', () => {
    class Whole {
      get nodeType() {
        return 9
      }
      get visibilityState() {
        return 'visible'
      }
    }
    for (const document of [
      new Whole(),
      Object.defineProperty(new Whole(), 'nodeType', { value: { id: 'nodeType' } }),
    ]) {
      vi.stubGlobal('document', document)
      expect(isPage()).toBe(true)
    }
  })
})

describe('ownOrigin', () => {
  const at = (location: string, origin: unknown) => {
    vi.stubGlobal('location', new URL(location))
    vi.stubGlobal('origin', origin)
    return ownOrigin()
  }
  const atPlatforms = (location: string, origin: string) => {
    vi.stubGlobal('origin', '')
    Object.defineProperty(globalThis, 'origin', { get: () => origin, configurable: true })
    vi.stubGlobal('location', new URL(location))
    return ownOrigin()
  }

  it('a variable of that name is none, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.constantFrom(['a://b'], 'https://other.example', { toString: 0 }, [{ toString: 0 }]),
        ),
        (origin) => {
          expect(at('about:srcdoc', origin)).toBe('null')
          expect(at('https://shop.example/', origin)).toBe(origin === 'null' ? 'null' : 'https://shop.example')
        },
      ),
    )
  })

  it.each(['https://shop.example', 'http://localhost:3000', 'null'])(
    'of a frame it is that of its maker: %s',
    (origin) => {
      expect(atPlatforms('about:srcdoc', origin)).toBe(origin)
    },
  )
})
