const MEBIBYTE = 2 ** 20

/** A mebibyte of it, over and over: what starts anew at each takes minutes, unless its time is in proportion. */
export const mebibyteOf = (piece: string): string => piece.repeat(MEBIBYTE / piece.length)

/** The same of bytes. */
export const mebibyteOfBytes = (...pieces: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: MEBIBYTE }, (_, at) => pieces[at % pieces.length]!)
