import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { fromUtf8, toUtf8 } from '../../src/lib/utf8'

afterEach(() => {
  vi.unstubAllGlobals()
})

it('without TextEncoder and TextDecoder text has the same bytes, and bytes are the same text', () => {
  const encoder = new TextEncoder()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  vi.stubGlobal('TextEncoder', undefined)
  vi.stubGlobal('TextDecoder', undefined)
  const piece = fc.oneof(fc.constantFrom('\ud800', '\udfff', '\ufeff', '\0'), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      const bytes = encoder.encode(text)
      expect(toUtf8(text)).toEqual(bytes)
      expect(fromUtf8(bytes)).toBe(decoder.decode(bytes))
    }),
  )
}, 20_000)
