import { afterEach, describe, expect, it, vi } from 'vitest'
import { isSpanId, isTraceId, NO_SPAN_ID, NO_TRACE_ID } from '../../src/lib/ids'

const MANY = 20_000

async function freshIds() {
  vi.resetModules()
  return import('../../src/lib/ids')
}
const random = (fill: (bytes: Uint8Array) => void) =>
  vi.stubGlobal('crypto', {
    getRandomValues(bytes: Uint8Array) {
      fill(bytes)
      return bytes
    },
  })

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe.each(['by the platform', 'by ourselves'])('hex digits made %s', (by) => {
  const hex = Object.getOwnPropertyDescriptor(Uint8Array.prototype, 'toHex')
  const setUp = () => {
    if (by === 'by ourselves') Reflect.deleteProperty(Uint8Array.prototype, 'toHex')
    return () => void (hex && Object.defineProperty(Uint8Array.prototype, 'toHex', hex))
  }

  it('are 16 and 32 lowercase ones, and no id comes twice', async () => {
    const restore = setUp()
    const { newSpanId, newTraceId } = await freshIds()
    const seen = new Set<string>()
    for (let i = 0; i < MANY; i++) {
      const spanId = newSpanId()
      const traceId = newTraceId()
      expect(spanId).toMatch(/^[0-9a-f]{16}$/)
      expect(traceId).toMatch(/^[0-9a-f]{32}$/)
      seen.add(spanId).add(traceId).add(traceId.slice(0, 16)).add(traceId.slice(16))
    }
    expect(seen.size).toBe(4 * MANY)
    restore()
  })

  it('are the random bytes in their order', async () => {
    const restore = setUp()
    random((bytes) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = i
    })
    const { newSpanId, newTraceId } = await freshIds()
    expect([newSpanId(), newTraceId()]).toEqual(['0001020304050607', '08090a0b0c0d0e0f1011121314151617'])
    restore()
  })
})

it('an id of zeros is thrown away', async () => {
  random((bytes) => bytes.fill(0xab).fill(0, 0, 8).fill(0, 16, 32))
  const { newSpanId, newTraceId } = await freshIds()
  expect(newSpanId()).toBe('ab'.repeat(8))
  expect(newTraceId()).toBe('ab'.repeat(16))
})

it('the first span of a trace has the second half of its id, unless that is all zero', async () => {
  const { rootSpanId } = await freshIds()
  expect(rootSpanId('0af7651916cd43dd8448eb211c80319c')).toBe('8448eb211c80319c')
  expect(isSpanId(rootSpanId('0af7651916cd43dd0000000000000000'))).toBe(true)
})

it('an id may begin with zeros', async () => {
  random((bytes) => bytes.fill(0).fill(1, 7, 8))
  const { newSpanId } = await freshIds()
  expect(newSpanId()).toBe('0000000000000001')
})

it('a page without crypto, or with one that cannot, gets ids all the same', async () => {
  for (const crypto of [undefined, {}]) {
    vi.stubGlobal('crypto', crypto)
    const { newTraceId } = await freshIds()
    expect(isTraceId(newTraceId())).toBe(true)
    expect(newTraceId()).not.toBe(newTraceId())
  }
})

it('a mocked crypto that fills in nothing gives ids, and no endless search for one', async () => {
  random(() => {})
  const { newSpanId } = await freshIds()
  expect(isSpanId(newSpanId())).toBe(true)
})

it('a crypto that throws gives ids', async () => {
  random(() => {
    throw new DOMException('no entropy', 'OperationError')
  })
  const { newSpanId } = await freshIds()
  expect(isSpanId(newSpanId())).toBe(true)
})

it.each([NO_SPAN_ID, NO_TRACE_ID, 'A'.repeat(16), 'g'.repeat(16), 'a'.repeat(15), `${'a'.repeat(16)}\n`, 7, null, {}])(
  '%j is no id',
  (id) => {
    expect([isSpanId(id), isTraceId(id)]).toEqual([false, false])
  },
)
