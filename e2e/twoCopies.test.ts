import type { Page } from '@playwright/test'
import type { Lab } from './support/startLab'
import { allSaid, expect, test } from './support/test'
import { WATCH_PAGE } from './support/watchPage'

declare global {
  /** The same file from two URLs: two copies of everything in it. */
  var copies: readonly typeof import('@codomyrmex/telemetry')[]
}

const SECOND_DECLINES = 'warning: [telemetry] startTelemetry() was called again; the new options are ignored.'

async function openCopies(page: Page, lab: Lab): Promise<void> {
  await page.goto(
    lab.page(`${WATCH_PAGE}<script type="module">
      import * as first from '/telemetry.min.js'
      import * as second from '/telemetry.min.js?second'
      globalThis.copies = [first, second]
    </script>`),
  )
}

test('of two copies the second declines with one sentence, and both speak to one telemetry @engines', async ({
  page,
  lab,
  told,
}) => {
  await openCopies(page, lab)
  const seen = await page.evaluate(async () => {
    const [first, second] = copies as [(typeof copies)[0], (typeof copies)[0]]
    const telemetry = first.startTelemetry({ serviceName: 'first', batch: { scheduledDelay: 1 } })
    const again = [second.startTelemetry({ serviceName: 'second' }), second.startTelemetry({ serviceName: 'third' })]
    const own = async () => {}
    const both = () => [first.getCurrentSpan(), second.getCurrentSpan()]
    const isBoth = (span: unknown) => both().every((current) => current === span)
    const seen = await first.withSpan('outer of the first', async (outer) => {
      await own()
      const inner = await second.withSpan('inner of the second', async (span) => {
        await own()
        const isCurrent = isBoth(span)
        await fetch('/lab/echo')
        return isCurrent && isBoth(span)
      })
      return { inner, outer: isBoth(outer) }
    })
    await second.withSpan('root of the second', async () => {
      await own()
      first.startSpan('child of the first').end()
    })
    await telemetry.forceFlush()
    return { ...seen, isOne: again.every((handle) => handle === telemetry), isNone: isBoth(null) }
  })
  expect(seen).toEqual({ inner: true, outer: true, isOne: true, isNone: true })
  await allSaid(page)
  expect(told).toEqual([SECOND_DECLINES])

  const spans = lab.collector.store.spans()
  const parentOf = (id: string | null) => spans.find(({ spanId }) => spanId === id)?.name ?? id
  const byName = spans.map(({ name, parentSpanId, service }) => `${service}: ${name} < ${parentOf(parentSpanId)}`)
  expect(byName.sort()).toEqual([
    'first: GET < inner of the second',
    'first: child of the first < root of the second',
    'first: inner of the second < outer of the first',
    'first: outer of the first < null',
    'first: root of the second < null',
  ])
})

for (const who of ['first', 'second'])
  test(`shutdown() by the ${who} of two copies leaves the page as it was @engines`, async ({ page, lab }) => {
    await openCopies(page, lab)
    const seen = await page.evaluate(async (who) => {
      const [first, second] = copies as [(typeof copies)[0], (typeof copies)[0]]
      const handles = {
        first: first.startTelemetry({ serviceName: 'first', processors: [] }),
        second: second.startTelemetry({ serviceName: 'second', processors: [] }),
      }
      await first.withSpan('first', () => second.withSpan('second', () => (async () => {})()))
      const during = changedPlaces().length
      await handles[who as 'first' | 'second'].shutdown()
      return { during, after: changedPlaces() }
    }, who)
    expect(seen.during).toBeGreaterThan(10)
    expect(seen.after).toEqual([])
  })

test('after the shutdown() of the first copy the second one can be started @engines', async ({ page, lab }) => {
  await openCopies(page, lab)
  const seen = await page.evaluate(async () => {
    const [first, second] = copies as [(typeof copies)[0], (typeof copies)[0]]
    await first.startTelemetry({ serviceName: 'first', processors: [] }).shutdown()
    const telemetry = second.startTelemetry({ serviceName: 'second', processors: [] })
    const isKept = await second.withSpan('work', async (span) => {
      await (async () => {})()
      await new Promise((resolve) => setTimeout(resolve))
      return first.getCurrentSpan() === span
    })
    const { started } = telemetry.stats()
    await telemetry.shutdown()
    return { isKept, started, after: changedPlaces() }
  })
  expect(seen).toEqual({ isKept: true, started: 1, after: [] })
})

test('two micro-frontends with createTelemetry() of their own copies keep their spans, and leave the page as it was @engines', async ({
  page,
  lab,
  told,
}) => {
  await openCopies(page, lab)
  const seen = await page.evaluate(async () => {
    const frontends = copies.map((copy, index) => copy.createTelemetry({ serviceName: `${index}`, processors: [] }))
    const kept = await Promise.all(
      frontends.map((telemetry) =>
        telemetry.withSpan('work', async (span) => {
          for (let i = 0; i < 5; i++) await (async () => {})()
          return telemetry.getCurrentSpan() === span
        }),
      ),
    )
    for (const telemetry of frontends) await telemetry.shutdown()
    return { kept, after: changedPlaces() }
  })
  expect(seen).toEqual({ kept: [true, true], after: [] })
  await allSaid(page)
  expect(told).toEqual([])
})
