export const VARINT = 0
export const FIXED64 = 1
export const LENGTH = 2
export const FIXED32 = 5
const MAX_VARINT_BYTES = 10 // a longer one would be put together in time that grows with its square

/**
 * Calls back with each field of one [protobuf](https://protobuf.dev/programming-guides/encoding/) message in its order: its number,
 * and the bytes of its value as they are on the wire, without their length. Throws at bytes that are no message.
 */
export function readMessage(bytes: Uint8Array, found: (field: number, value: Uint8Array) => void): void {
  let at = 0
  const take = (length: number) => {
    at += length
    if (at > bytes.length) throw new Error('cut off')
    return bytes.subarray(at - length, at)
  }
  const takeVarint = () => {
    let length = 1
    while (length < MAX_VARINT_BYTES && (bytes[at + length - 1] as number) > 127) length++
    return take(length)
  }
  while (at < bytes.length) {
    const tag = Number(varintOf(takeVarint()))
    const type = tag % 8
    let value: Uint8Array
    if (type === VARINT) value = takeVarint()
    else if (type === LENGTH) value = take(Number(varintOf(takeVarint())))
    else if (type === FIXED64) value = take(8)
    else if (type === FIXED32) value = take(4)
    else throw new Error('no protobuf')
    found(Math.floor(tag / 8), value)
  }
}

/** Not negative: a negative number comes as its two's complement in 64 bits. */
export function varintOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 7n) | BigInt(byte & 127), 0n)
}

/** The same for a number that is not negative. */
export function toVarint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Uint8Array.of(...bytes, Number(rest))
}

/** One after the other. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
