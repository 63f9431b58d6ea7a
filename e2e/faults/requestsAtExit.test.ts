import { CLOSING } from './supportLeavings'
import { nextPageView, openPage } from './supportPage'
import { expect, test } from './supportTest'

const REQUESTS = {
  fetch: () => void fetch('/never').catch(() => {}),
  'an XMLHttpRequest': () => {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/never')
    xhr.send()
  },
}

for (const [what, request] of Object.entries(REQUESTS))
  for (const { title, act } of CLOSING)
    test(`the span of ${what} that is under way when ${title} ends there, marked, without an error`, async ({
      page,
      collector,
      context,
    }) => {
      await page.route('**/never', () => {})
      await openPage(page, collector, { instrument: {} })
      const asked = page.waitForRequest('**/never')
      await page.evaluate(request)
      await asked
      await act(page, collector)
      await nextPageView(await context.newPage(), collector)
      expect(collector.spans()).toMatchObject([{ name: 'GET', kind: 'client', status: { code: 'unset' } }])
      const attributes = collector.spans()[0]?.attributes
      expect(attributes?.['codomyrmex.unfinished']).toBe('page_exit')
      expect(attributes?.['error.type']).toBeUndefined()
      expect(collector.duplicates()).toEqual([])
    })
