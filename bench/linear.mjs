// @ts-check
// What reads text or bytes of others, with 16 KiB of a hostile piece and doubled up to a mebibyte: the time of each letter must not grow.
import vm from 'node:vm'
import { bundle } from './support/bundle.mjs'

const KIB = 1024
const SIZES = [16, 32, 64, 128, 256, 512, 1024]

/** @param {(line: string) => void} log */
export async function linear(log) {
  vm.runInThisContext(await bundle('apps/readers.ts'))
  const { readings, timeOf } = /** @type {{ readers: import('./apps/readers.ts').Readers }} */ (
    /** @type {unknown} */ (globalThis)
  ).readers
  console.warn = () => {} // a reader tells what it refuses, a mebibyte of it too
  /** @type {Map<string, { piece: string, perKib: number[], pieces: number }>} */
  const worst = new Map()
  for (const [reader, piece] of readings) {
    const perKib = []
    for (const size of SIZES) perKib.push((await timeOf(reader, piece, size * KIB)) / size)
    const known = worst.get(reader)
    if (!known) log(`reading: ${reader}`)
    const isWorse = !known || growthOf(perKib) > growthOf(known.perKib)
    worst.set(reader, { ...(isWorse ? { piece, perKib } : known), pieces: (known?.pieces ?? 0) + 1 })
  }
  return [
    {
      title: 'Hostile input, doubled (Node)',
      about:
        'Microseconds for each KiB, of the piece whose time grows most. Linear is a growth near 1 (what is refused at once, or cut at a ' +
        'length, has less; a larger heap has somewhat more); what goes with the square has 64.',
      columns: ['reader', 'pieces', 'worst piece', ...SIZES.map((size) => `${size} KiB`), 'growth, 16 KiB to 1 MiB'],
      lines: [...worst].map(([reader, { piece, perKib, pieces }]) => [
        reader,
        String(pieces),
        `\`${JSON.stringify(piece)}\``,
        ...perKib.map((ns) => (ns / 1000).toFixed(2)),
        growthOf(perKib).toFixed(2),
      ]),
    },
  ]
}

/** @param {readonly number[]} perKib */
function growthOf(perKib) {
  return (perKib.at(-1) ?? NaN) / (perKib[0] ?? NaN)
}
