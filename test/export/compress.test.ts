// @vitest-environment node
import { gunzipSync } from 'node:zlib'
import { afterEach, expect, it, vi } from 'vitest'
import { canCompress, gzip } from '../../src/export/compress'

afterEach(() => {
  vi.unstubAllGlobals()
})

it('gives bytes that unpack to the same', async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251)
  const packed = await gzip(bytes)
  expect(packed!.length).toBeLessThan(bytes.length)
  expect(new Uint8Array(gunzipSync(packed!))).toEqual(bytes)
})

it('packs a part of a larger buffer and nothing of the rest', async () => {
  const whole = Uint8Array.from({ length: 1000 }, (_, i) => i)
  expect(new Uint8Array(gunzipSync((await gzip(whole.subarray(100, 200)))!))).toEqual(whole.slice(100, 200))
})

it('gives null, and does not throw, where the browser has no CompressionStream or a broken one', async () => {
  vi.stubGlobal('CompressionStream', undefined)
  expect(await gzip(new Uint8Array(10))).toBeNull()
  vi.stubGlobal(
    'CompressionStream',
    class {
      constructor() {
        throw new TypeError('Unsupported compression format')
      }
    },
  )
  expect(await gzip(new Uint8Array(10))).toBeNull()
})

it('is not used where CompressionStream or Response is missing, or not the platform’s', () => {
  for (const stream of [undefined, class CompressionStream {}])
    for (const response of [undefined, class Response {}]) {
      vi.stubGlobal('CompressionStream', stream)
      vi.stubGlobal('Response', response)
      expect(canCompress()).toBe(false)
    }
})

it('gives null when the stream breaks', async () => {
  vi.stubGlobal(
    'CompressionStream',
    class extends TransformStream {
      constructor() {
        super({
          transform() {
            throw new Error('out of memory')
          },
        })
      }
    },
  )
  expect(await gzip(new Uint8Array(10))).toBeNull()
})
