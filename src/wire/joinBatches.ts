import type { StoredBatch } from '../export/kept'
import { isJson } from '../export/sealer'
import { fromUtf8, toUtf8 } from '../lib/utf8'
import { gunzip, gzip } from './compress'
import type { OtlpRequest } from './otlpMessages'
import { joined } from './protobuf'

const COMPRESSED_SHARE = 1 / 4 // of the bytes that are joined: unpacked they are about eight times as many

/** How many from the front can be one request of at most `limit` bytes: those that are like the first; at least one. */
export function countJoinable(batches: readonly StoredBatch[], limit: number): number {
  const [first] = batches as [StoredBatch]
  const most = first.contentEncoding ? limit * COMPRESSED_SHARE : limit
  let bytes = 0
  const end = batches.findIndex((batch) => {
    bytes += batch.bytes.length
    const isLikeFirst = batch.contentType === first.contentType && batch.contentEncoding === first.contentEncoding
    return bytes > most || !isLikeFirst
  })
  return end < 0 ? batches.length : Math.max(1, end)
}

/** One request of these, which are alike; each keeps its own resource. `null` where one cannot be read. */
export async function joinBatches(batches: readonly StoredBatch[]): Promise<StoredBatch | null> {
  const [first] = batches as [StoredBatch]
  if (batches.length === 1) return first
  try {
    const bodies = first.contentEncoding
      ? await Promise.all(batches.map(({ bytes }) => gunzip(bytes)))
      : batches.map(({ bytes }) => bytes)
    if (!bodies.every((body) => body !== null)) return null
    // Messages one after the other are one with the lists of all: https://protobuf.dev/programming-guides/encoding/#last-one-wins
    const whole = isJson(first) ? oneJson(bodies) : joined(bodies)
    // Compressed anew: bodies one after the other are gzip as well, but not everybody reads on behind the first.
    const bytes = first.contentEncoding ? await gzip(whole) : whole
    return bytes && { ...first, bytes, count: batches.reduce((sum, { count }) => sum + count, 0) }
  } catch {
    return null
  }
}

function oneJson(bodies: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const requests = bodies.map((body) => JSON.parse(fromUtf8(body)) as OtlpRequest)
  return toUtf8(JSON.stringify({ resourceSpans: requests.flatMap((one) => one.resourceSpans ?? []) }))
}
