import { chromiumPath } from './support/chromiumPath'
import { launchWithTabs } from './support/launchWithTabs'
import { expect, openLab, test } from './support/test'

test('spans leave when another tab comes to the front, and again at the next time', async ({ lab, launchOptions }) => {
  const { context, close } = await launchWithTabs(chromiumPath(launchOptions))
  try {
    const arrived = (count: number) =>
      lab.collector.waitFor(() => lab.collector.store.spans().length === count && lab.collector.store.spans())
    const page = await context.newPage()
    await openLab(page, lab)
    await page.evaluate(() => {
      api.startTelemetry({ serviceName: 'tabs', batch: { scheduledDelay: 3_600_000 } })
      api.withSpan('first look', () => {})
    })
    const other = await context.newPage()
    await other.bringToFront()
    await arrived(1)

    await page.bringToFront()
    await page.waitForFunction(() => document.visibilityState === 'visible')
    await page.evaluate(() => void api.withSpan('second look', () => {}))
    expect(lab.collector.store.spans()).toHaveLength(1)
    await other.bringToFront()
    expect((await arrived(2)).map(({ name }) => name)).toEqual(['first look', 'second look'])
  } finally {
    await close()
  }
})
