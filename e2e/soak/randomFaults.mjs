// @ts-check
import { setTimeout as wait } from 'node:timers/promises'

/** @typedef {import('../support/hostileCollector/contract').Behaviour} Behaviour */
/** @typedef {import('../support/hostileCollector/contract').HostileCollector} HostileCollector */
/** @typedef {import('playwright').Page} Page */

/** A repeatable source of numbers from 0 to 1 (mulberry32). @param {number} seed */
function seededRandom(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** @typedef {readonly [name: string, percent: number, behaviour: (random: () => number) => Behaviour]} Fault */

/** The exports and preflights that meet none of these are served well. @type {readonly Fault[]} */
const EXPORT_FAULTS = [
  ['delayed', 8, (random) => ({ delay: 50 + random() * 2000 })],
  ['reset at once', 5, () => ({ cut: 'at once' })],
  ['reset unanswered', 2, () => ({ cut: 'unanswered' })],
  ['taken, then reset', 2, () => ({ cut: 'unanswered', takes: true })],
  ['cut within the answer', 1, () => ({ cut: 'within the answer' })],
  ['half-closed', 1, () => ({ cut: 'half-closed' })],
  ['429 with Retry-After', 4, () => ({ status: 429, retryAfter: 1 })],
  ['503', 3, () => ({ status: 503 })],
  ['502 until a date', 1, () => ({ status: 502, retryAfter: new Date(Date.now() + 2000) })],
  ['500', 0.5, () => ({ status: 500 })],
  ['400', 1, () => ({ status: 400 })],
  ['partial success', 2, (random) => ({ reject: 1 + Math.floor(random() * 5) })],
]
/** @type {readonly Fault[]} */
const PREFLIGHT_FAULTS = [
  ['preflight delayed', 10, (random) => ({ delay: 50 + random() * 1000 })],
  ['preflight refused', 2, () => ({ status: 403 })],
]
/** @typedef {readonly [name: string, from: number, until: number, behaviour: Behaviour]} Refusal */

/**
 * What the collector does not take for a while, from one share of the run until another. In this order: where protobuf is refused the page
 * goes on with JSON in gzip, where gzip is refused with JSON as it is, and that is too large then.
 * @type {readonly Refusal[]}
 */
const REFUSALS = [
  ['415 to protobuf', 0.3, 0.4, { protobuf: false }],
  ['415 to gzip', 0.5, 0.65, { gzip: false }],
  ['413', 0.8, 0.9, { maxBytes: 6000 }],
]
const PREFLIGHT_MAX_AGE_S = 5 // so that they keep coming
const PAUSE_MS = { shortest: 3000, longest: 20_000 } // between two outages
const OUTAGE_MS = { shortest: 200, longest: 5000 } // the longest is a batch delay: a thousand spans wait
const SHOWN_MS = { shortest: 5000, longest: 30_000 } // between two hides
const HIDDEN_MS = { shortest: 20, longest: 400 } // every span leaves by itself then, or is a body of its own in the outbox

/**
 * Faults of every kind, from one seed, until stopped.
 * @param {HostileCollector} collector
 * @param {Page} page of the soak
 * @param {number} seed
 * @param {{ minutes: number, harsh: boolean }} run how long it is, and whether bodies are refused and the page hides
 */
export function startFaults(collector, page, seed, { minutes, harsh }) {
  const context = page.context()
  const startedAt = performance.now()
  const random = seededRandom(seed)
  /** @type {Map<string, number>} */
  const counts = new Map()
  const count = (/** @type {string} */ what) => counts.set(what, (counts.get(what) ?? 0) + 1)
  const between = (/** @type {number} */ low, /** @type {number} */ high) => low + random() * (high - low)
  const stopping = new AbortController()

  collector.always((request) =>
    request.method === 'OPTIONS' ? {} : { ...pick(EXPORT_FAULTS), ...(harsh && refusal()) },
  )
  collector.alwaysPreflight(() => ({ maxAge: PREFLIGHT_MAX_AGE_S, ...pick(PREFLIGHT_FAULTS) }))
  const loops = [runOutages(), ...(harsh ? [runHides()] : [])]
  for (const loop of loops) loop.catch(() => {}) // `stop` tells; a page that is gone must not hide why

  return {
    counts,
    /** Everything is well again when this resolves. */
    async stop() {
      stopping.abort()
      await Promise.all(loops)
      collector.always({})
      collector.alwaysPreflight({})
    },
  }

  /** @param {readonly Fault[]} faults @returns {Behaviour} */
  function pick(faults) {
    let drawn = random() * 100
    for (const [name, percent, behaviour] of faults) {
      drawn -= percent
      if (drawn >= 0) continue
      count(name)
      return behaviour(random)
    }
    return {}
  }

  /** What is not taken now. @returns {Behaviour} */
  function refusal() {
    const share = (performance.now() - startedAt) / (minutes * 60_000)
    const [name, , , behaviour] = REFUSALS.find(([, from, until]) => share >= from && share < until) ?? []
    if (name) count(`exports while ${name}`)
    return behaviour ?? {}
  }

  async function runHides() {
    while (await rest(between(SHOWN_MS.shortest, SHOWN_MS.longest))) {
      count('hidden')
      await page.evaluate(() => globalThis.soak.turn('hidden'))
      await rest(between(HIDDEN_MS.shortest, HIDDEN_MS.longest))
      await page.evaluate(() => globalThis.soak.turn('visible'))
    }
  }

  async function runOutages() {
    for (;;) {
      if (!(await rest(between(PAUSE_MS.shortest, PAUSE_MS.longest)))) return
      const isOffline = random() < 0.5
      count(isOffline ? 'offline' : 'collector down')
      await (isOffline ? context.setOffline(true) : collector.goDown(collector.otherUrl))
      await rest(between(OUTAGE_MS.shortest, OUTAGE_MS.longest))
      await (isOffline ? context.setOffline(false) : collector.comeUp())
    }
  }

  /** @param {number} ms @returns {Promise<boolean>} whether it was not cut short */
  function rest(ms) {
    const { signal } = stopping
    return wait(ms, true, { signal }).catch(() => false)
  }
}
