// @vitest-environment node
import { describe, expect, it, vi } from 'vitest'
import type { StoredBatch } from '../../src/export/kept'
import { OUTBOX_NAME } from '../../src/export/kept'
import { FakeCollector, type Incoming, readBodies } from '../export/fakeCollector'
import { type FakePage, newSite, newWholeSite, type Site } from '../export/fakePage'
import {
  begin,
  calmDown,
  ENDPOINTS,
  live,
  lostOf,
  misnumbered,
  playInFakeTime,
  type Run,
  seeds,
  sum,
} from '../export/randomPage'
import { createRandom, type Random } from '../support/random'
import { incomingOf } from '../wire/storedBody'

playInFakeTime()

const idsIn = (requests: readonly Incoming[]) => requests.flatMap(readBodies).flatMap(({ ids }) => ids)

/** The spans that stand in the database and in local storage, read past the outbox. */
async function storedIn({ indexedDB, local = {} }: Site): Promise<string[]> {
  const bodies: StoredBatch[] = []
  for (const [name, text] of Object.entries(local) as [string, string][]) {
    if (!name.startsWith(OUTBOX_NAME)) continue
    const [, rest, base64] = JSON.parse(text)
    bodies.push({ ...rest, bytes: Buffer.from(base64, 'base64') })
  }
  if (indexedDB && (await indexedDB.databases()).length > 0) {
    const database = await resultOf(indexedDB.open(OUTBOX_NAME))
    const store = database.transaction('batches').objectStore('batches')
    bodies.push(...(await resultOf<StoredBatch[]>(store.getAll(IDBKeyRange.lowerBound([])))))
    database.close()
  }
  return idsIn(bodies.map(incomingOf))
}

async function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  await new Promise((resolve, reject) => {
    request.onsuccess = resolve
    request.onerror = reject
  })
  return request.result
}

/** The same while timers are fake. */
async function storedNow(site: Site): Promise<string[]> {
  let ids: string[] | null = null
  void storedIn(site).then((found) => {
    ids = found
  })
  // Its database answers one request in a millisecond.
  for (let i = 0; i < 300 && !ids; i++) await vi.advanceTimersByTimeAsync(1000)
  return ids ?? ['the database does not answer']
}

/** Watches what leaves of users who are gone. */
function watch({ page, started, processor, clear }: Run) {
  const gone = new Set<string>()
  let asked = 0
  let armed = 0
  const found: string[] = []
  const isOld = (id: string) => gone.has(id)
  const look = () => {
    found.push(...idsIn(page.asked.slice(asked)).filter(isOld))
    found.push(...idsIn(page.deferred.slice(armed).map(({ incoming }) => incoming)).filter(isOld))
    asked = page.asked.length
    armed = page.deferred.length
  }
  return {
    gone,
    /** All that is found of them, in requests that were begun, armed or left armed after they had gone. */
    found() {
      look()
      return found
    },
    /** Resolves as the processor's does. */
    logout(): Promise<void> {
      look()
      for (const id of started) gone.add(id)
      const cleared = clear()
      if (processor.stored > 0) found.push(`${processor.stored} stay stored`)
      found.push(...page.deferred.flatMap(({ isCancelled }) => (isCancelled ? [] : ['one stays armed'])))
      return cleared
    },
  }
}

/** At once, some microtasks into whatever was begun, and among the listeners of a hide, once or twice. */
function logouts(logout: () => Promise<void>, random: Random, page: FakePage): Record<string, () => unknown> {
  return {
    logout: () => void logout(),
    'logout soon': async () => {
      for (let i = random.below(20); i > 0; i--) await null
      void logout()
    },
    'logout, then again': () => {
      void logout()
      void logout()
    },
    'logout in the next hide': () =>
      page.document.addEventListener('visibilitychange', () => void logout(), { once: true }),
  }
}

const siteOf = (random: Random) => random.pick([() => newSite(false), () => newSite(), newWholeSite])()

describe('after clearOutbox()', () => {
  it.each(seeds)(
    'nothing of the old user is sent or stored, and every span is counted once (seed %i)',
    async (seed) => {
      const random = createRandom(seed)
      const site = siteOf(random)
      const run = await begin(random, new FakeCollector(), site)
      const { page, processor, dropped, ended, log } = run
      if (random.next() < 0.3) vi.stubGlobal('navigator', { ...page.navigator, vendor: 'Apple Computer, Inc.' })
      const watched = watch(run)
      await live(run, 80, undefined, logouts(watched.logout, random, page))
      const cleared = watched.logout()
      await vi.advanceTimersByTimeAsync(5000)
      await cleared
      expect(
        (await storedNow(site)).filter((id) => watched.gone.has(id)),
        log.join(),
      ).toEqual([])
      await live(run, 20)
      await calmDown(page)
      run.end(10)
      await calmDown(page)
      expect([lostOf(run).includes([...ended].at(-1)!), dropped.outbox_cleared ?? 0], log.join()).toEqual([
        false,
        expect.toSatisfy((cleared: number) => cleared <= watched.gone.size),
      ])
      expect(watched.found(), log.join()).toEqual([])
      expect({ queued: processor.queued, stored: processor.stored }, log.join()).toEqual({ queued: 0, stored: 0 })
      expect(processor.exported + sum(dropped), log.join()).toBe(ended.size)
      const lost = lostOf(run)
      // One whose answer was lost, or which arrived and was taken back, may be counted as dropped.
      expect(sum(dropped)).toBeGreaterThanOrEqual(lost.length)
      expect(sum(dropped) - lost.length, log.join()).toBeLessThanOrEqual(page.collector.unheard.size)
      expect(misnumbered(page.collector)).toEqual([])
      await processor.shutdown()
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  it.each(seeds)('the next page sends nothing of the old user, whenever this one is left (seed %i)', async (seed) => {
    const random = createRandom(seed)
    const site = siteOf(random)
    const collector = new FakeCollector()
    const endpoint = random.pick(ENDPOINTS)
    const run = await begin(random, collector, site, endpoint)
    const watched = watch(run)
    await live(run, 30)
    run.page.comeBack()
    await vi.advanceTimersByTimeAsync(random.pick([0, 50, 5000]))
    void watched.logout()
    await live(run, random.below(4))
    run.page.leave(false)
    await run.page.die()
    expect(watched.found(), run.log.join()).toEqual([])
    const next = await begin(random, collector, site, endpoint)
    await calmDown(next.page)
    expect(
      idsIn(next.page.asked).filter((id) => watched.gone.has(id)),
      run.log.join(),
    ).toEqual([])
    expect(await storedNow(site)).toEqual([])
  })
})

describe('where consent is taken back', () => {
  it.each(seeds)(
    'what was stored is removed, nothing is stored, and every span is counted once (seed %i)',
    async (seed) => {
      const random = createRandom(seed)
      const site = random.pick([() => newSite(), newWholeSite])()
      const collector = new FakeCollector()
      const endpoint = random.pick(ENDPOINTS)
      let agrees = random.next() < 0.7
      const consent = () => agrees
      const run = await begin(random, collector, site, endpoint, { outbox: { consent } })
      const { page, processor, dropped, ended, log } = run
      const change = () => {
        agrees = !agrees
        log.push(String(agrees))
      }
      await live(run, 60, undefined, { change })
      agrees = false
      page.comeBack()
      run.end(10)
      await vi.advanceTimersByTimeAsync(40_000) // it is exported, perhaps behind slow answers, and so asked for
      expect(await storedNow(site), log.join()).toEqual([])
      await live(run, 20)
      page.comeBack()
      await vi.advanceTimersByTimeAsync(1000)
      expect(await storedNow(site), log.join()).toEqual([])
      await calmDown(page)
      expect({ queued: processor.queued, stored: processor.stored }, log.join()).toEqual({ queued: 0, stored: 0 })
      expect(processor.exported + sum(dropped), log.join()).toBe(ended.size)
    },
  )
})
