// @vitest-environment node
import { expect, it, vi } from 'vitest'
import type { StoredBatch } from '../../src/export/kept'
import type { Encoding, Sealed } from '../../src/export/sealer'
import { countJoinable, joinBatches } from '../../src/wire/joinBatches'
import { readBodies } from '../export/fakeCollector'
import { plainSpan, plainSpans } from '../export/plainSpan'
import { sealerOf } from '../export/sealerOf'
import { incomingOf, packed } from './storedBody'

vi.mock(import('../../src/lib/native'), async (load) => (await import('../support/ofNode')).nativeOfNode(load))

const ANY_SIZE = Number.POSITIVE_INFINITY

/** Bodies of one page view with so many spans. */
function stored(encoding: Encoding, ...counts: number[]): StoredBatch[] {
  const sealer = sealerOf(encoding)
  return counts.map((count) => {
    const [{ bytes, contentType }] = [...sealer.seal(plainSpans(count), () => ANY_SIZE)] as [Sealed]
    return { endpoint: 'https://collector.example/v1/traces', bytes, contentType, contentEncoding: null, count }
  })
}

/** As a collector opens it. */
const open = (batch: StoredBatch) => readBodies(incomingOf(batch))

for (const encoding of ['protobuf', 'json'] as const)
  for (const isPacked of [false, true])
    it(`${isPacked ? 'compressed ' : ''}${encoding}: one request of several, each with its page view and number`, async () => {
      const raw = [...stored(encoding, 2, 1), ...stored(encoding, 3)]
      const batches = isPacked ? await Promise.all(raw.map(packed)) : raw
      const whole = (await joinBatches(batches))!
      expect([whole.count, whole.contentEncoding]).toEqual([6, isPacked ? 'gzip' : null])
      const apart = batches.flatMap(open)
      const joined = open(whole)
      expect(joined.map(({ spans }) => spans)).toEqual(apart.map(({ spans }) => spans))
      expect(joined.map(({ pageView }) => pageView)).toEqual(apart.map(({ pageView }) => pageView))
      expect(joined.map(({ sequence }) => sequence)).toEqual([0, 2, 0])
    })

it('JSON keeps what no number of JavaScript can hold', async () => {
  const exact = 2n ** 62n + 1n
  const sealed = [...sealerOf('json').seal([plainSpan({ attributes: { exact, none: Number.NaN } })], () => ANY_SIZE)]
  const batch = { ...stored('json', 1)[0]!, bytes: sealed[0]!.bytes }
  const [{ spans }] = open((await joinBatches([batch, batch]))!) as [ReturnType<typeof open>[0]]
  expect(spans).toEqual(open(batch)[0]!.spans)
  expect(JSON.stringify(spans)).toContain(String(exact))
})

it.each(['protobuf', 'json'] as const)(
  '%s: from the front as far as the limit goes, and never none',
  async (encoding) => {
    const batches = stored(encoding, 1, 1, 1, 1)
    const [size] = batches.map(({ bytes }) => bytes.length) as [number]
    expect([0, size, size * 2, size * 3.5].map((limit) => countJoinable(batches, limit))).toEqual([1, 1, 2, 3])
    expect(await joinBatches(batches.slice(0, 1))).toBe(batches[0])
  },
)

it('of compressed ones fewer: unpacked they are larger', async () => {
  const batches = await Promise.all(stored('protobuf', 9, 9, 9, 9, 9, 9).map(packed))
  const [size] = batches.map(({ bytes }) => bytes.length) as [number]
  expect(countJoinable(batches, size * 9)).toBe(2)
})

it('another syntax is not joined, nor compressed bytes with others', async () => {
  const [first, second] = stored('protobuf', 1, 1) as [StoredBatch, StoredBatch]
  const [json] = stored('json', 1) as [StoredBatch]
  const small = await packed(second)
  expect(
    [
      [first, json, second],
      [first, small, second],
      [small, first],
    ].map((all) => countJoinable(all, ANY_SIZE)),
  ).toEqual([1, 1, 1])
})

it('with one that cannot be read nothing is joined', async () => {
  const [good] = stored('json', 1) as [StoredBatch]
  const bad = { ...good, bytes: new TextEncoder().encode('{"resourceSpans":') }
  expect(await joinBatches([bad, good])).toBeNull()
  expect(await joinBatches([good, bad])).toBeNull()
  expect(await joinBatches([{ ...bad, contentEncoding: 'gzip' }, await packed(good)])).toBeNull()
  expect(await joinBatches([bad])).toBe(bad)
})
