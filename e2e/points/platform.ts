import { PIXEL } from './loading'
import { createPoints, has, nextNumber, outside } from './point'

/** What else the platform promises. */
export const platform = createPoints()
const { kept } = platform.by('promise', 'then and await')

const EMPTY_WASM = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])

kept('await crypto.subtle.digest()', async (look) => {
  await crypto.subtle.digest('SHA-256', new Uint8Array(8))
  return look()
})
kept('await crypto.subtle.generateKey() and encrypt()', async (look) => {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt'])
  await crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, new Uint8Array(8))
  return look()
})
kept('await WebAssembly.compile()', async (look) => {
  await WebAssembly.compile(EMPTY_WASM)
  return look()
})
kept('await WebAssembly.instantiateStreaming()', async (look) => {
  await WebAssembly.instantiateStreaming(fetch('/lab/module.wasm'))
  return look()
})
kept('read() behind a CompressionStream', async (look) => {
  const packed = new Blob(['text']).stream().pipeThrough(new CompressionStream('gzip'))
  await packed.getReader().read()
  return look()
})
kept('read() of a stream that the page fills', async (look) => {
  const stream = new ReadableStream({
    pull: (controller) => void setTimeout(() => controller.enqueue('text')),
  })
  await stream.getReader().read()
  return look()
})
kept('await writer.write()', async (look) => {
  const writer = new WritableStream({ write: () => new Promise((resolve) => setTimeout(resolve)) }).getWriter()
  await writer.write('text')
  return look()
})

kept('await navigator.locks.request()', async (look) => {
  await navigator.locks.request(`point-${nextNumber()}`, async () => {})
  return look()
})
kept(
  'await navigator.permissions.query()',
  async (look) => {
    await navigator.permissions.query({ name: 'geolocation' })
    return look()
  },
  () => has('permissions', navigator),
)

kept('await document.fonts.ready', async (look) => {
  await document.fonts.ready
  return look()
})
kept('await document.fonts.load()', async (look) => {
  await document.fonts.load('12px serif')
  return look()
})
kept('await image.decode()', async (look) => {
  const image = new Image()
  image.src = PIXEL
  await image.decode()
  return look()
})
kept('await createImageBitmap()', async (look) => {
  await createImageBitmap(new ImageData(1, 1))
  return look()
})
kept('await customElements.whenDefined()', async (look) => {
  const name = `x-point-${nextNumber()}`
  outside(() => customElements.define(name, class extends HTMLElement {}))
  await customElements.whenDefined(name)
  return look()
})
