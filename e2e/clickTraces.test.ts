import type { Locator } from '@playwright/test'
import type { Demo } from '../demo/server/demoOptions'
import { expect, test } from './support/test'
import { traceTree } from './support/traceTree'

/** Follows the page's own link to the trace, which sends what still waits, and reads what arrived. */
async function seeTrace(demo: Demo, link: Locator, size: number) {
  const traceId = (await link.getAttribute('href'))?.split('/').pop() ?? ''
  await link.click()
  const spans = await demo.collector.waitFor(() => {
    const arrived = demo.collector.store.trace(traceId) ?? []
    return arrived.length >= size && arrived
  })
  return traceTree(spans)
}

test('a click on the plain page is one trace with the backend inside, and native await keeps the span @engines', async ({
  page,
  demo,
}) => {
  await page.goto(`${demo.url}/plain/`)
  const card = page.locator('#chain')
  await card.getByRole('button').click()
  await expect(card.locator('.result')).toHaveText('Tea pot: 7 in stock')
  expect(await seeTrace(demo, card.locator('.trace-link'), 7)).toEqual([
    'shop: click Fetch chain',
    '  shop: GET',
    '    shop-backend: GET /api/products',
    '  shop: GET',
    '    shop-backend: GET /api/stock/:id',
    '      shop-backend: query stock',
    '  shop: after two awaits',
  ])
  await expect(page.getByText('click Fetch chain').first()).toBeVisible()
})

test('a click in the React app is one trace with the backend inside @engines', async ({ page, demo }) => {
  await page.goto(`${demo.url}/react/`)
  await page.getByLabel('Add Tea pot to the cart').click()
  await expect(page.getByRole('status')).toHaveText('Tea pot is in your cart.')
  expect(await seeTrace(demo, page.locator('.trace-link'), 7)).toEqual([
    'shop-react: click add to cart',
    '  shop-react: GET',
    '    shop-backend: GET /api/stock/:id',
    '      shop-backend: query stock',
    '  shop-react: POST',
    '    shop-backend: POST /api/cart',
    '  shop-react: update cart',
  ])
})

test('a click in the Vue app is one trace with the backend inside @engines', async ({ page, demo }) => {
  await page.goto(`${demo.url}/vue/`)
  await page.getByRole('button', { name: 'Order for' }).click()
  await expect(page.getByText('chunk 4 of 4')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Order for' })).toBeEnabled()
  expect(await seeTrace(demo, page.locator('.trace-link'), 9)).toEqual([
    'shop-vue: click order',
    '  shop-vue: GET',
    '    shop-backend: GET /api/stock/:id',
    '      shop-backend: query stock',
    '  shop-vue: POST',
    '    shop-backend: POST /api/cart',
    '  shop-vue: show order',
    '  shop-vue: GET',
    '    shop-backend: GET /api/stream',
  ])
})

const PLAIN_ACTIONS: readonly [id: string, shown: string, tree: readonly string[]][] = [
  [
    'parallel',
    '22 things in stock',
    [
      'click Parallel calls',
      ...['GET', 'GET', 'GET', 'GET'].flatMap((name) => [`  ${name}`, '    GET /api/stock/:id', '      query stock']),
      '  sum up',
    ],
  ],
  ['upload', '2,097,152 bytes arrived', ['click Upload', '  POST', '    POST /api/upload', '  check the upload']],
  ['fail', 'the payment service did not answer', ['click Failing call', '  GET', '    GET /api/fail']],
  [
    'traced',
    '€24.50, €9.00, €49.90',
    ['click Traced function', ...[1, 2, 3].flatMap(() => ['  price of', '    GET', '      GET /api/products/:id'])],
  ],
  [
    'nested',
    'the last line costs €36.00',
    [
      'click Nested spans',
      '  place order',
      '    price lines',
      ...['GET', 'GET'].flatMap((name) => [`      ${name}`, '        GET /api/products/:id']),
      '    put into cart',
      ...['POST', 'POST'].flatMap((name) => [`      ${name}`, '        POST /api/cart']),
    ],
  ],
  ['stream', '4 lines arrived', ['click Streamed answer', '  GET', '    GET /api/stream', '  count the lines']],
  ['timers', '3 ticks and a frame', ['click Timers', '  tick 1', '  tick 2', '  tick 3', '  next frame']],
]

for (const [id, shown, tree] of PLAIN_ACTIONS)
  test(`plain page: ${tree[0]} gives the tree that its card promises`, async ({ page, demo }) => {
    await page.goto(`${demo.url}/plain/`)
    const card = page.locator(`#${id}`)
    await card.getByRole('button').click()
    await expect(card.locator('.result')).toHaveText(shown)
    const arrived = await seeTrace(demo, card.locator('.trace-link'), tree.length)
    expect(arrived.map((line) => line.replace(/shop(-backend)?: /, ''))).toEqual(tree)
  })

test('all buttons at once: every span is in the trace of its own click @engines', async ({ page, demo }) => {
  await page.goto(`${demo.url}/plain/`)
  await page.evaluate(() => {
    for (const button of document.querySelectorAll('button')) button.click()
  })
  await expect(page.locator('.result[data-outcome=running]')).toHaveCount(0)
  const traceIds = await Promise.all(
    PLAIN_ACTIONS.map(async ([id]) =>
      (await page.locator(`#${id} .trace-link`).getAttribute('href'))?.split('/').pop(),
    ),
  )
  await page.goto(`${demo.url}/`)
  const treeOf = (index: number) => traceTree(demo.collector.store.trace(traceIds[index] ?? '') ?? [])
  await demo.collector.waitFor(() => PLAIN_ACTIONS.every(([, , tree], index) => treeOf(index).length >= tree.length))
  for (const [index, [, , tree]] of PLAIN_ACTIONS.entries())
    expect(treeOf(index).map((line) => line.replace(/shop(-backend)?: /, ''))).toEqual(tree)
})

test('the failing call marks the call, the click and the server span as errors', async ({ page, demo }) => {
  await page.goto(`${demo.url}/plain/`)
  const card = page.locator('#fail')
  await card.getByRole('button').click()
  await expect(card.locator('.result')).toHaveAttribute('data-outcome', 'failed')
  const traceId = (await card.locator('.trace-link').getAttribute('href'))?.split('/').pop() ?? ''
  await page.goto(`${demo.url}/`)
  const spans = await demo.collector.waitFor(() => {
    const arrived = demo.collector.store.trace(traceId) ?? []
    return arrived.length === 3 && arrived
  })
  expect(spans.map(({ status }) => status.code)).toEqual(['error', 'error', 'error'])
  const [click, call] = spans
  expect(click?.events).toMatchObject([
    {
      name: 'exception',
      attributes: { 'exception.type': 'Error', 'exception.message': 'the payment service did not answer' },
    },
  ])
  expect(call?.attributes).toMatchObject({ 'http.response.status_code': 500, 'error.type': '500' })
})

test('the upload tells its progress as events of the click', async ({ page, demo }) => {
  await page.goto(`${demo.url}/plain/`)
  const card = page.locator('#upload')
  await card.getByRole('button').click()
  await expect(card.locator('.result')).toHaveAttribute('data-outcome', 'done')
  const traceId = (await card.locator('.trace-link').getAttribute('href'))?.split('/').pop() ?? ''
  await page.goto(`${demo.url}/`)
  const click = await demo.collector.waitFor(() =>
    demo.collector.store.trace(traceId)?.find(({ name }) => name === 'click Upload'),
  )
  const last = click.events.at(-1)
  expect(last).toMatchObject({ name: 'progress', attributes: { loaded: 2_097_152, total: 2_097_152 } })
})
