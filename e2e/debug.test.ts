import { allSaid, expect, test } from './support/test'

test('data-debug writes traces to the console, also those of before their part came, and exports them all the same @engines', async ({
  page,
  lab,
}) => {
  const lines: string[] = []
  page.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`))
  const tag = `<script type="module" src="/telemetry.min.js" data-service-name="shop" data-debug data-batch-scheduled-delay="1"></script>`
  await page.goto(lab.page(tag))
  await page.evaluate(async () => {
    const { withSpan } = (await import('/telemetry.min.js' as string)) as typeof import('@codomyrmex/telemetry')
    await withSpan('add to cart', async () => {
      await fetch('/lab/status/503')
    })
  })
  const hasRequest = () => lines.some((line) => /GET 503 http.*\/lab\/status\/503/.test(line))
  await expect.poll(hasRequest, { message: `the request is written; there is ${lines}` }).toBe(true)
  const title = lines.findIndex((line) =>
    /roupCollapsed: \[telemetry\] add to cart .* 2 spans, trace [0-9a-f]{32}$/.test(line),
  )
  expect(lines.slice(title + 1, title + 3).map((line) => line.replace(/ +[\d.]+ ms.*/, ''))).toEqual([
    'log: add to cart',
    `log:   GET 503 ${lab.url}/lab/status/503 ✗`,
  ])
  await lab.collector.waitFor(() => lab.collector.store.spans().length === 2)
})

test('without it nothing is written', async ({ page, lab, told }) => {
  const tag = `<script type="module" src="/telemetry.min.js" data-service-name="shop" data-batch-scheduled-delay="1"></script>`
  await page.goto(lab.page(tag))
  await page.evaluate(async () => {
    const { withSpan } = (await import('/telemetry.min.js' as string)) as typeof import('@codomyrmex/telemetry')
    withSpan('add to cart', () => {})
  })
  await lab.collector.waitFor(() => lab.collector.store.spans().length === 1)
  await allSaid(page)
  expect(told).toEqual([])
})
