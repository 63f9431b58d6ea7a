// @vitest-environment node
import { expect, it } from 'vitest'
import { gzip } from '../../src/export/compress'
import { joinBatches } from '../../src/export/joinBatches'
import type { StoredBatch } from '../../src/export/outboxStore'
import { type Encoding, type Sealed, Sealer } from '../../src/export/sealer'
import { readBodies } from './fakeCollector'
import { plainSpan, plainSpans } from './plainSpan'

const ANY_SIZE = Number.POSITIVE_INFINITY

/** Bodies of one page view with so many spans. */
function stored(encoding: Encoding, ...counts: number[]): StoredBatch[] {
  const sealer = new Sealer(encoding)
  return counts.map((count) => {
    const [{ bytes, contentType }] = [...sealer.seal(plainSpans(count), () => ANY_SIZE)] as [Sealed]
    return { endpoint: 'https://collector.example/v1/traces', bytes, contentType, contentEncoding: null, count }
  })
}

const open = ({ bytes, contentType }: StoredBatch) =>
  readBodies({ lane: 'fetch', url: '', bytes, headers: { 'content-type': contentType } })

it.each(['protobuf', 'json'] as const)('%s: one request of several, each with its page view and number', (encoding) => {
  const batches = [...stored(encoding, 2, 1), ...stored(encoding, 3)]
  const { batch, parts } = joinBatches(batches, ANY_SIZE)
  expect([parts, batch.count]).toEqual([batches, 6])
  const apart = batches.flatMap(open)
  const joined = open(batch)
  expect(joined.map(({ spans }) => spans)).toEqual(apart.map(({ spans }) => spans))
  expect(joined.map(({ pageView }) => pageView)).toEqual(apart.map(({ pageView }) => pageView))
  expect(joined.map(({ sequence }) => sequence)).toEqual([0, 2, 0])
})

it('JSON keeps what no number of JavaScript can hold', () => {
  const exact = 2n ** 62n + 1n
  const sealed = [...new Sealer('json').seal([plainSpan({ attributes: { exact, none: Number.NaN } })], () => ANY_SIZE)]
  const batch = { ...stored('json', 1)[0]!, bytes: sealed[0]!.bytes }
  const [{ spans }] = open(joinBatches([batch, batch], ANY_SIZE).batch) as [ReturnType<typeof open>[0]]
  expect(spans).toEqual(open(batch)[0]!.spans)
  expect(JSON.stringify(spans)).toContain(String(exact))
})

it.each(['protobuf', 'json'] as const)('%s: from the front as far as the limit goes, and never none', (encoding) => {
  const batches = stored(encoding, 1, 1, 1, 1)
  const [size] = batches.map(({ bytes }) => bytes.length) as [number]
  const joined = [0, size, size * 2, size * 3.5].map((limit) => joinBatches(batches, limit).parts.length)
  expect(joined).toEqual([1, 1, 2, 3])
  expect(joinBatches(batches, 0).batch).toBe(batches[0])
})

it('another syntax and compressed bytes are not joined', async () => {
  const [first, second] = stored('protobuf', 1, 1) as [StoredBatch, StoredBatch]
  const [json] = stored('json', 1) as [StoredBatch]
  const packed: StoredBatch = { ...second, bytes: (await gzip(second.bytes))!, contentEncoding: 'gzip' }
  expect(joinBatches([first, json, second], ANY_SIZE)).toEqual({ batch: first, parts: [first] })
  expect(joinBatches([first, packed, second], ANY_SIZE)).toEqual({ batch: first, parts: [first] })
  expect(joinBatches([packed, first], ANY_SIZE)).toEqual({ batch: packed, parts: [packed] })
})

it('JSON that cannot be read goes alone, as it is', () => {
  const [good] = stored('json', 1) as [StoredBatch]
  const bad = { ...good, bytes: new TextEncoder().encode('{"resourceSpans":') }
  expect(joinBatches([bad, good], ANY_SIZE)).toEqual({ batch: bad, parts: [bad] })
  expect(joinBatches([good, bad], ANY_SIZE)).toEqual({ batch: good, parts: [good] })
})
