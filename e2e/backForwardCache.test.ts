import { expect, openLab, test } from './support/test'

// Playwright turns the back/forward cache off.
test.use({
  launchOptions: async ({ launchOptions }, use) =>
    use({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
})

test('a page that comes back from the back/forward cache flushes again when it is left again', async ({
  page,
  lab,
}) => {
  const arrived = (count: number) =>
    lab.collector.waitFor(() => lab.collector.store.spans().length === count && lab.collector.store.spans())
  const elsewhere = lab.page('<p>elsewhere')
  await openLab(page, lab)
  await page.evaluate(() => {
    api.startTelemetry({ serviceName: 'cached', batch: { scheduledDelay: 3_600_000 } })
    api.withSpan('first visit', () => {})
    addEventListener('pageshow', (event) => {
      document.title = event.persisted ? 'came back' : 'loaded again'
    })
  })
  await page.goto(elsewhere)
  await arrived(1)

  await page.goBack({ waitUntil: 'commit' })
  await expect(page).toHaveTitle('came back')
  await page.evaluate(() => void api.withSpan('second visit', () => {}))
  expect(lab.collector.store.spans()).toHaveLength(1)

  await page.goto(elsewhere)
  expect((await arrived(2)).map(({ name }) => name)).toEqual(['first visit', 'second visit'])
})

test('a page that comes back has not loaded again, and what it does then is not below its load', async ({
  page,
  lab,
}) => {
  const arrived = (name: string) =>
    lab.collector.waitFor(() => lab.collector.store.spans().find((span) => span.name === name))
  await openLab(page, lab)
  await page.evaluate(() => {
    api.startTelemetry({ serviceName: 'cached', batch: { scheduledDelay: 100 }, instrument: { load: true } })
    addEventListener('pageshow', (event) => {
      document.title = event.persisted ? 'came back' : 'loaded again'
    })
  })
  await arrived('documentFetch')
  await page.goto(lab.page('<p>elsewhere'))
  await page.goBack({ waitUntil: 'commit' })
  await expect(page).toHaveTitle('came back')
  await page.evaluate(() => void api.withSpan('second visit', () => {}))
  expect((await arrived('second visit')).parentSpanId).toBe(null)
  expect(lab.collector.store.spans().filter(({ name }) => name === 'documentLoad')).toHaveLength(1)
})
