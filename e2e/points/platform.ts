import { createPoints, has, inCallback, nextNumber } from './point'

/** What else the platform promises or calls back. */
export const platform = createPoints()
const { follows } = platform

const EMPTY_WASM = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])

follows('await crypto.subtle.digest()', async (look) => {
  await crypto.subtle.digest('SHA-256', new Uint8Array(8))
  return look()
})
follows('await crypto.subtle.generateKey() and encrypt()', async (look) => {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt'])
  await crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, new Uint8Array(8))
  return look()
})
follows('await WebAssembly.compile()', async (look) => {
  await WebAssembly.compile(EMPTY_WASM)
  return look()
})
follows('await WebAssembly.instantiateStreaming()', async (look) => {
  await WebAssembly.instantiateStreaming(fetch('/lab/module.wasm'))
  return look()
})
follows('read() behind a CompressionStream', async (look) => {
  const packed = new Blob(['text']).stream().pipeThrough(new CompressionStream('gzip'))
  await packed.getReader().read()
  return look()
})
follows('read() of a stream that the page fills', async (look) => {
  const stream = new ReadableStream({
    pull: (controller) => void setTimeout(() => controller.enqueue('text')),
  })
  await stream.getReader().read()
  return look()
})
follows('await writer.write()', async (look) => {
  const writer = new WritableStream({ write: () => new Promise((resolve) => setTimeout(resolve)) }).getWriter()
  await writer.write('text')
  return look()
})

follows('await navigator.locks.request()', async (look) => {
  await navigator.locks.request(`point-${nextNumber()}`, async () => {})
  return look()
})
follows('navigator.locks callback', (look) =>
  inCallback(look, (done) => void navigator.locks.request(`point-${nextNumber()}`, async () => done())),
)
follows('navigator.locks callback that waits for its turn', async (look) => {
  const name = `point-${nextNumber()}`
  const release = await new Promise<() => void>((held) => {
    void navigator.locks.request(name, () => new Promise<void>((resolve) => held(resolve)))
  })
  return inCallback(look, (done) => {
    void navigator.locks.request(name, { mode: 'shared' }, async () => done())
    release()
  })
})
follows(
  'await navigator.permissions.query()',
  async (look) => {
    await navigator.permissions.query({ name: 'geolocation' })
    return look()
  },
  () => has('permissions', navigator),
)

/** Asking a visitor would wait for an answer for ever. */
const mayBeLocated = async () => {
  if (!has('geolocation', navigator) || !has('permissions', navigator)) return false
  return (await navigator.permissions.query({ name: 'geolocation' })).state !== 'prompt'
}
follows(
  'navigator.geolocation.getCurrentPosition',
  (look) => inCallback(look, (done) => navigator.geolocation.getCurrentPosition(done, done, { timeout: 1000 })),
  mayBeLocated,
)
follows(
  'navigator.geolocation.watchPosition',
  (look) =>
    inCallback(look, (done) => {
      const id = navigator.geolocation.watchPosition(end, end, { timeout: 1000 })
      function end() {
        navigator.geolocation.clearWatch(id)
        done()
      }
    }),
  mayBeLocated,
)
