import { isPlatforms, plainThen } from '../lib/native'

/** Bodies below this are sent as they are: gzip's own header and a turn of the event loop cost more than it saves. */
export const COMPRESS_FROM_BYTES = 1024

/** False where the browser has no `CompressionStream`, or a polyfill is in its place or in that of `Response`: those do not fit together. */
export function canCompress(): boolean {
  return isPlatforms(globalThis.CompressionStream, 'CompressionStream') && isPlatforms(globalThis.Response, 'Response')
}

/** The bytes as gzip, or `null` where that fails. Never synchronous: what may have to leave at once is kept raw beside it. */
export function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null> {
  return through(bytes, () => new CompressionStream('gzip'))
}

/** What {@link gzip} was given, or `null`. */
export function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null> {
  return through(bytes, () => new DecompressionStream('gzip'))
}

function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: () => GenericTransformStream,
): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return plainThen(
      new Response(new Blob([bytes]).stream().pipeThrough(stream() as CompressionStream)).arrayBuffer(),
      (buffer: ArrayBuffer) => new Uint8Array(buffer),
      () => null,
    ) as Promise<Uint8Array<ArrayBuffer> | null>
  } catch {
    return Promise.resolve(null)
  }
}
