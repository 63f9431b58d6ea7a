import { startDemo } from '../demo/server/startDemo.mjs'
import { expect, test } from './support/test'

test('with a collector elsewhere all three pages and the backend send there', async ({ page, lab }) => {
  const demo = await startDemo({ port: 0, collectorUrl: `${lab.otherUrl}/v1/traces`, log: () => {} })
  try {
    await page.goto(`${demo.url}/plain/`)
    await page.locator('#chain').getByRole('button').click()
    await expect(page.locator('#chain .result')).toHaveAttribute('data-outcome', 'done')
    await page.goto(`${demo.url}/react/`)
    await expect(page.getByText('Tea pot')).toBeVisible()
    await page.goto(`${demo.url}/vue/`)
    await expect(page.getByText('7 in stock')).toBeVisible()
    await page.goto(`${demo.url}/`)
    const services = () => new Set(lab.collector.store.spans().map(({ service }) => service))
    await lab.collector.waitFor(() => services().size === 4)
    expect([...services()].sort()).toEqual(['shop', 'shop-backend', 'shop-react', 'shop-vue'])
    expect(demo.collector.requests).toEqual([])
  } finally {
    await demo.close()
  }
})
