import type { OtlpRequest } from './otlpReader'
import type { StoredBatch } from './outboxStore'
import { isJson } from './sealer'

/**
 * One request of as many batches, from the front, as have the syntax of the first, are not compressed, and are at most `limit` bytes
 * together; at least the first. Each keeps its own resource. Batches that it could not read are not joined.
 */
export function joinBatches(
  batches: readonly StoredBatch[],
  limit: number,
): { readonly batch: StoredBatch; readonly parts: readonly StoredBatch[] } {
  const [first] = batches as [StoredBatch]
  const alone = { batch: first, parts: [first] }
  let bytes = 0
  const isPart = (batch: StoredBatch) => {
    bytes += batch.bytes.length
    return bytes <= limit && batch.contentType === first.contentType && !batch.contentEncoding
  }
  const end = batches.findIndex((batch) => !isPart(batch))
  const parts = batches.slice(0, end < 0 ? batches.length : end)
  if (parts.length < 2) return alone
  try {
    const count = parts.reduce((sum, part) => sum + part.count, 0)
    const bodies = parts.map((part) => part.bytes)
    return { batch: { ...first, bytes: isJson(first) ? oneJson(bodies) : oneProtobuf(bodies), count }, parts }
  } catch {
    return alone
  }
}

function oneJson(bodies: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const requests = bodies.map((body) => JSON.parse(new TextDecoder().decode(body)) as OtlpRequest)
  return new TextEncoder().encode(JSON.stringify({ resourceSpans: requests.flatMap((one) => one.resourceSpans ?? []) }))
}

/** [Messages one after the other](https://protobuf.dev/programming-guides/encoding/#last-one-wins) are one with the lists of all. */
function oneProtobuf(bodies: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const request = new Uint8Array(bodies.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const body of bodies) {
    request.set(body, at)
    at += body.length
  }
  return request
}
