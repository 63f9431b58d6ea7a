// @ts-check
const MB = 1024 * 1024
const FLAT_BYTES = 0.5 * MB // what waits for a collector in trouble comes and goes by about so much

/**
 * Samples of what a page keeps after a garbage collection: its heap, and the encoded bodies, which lie outside of it.
 * @param {import('playwright').Page} page
 */
export async function watchHeap(page) {
  const session = await page.context().newCDPSession(page)
  const startedAt = performance.now()
  /** @type {{ minute: number, bytes: number }[]} */
  const samples = []
  return {
    samples,
    async sample() {
      await session.send('HeapProfiler.collectGarbage')
      const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage')
      const bytes = usedSize + (backingStorageSize ?? 0)
      samples.push({ minute: (performance.now() - startedAt) / 60_000, bytes })
    },
    tell: () => tellHeap(samples),
  }
}

/** The slope leaves the first quarter out, in which everything is met for the first time. @param {{ minute: number, bytes: number }[]} samples */
function tellHeap(samples) {
  const settled = samples.slice(Math.floor(samples.length / 4))
  const slope = slopeOf(settled)
  const minutes = (settled.at(-1)?.minute ?? 0) - (settled[0]?.minute ?? 0)
  const list = samples.map(({ bytes }) => (bytes / MB).toFixed(2)).join(' ')
  const isFlat = slope * minutes < FLAT_BYTES
  const verdict = isFlat ? 'flat' : 'GROWS'
  return { isFlat, text: `heap after GC, MB: ${list}; slope ${(slope / 1024).toFixed(1)} KB a minute: ${verdict}` }
}

/** Least squares, in bytes a minute. @param {{ minute: number, bytes: number }[]} samples */
function slopeOf(samples) {
  const mean = (/** @type {number[]} */ list) => list.reduce((sum, value) => sum + value, 0) / list.length
  const x = mean(samples.map(({ minute }) => minute))
  const y = mean(samples.map(({ bytes }) => bytes))
  const rise = samples.reduce((sum, { minute, bytes }) => sum + (minute - x) * (bytes - y), 0)
  const run = samples.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0)
  return run > 0 ? rise / run : 0
}
