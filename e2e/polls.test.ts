import type { CDPSession, Page } from '@playwright/test'
import { expect, openLab, test } from './support/test'

const FIRST = 2_000 // rounds until everything is compiled and every cache has its size
const MORE = 4_000 // twice

// V8's smallest object has 12 bytes: one that was kept for each round would grow the heap by more than this, both times.
// A table that has got room for more, or a function that was compiled anew, does so once.
const MAX_GROWTH_BYTES = MORE * 12

/** Polls inside one open span, and how many run at once: a timer alone would take 40 s, since each waits for at least 4 ms. */
const POLLS = {
  setTimeout: 20,
  setInterval: 20,
  'a bound MessageChannel': 1,
  queueMicrotask: 1,
  then: 1,
  await: 1,
} as const

declare global {
  /** Lets the polls go on for so many rounds altogether; gives the number of rounds that had not their span. */
  var goOn: (rounds: number) => Promise<number>
}

/** Makes `goOn` of a page. */
function preparePolls(page: Page, kind: string, atOnce: number): Promise<void> {
  return page.evaluate(
    ([kind, atOnce]) => {
      const own = async () => {}
      const { port1, port2 } = new MessageChannel()
      const schedule: Record<string, (next: () => void) => void> = {
        setTimeout: (next) => void setTimeout(next),
        then: (next) => void Promise.resolve().then(next),
        queueMicrotask: (next) => queueMicrotask(next),
        'a bound MessageChannel': (next) => {
          port1.onmessage = api.bind(next) // messages have no context by themselves
          port2.postMessage(null)
        },
      }
      /** Calls `step` once a round until it gives `false`. */
      const run: Record<string, (step: () => boolean) => void> = {
        async await(step) {
          do await own()
          while (step())
        },
        setInterval(step) {
          const id = setInterval(() => {
            if (!step()) clearInterval(id)
          })
        },
      }
      const reschedule = (step: () => boolean) => {
        const round = () => {
          if (step()) schedule[kind]?.(round)
        }
        schedule[kind]?.(round)
      }
      api.startTelemetry({ serviceName: 'polls', processors: [] })
      const span = api.startSpan('poll')
      globalThis.goOn = (rounds) =>
        new Promise((resolve) => {
          let lost = 0
          let running = atOnce
          for (let poll = 0; poll < atOnce; poll++) {
            let left = rounds / atOnce
            const step = () => {
              if (api.getCurrentSpan() !== span) lost++
              if (--left > 0) return true
              if (--running === 0) resolve(lost)
              return false
            }
            api.withContext(span, () => (run[kind] ?? reschedule)(step))
          }
        })
    },
    [kind, atOnce] as const,
  )
}

/** The heap after a collection, and how many zones there are. */
async function measure(session: CDPSession): Promise<{ usedSize: number; zones: number }> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const { result: prototype } = await session.send('Runtime.evaluate', { expression: 'Zone.prototype' })
  const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: prototype.objectId ?? '' })
  const { result } = await session.send('Runtime.callFunctionOn', {
    functionDeclaration: 'function () { return this.length }',
    objectId: objects.objectId ?? '',
  })
  await session.send('Runtime.releaseObject', { objectId: objects.objectId ?? '' })
  await session.send('HeapProfiler.collectGarbage')
  return { usedSize, zones: result.value as number }
}

for (const [kind, atOnce] of Object.entries(POLLS))
  test(`polls by ${kind} keep their span for ten thousand rounds, and neither zones nor the heap grow`, async ({
    page,
    lab,
  }) => {
    await openLab(page, lab)
    const session = await page.context().newCDPSession(page)
    await preparePolls(page, kind, atOnce)
    const goOn = (rounds: number) => page.evaluate((rounds) => globalThis.goOn(rounds), rounds)
    const lost = [await goOn(FIRST)]
    const start = await measure(session)
    lost.push(await goOn(MORE))
    const middle = await measure(session)
    lost.push(await goOn(MORE))
    const end = await measure(session)
    expect(lost).toEqual([0, 0, 0])
    expect([middle.zones, end.zones]).toEqual([start.zones, start.zones])
    const growth = Math.min(middle.usedSize - start.usedSize, end.usedSize - middle.usedSize)
    expect(growth).toBeLessThan(MAX_GROWTH_BYTES)
  })
