/** Work that is done again and again, and how often between two looks at the clock. */
export interface Work {
  readonly callsAtOnce: number
  call(): void
}

/** One implementation, as the harness sees it. The same rows for all; each page prepares one of them alone. */
export interface Contestant {
  readonly rows: Readonly<Record<string, () => Work>>
  /** Bytes of the encoded spans of the row that was prepared last; 0 for other rows. */
  bytes(): number
  /** Makes this many ended spans of 5 attributes and keeps them. */
  hold(count: number): void
}

declare global {
  var contestant: { prepare(row: string): void; block(ms: number): number; bytes(): number; hold(count: number): void }
}

/** Puts an implementation where the harness finds it, with a loop of its own: its calls share no inline cache with another's. */
export function enter({ rows, bytes, hold }: Contestant): void {
  let work: Work | null = null
  globalThis.contestant = {
    prepare(row) {
      work = rows[row]?.() ?? null
      if (!work) throw new Error(`no row is called ${row}`)
    },
    block: (ms) => timeBlock(work as Work, ms),
    bytes,
    hold,
  }
}

/** Nanoseconds per call. */
function timeBlock(work: Work, ms: number): number {
  const start = performance.now()
  let calls = 0
  let now = start
  do {
    for (let i = 0; i < work.callsAtOnce; i++) work.call()
    calls += work.callsAtOnce
    now = performance.now()
  } while (now - start < ms)
  return ((now - start) * 1e6) / calls
}
