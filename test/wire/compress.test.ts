// @vitest-environment node
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, expect, it, vi } from 'vitest'
import { canCompress, gunzip, gzip } from '../../src/wire/compress'

vi.mock(import('../../src/lib/native'), async (load) => (await import('../support/ofNode')).nativeOfNode(load))

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const BYTES = Uint8Array.from({ length: 10_000 }, (_, i) => (i * i) % 251)

it('gives bytes that unpack to the same', async () => {
  const packed = await gzip(BYTES)
  expect(packed!.length).toBeLessThan(BYTES.length)
  expect(new Uint8Array(gunzipSync(packed!))).toEqual(BYTES)
  expect(await gunzip(packed!)).toEqual(BYTES)
})

it('packs a part of a larger buffer and nothing of the rest', async () => {
  const whole = Uint8Array.from({ length: 1000 }, (_, i) => i)
  expect(new Uint8Array(gunzipSync((await gzip(whole.subarray(100, 200)))!))).toEqual(whole.slice(100, 200))
})

it('gives null for what is no gzip', async () => {
  expect(await gunzip(BYTES)).toBeNull()
})

const textOf = (value: unknown) => new TextEncoder().encode(String(value))

/** What does the same work in another way, as polyfills do: none of it fits to what is the platform's. */
class OtherStream {
  readonly readable = new OtherReadable()
  readonly writable = {}
}
class OtherReadable {
  pipeThrough = (transform: { readable: unknown }) => (transform instanceof OtherStream ? transform.readable : this)
}
class OtherBlob {
  stream = () => new OtherReadable()
}
class OtherResponse {
  constructor(private readonly body: unknown) {}
  arrayBuffer = async () => textOf(this.body).buffer
}
const POLYFILLS = {
  CompressionStream: OtherStream,
  DecompressionStream: OtherStream,
  Response: OtherResponse,
  Blob: OtherBlob,
  ReadableStream: OtherReadable,
}

type Name = keyof typeof POLYFILLS
const NAMES = Object.keys(POLYFILLS) as Name[]
/** What stands in the place of a class. */
const STAND_INS: Readonly<Record<string, (name: Name) => unknown>> = {
  nothing: () => undefined,
  'a text': () => 'no class',
  'a polyfill': (name) => POLYFILLS[name],
  'a polyfill that cannot be made': () =>
    class {
      constructor() {
        throw new TypeError('Unsupported compression format')
      }
    },
  'a polyfill that lets all through': () => TransformStream,
  'a subclass': (name) => class extends (globalThis[name] as { new (...args: never[]): object }) {},
  'a Proxy': (name) => new Proxy(globalThis[name], {}),
}
const REPLACED = NAMES.flatMap((name) => Object.keys(STAND_INS).map((by) => ({ name, by })))
const PAIRS = REPLACED.flatMap((one, i) => [
  [one],
  ...REPLACED.slice(i)
    .filter(({ name }) => name !== one.name)
    .map((two) => [one, two]),
])

it(`null where a class is not the platform’s, never wrong bytes (${PAIRS.length} pairs of replacements)`, async () => {
  const zipped = new Uint8Array(gzipSync(BYTES))
  for (const pair of PAIRS) {
    for (const { name, by } of pair) vi.stubGlobal(name, STAND_INS[by]!(name))
    const matters = (stream: Name) => pair.some(({ name }) => [stream, 'Response', 'Blob'].includes(name))
    const packed = await gzip(BYTES)
    const unpacked = await gunzip(zipped)
    const can = canCompress()
    vi.unstubAllGlobals()
    const same = (bytes: Uint8Array | null) => bytes && Buffer.compare(bytes, BYTES) === 0
    const found = [can, same(packed && gunzipSync(packed)), same(unpacked)]
    const [packs, unpacks] = [!matters('CompressionStream'), !matters('DecompressionStream')]
    // Node itself needs the `ReadableStream` that it finds on the window.
    const mayFail = pair.some(({ name }) => name === 'ReadableStream')
    const expected = [packs, packs || null, unpacks || null].map((is, i) => (mayFail && found[i] === null ? null : is))
    expect(found, JSON.stringify(pair)).toEqual(expected)
  }
})

const fails = () => {
  throw new Error('out of memory')
}
const METHODS: Readonly<Record<string, () => unknown>> = {
  'Blob.prototype.stream throws': () => vi.spyOn(Blob.prototype, 'stream').mockImplementation(fails),
  'pipeThrough throws': () => vi.spyOn(ReadableStream.prototype, 'pipeThrough').mockImplementation(fails),
  'arrayBuffer throws': () => vi.spyOn(Response.prototype, 'arrayBuffer').mockImplementation(fails),
  'arrayBuffer rejects': () => vi.spyOn(Response.prototype, 'arrayBuffer').mockRejectedValue(new Error('cut off')),
  'the stream breaks': () =>
    vi
      .spyOn(Blob.prototype, 'stream')
      .mockImplementation(() => new ReadableStream({ pull: fails }) as ReturnType<Blob['stream']>),
}

it.each(Object.keys(METHODS))('gives null, and does not throw, where %s', async (name) => {
  METHODS[name]!()
  expect([await gzip(BYTES), await gunzip(new Uint8Array(gzipSync(BYTES)))]).toEqual([null, null])
})
