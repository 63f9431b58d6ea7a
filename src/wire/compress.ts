import { isPlatforms, plainThen } from '../lib/native'

/** Bodies below this are sent as they are: gzip's own header and a turn of the event loop cost more than it saves. */
export const COMPRESS_FROM_BYTES = 1024

type Bytes = Uint8Array<ArrayBuffer>
type Stream = 'CompressionStream' | 'DecompressionStream'

/**
 * False where the browser has no such stream, or a polyfill stands in its place or beside it: those do not fit together. The platform's
 * `Response` takes the stream of a polyfill for a text, and gives the bytes of `[object Object]`.
 */
export function canCompress(by: Stream = 'CompressionStream'): boolean {
  const isWhole = (name: Stream | 'Response' | 'Blob') => isPlatforms(globalThis[name], name)
  return isWhole(by) && isWhole('Response') && isWhole('Blob')
}

/** The bytes as gzip, or `null` where that fails. Never synchronous: what may have to leave at once is kept raw beside it. */
export function gzip(bytes: Bytes): Promise<Bytes | null> {
  return through(bytes, 'CompressionStream')
}

/** What {@link gzip} was given, or `null`. */
export function gunzip(bytes: Bytes): Promise<Bytes | null> {
  return through(bytes, 'DecompressionStream')
}

function through(bytes: Bytes, by: Stream): Promise<Bytes | null> {
  try {
    if (canCompress(by))
      return plainThen(
        new Response(new Blob([bytes]).stream().pipeThrough(new globalThis[by]('gzip'))).arrayBuffer(),
        (buffer: ArrayBuffer) => new Uint8Array(buffer),
        () => null,
      ) as Promise<Bytes | null>
  } catch {
    // out of memory, or a method of somebody's
  }
  return Promise.resolve(null)
}
