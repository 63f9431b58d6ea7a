import type { Page } from '@playwright/test'
import { beginFlush, endMany, endSpans, expectOnce, manyNames, openPage, outboxIsOpen, whenRead } from './supportPage'
import { expect, test } from './supportTest'

// Playwright turns the back/forward cache off.
test.use({
  launchOptions: async ({ launchOptions }, use) =>
    use({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
})

const tellReturns = (page: Page) =>
  page.evaluate(() => {
    addEventListener('pageshow', (event) => {
      document.title = event.persisted ? 'came back' : 'loaded again'
    })
  })

async function comeBack(page: Page): Promise<void> {
  await page.goBack({ waitUntil: 'commit' })
  await expect(page).toHaveTitle('came back')
}

test('a page in the back/forward cache has sent what waited, and goes on when it comes back', async ({
  page,
  collector,
}) => {
  const elsewhere = collector.page('<p>elsewhere')
  await openPage(page, collector)
  await outboxIsOpen(page)
  await tellReturns(page)
  for (const visit of ['first', 'second', 'third']) {
    await endSpans(page, visit)
    await page.goto(elsewhere)
    await collector.waitFor(() => collector.spans().some(({ name }) => name === visit))
    await comeBack(page)
  }
  await expectOnce(collector, ['first', 'second', 'third'])
})

test('an open span goes through the back/forward cache and is sent once, when it ends, without a mark', async ({
  page,
  collector,
}) => {
  await openPage(page, collector)
  await outboxIsOpen(page)
  await tellReturns(page)
  await page.evaluate(() => {
    const open = telemetry.startSpan('open')
    addEventListener('end it', () => open.end())
  })
  await page.goto(collector.page('<p>elsewhere'))
  await comeBack(page)
  await page.evaluate(() => void dispatchEvent(new Event('end it')))
  await page.close()
  await expectOnce(collector, ['open'])
  expect(collector.spans()[0]?.attributes['codomyrmex.unfinished']).toBeUndefined()
})

test('a request under way when the page enters the back/forward cache arrives once, whatever becomes of the page', async ({
  page,
  collector,
}) => {
  collector.next({ delay: 400 })
  await openPage(page, collector)
  await outboxIsOpen(page)
  await tellReturns(page)
  await endSpans(page, 'under way')
  await beginFlush(page)
  await whenRead(collector, 1)
  await page.goto(collector.page('<p>elsewhere'))
  await collector.waitFor(() => collector.exports()[0]?.outcome === 'answered')
  await comeBack(page)
  await endSpans(page, 'later')
  await page.close()
  await expectOnce(collector, ['later', 'under way'])
})

test('500 spans leave when the page enters the back/forward cache, each once', async ({ page, collector }) => {
  await openPage(page, collector)
  await outboxIsOpen(page)
  await tellReturns(page)
  await endMany(page, 500)
  await page.goto(collector.page('<p>elsewhere'))
  await comeBack(page)
  await expectOnce(collector, manyNames(500))
})
