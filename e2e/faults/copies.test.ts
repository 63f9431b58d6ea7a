import { crash } from './supportLeavings'
import {
  beginFlush,
  endMany,
  expectOnce,
  keptCopies,
  manyNames,
  openPage,
  outboxIsOpen,
  turn,
  whenRead,
} from './supportPage'
import { expect, test } from './supportTest'

// A hidden page keeps copies of what would die with it. Whoever comes later takes a page that has not come back for dead.

const TEN_MINUTES_LATER = `<script>{ const { now } = Date; Date.now = () => now() + 660_000 }</script>`

/** As Firefox closes tabs: nobody hears of it. */
const WITHOUT_PAGEHIDE = `<script>addEventListener('pagehide', (event) => event.stopImmediatePropagation(), true)</script>`

test('a span that is open when its page hides and dies without a pagehide arrives later, marked, once @engines', async ({
  page,
  collector,
  context,
}) => {
  await openPage(page, collector, { deferred: false }, WITHOUT_PAGEHIDE)
  await outboxIsOpen(page)
  await page.evaluate(() => void telemetry.startSpan('open'))
  await turn(page, 'hidden')
  await expect.poll(() => keptCopies(page)).toBe(1)
  await page.close()
  expect(collector.requests).toEqual([])
  await openPage(await context.newPage(), collector, {}, TEN_MINUTES_LATER)
  await expectOnce(collector, ['open'])
  expect(collector.spans()[0]?.attributes['codomyrmex.unfinished']).toBe('page_exit')
  expect(collector.spans()[0]?.status.code).toBe('unset')
})

test('a request that would die with its page is kept when the page hides, and arrives once after a crash', async ({
  page,
  collector,
  context,
}) => {
  collector.next({ delay: Number.POSITIVE_INFINITY, takes: false })
  await openPage(page, collector, { compression: 'none' })
  await outboxIsOpen(page)
  await endMany(page, 1, 50_000)
  await beginFlush(page)
  await whenRead(collector, 1)
  await turn(page, 'hidden')
  await expect.poll(() => keptCopies(page)).toBe(1)
  await crash(page)
  expect(collector.exports()).toHaveLength(1)
  await openPage(await context.newPage(), collector, {}, TEN_MINUTES_LATER)
  await expectOnce(collector, manyNames(1))
  expect(collector.exports()).toHaveLength(2)
})
