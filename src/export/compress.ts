import { plainThen } from '../lib/native'

/** Bodies below this are sent as they are: gzip's own header and a turn of the event loop cost more than it saves. */
export const COMPRESS_FROM_BYTES = 1024

/** False where the browser has no `CompressionStream`. */
export function canCompress(): boolean {
  return typeof CompressionStream === 'function' && typeof Response === 'function'
}

/** The bytes as gzip, or `null` where that fails. Never synchronous: what may have to leave at once is kept raw beside it. */
export function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))
    return plainThen(
      new Response(stream).arrayBuffer(),
      (buffer: ArrayBuffer) => new Uint8Array(buffer),
      () => null,
    ) as Promise<Uint8Array<ArrayBuffer> | null>
  } catch {
    return Promise.resolve(null)
  }
}
