import { allSaid, expect, test } from './support/test'

test('every page of the demo works under its policy, with nothing on the console', async ({ page, demo, told }) => {
  const seen: (string | undefined)[] = []
  page.on('response', (response) => {
    if (response.request().isNavigationRequest()) seen.push(response.headers()['x-frame-options'])
  })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto(`${demo.url}/`)
  await page.goto(`${demo.url}/plain/`)
  const card = page.locator('#nested')
  await card.getByRole('button').click()
  await expect(card.locator('.result')).toHaveAttribute('data-outcome', 'done')
  await page.goto(`${demo.url}/react/`)
  await expect(page.getByText('Tea pot')).toBeVisible()
  await page.goto(`${demo.url}/vue/`)
  await expect(page.getByText('7 in stock')).toBeVisible()
  await page.goto(`${demo.url}/viewer/`)
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.getByText('click Nested spans').first().click()
  await page.getByText('place order').first().click()
  await page.reload()
  await expect(page.getByText('place order').first()).toBeVisible()
  await allSaid(page)
  expect(told).toEqual([])
  expect(seen).toEqual(['DENY', 'DENY', 'DENY', 'DENY', 'DENY', 'DENY'])
})

test('the viewer shows in no frame of another site', async ({ page, demo, lab }) => {
  await page.goto(lab.page(`<iframe src="${demo.url}/viewer/"></iframe>`))
  await expect.poll(() => page.frames().map((frame) => frame.url())).toContain('chrome-error://chromewebdata/')
})
