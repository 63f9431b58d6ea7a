import type { StoredBatch } from '../../src/export/kept'
import { gzip } from '../../src/wire/compress'
import type { Incoming } from '../export/fakeCollector'

/** The stored body as a collector gets it. */
export const incomingOf = ({ bytes, contentType, contentEncoding }: StoredBatch): Incoming => ({
  lane: 'fetch',
  url: '',
  bytes,
  headers: { 'content-type': contentType, ...(contentEncoding && { 'content-encoding': contentEncoding }) },
})

export async function packed(batch: StoredBatch): Promise<StoredBatch> {
  return { ...batch, bytes: (await gzip(batch.bytes))!, contentEncoding: 'gzip' }
}
