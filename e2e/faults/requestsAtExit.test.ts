import { CLOSING } from './supportLeavings'
import { expectOnce, nextPageView, openPage, outboxIsOpen } from './supportPage'
import { expect, test } from './supportTest'

const UNDER_WAY: Readonly<Record<string, () => void>> = {
  fetch: () => void fetch('/never').catch(() => {}),
  XMLHttpRequest: () => {
    const request = new XMLHttpRequest()
    request.open('GET', '/never')
    request.send()
  },
}

// The browser fails requests just before it says that the page is left, and a handler of the page's may hear that first.
for (const [what, ask] of Object.entries(UNDER_WAY))
  for (const { title, act } of CLOSING)
    for (const [who, before] of [
      ['nobody listens', ''],
      ['the page listens too', `<script>addEventListener('pagehide', () => {}, true)</script>`],
    ] as const)
      test(`the page’s own ${what} under way is ended, marked, as no error, when ${title} and ${who}`, async ({
        page,
        collector,
        context,
      }) => {
        await openPage(page, collector, { instrument: { fetch: true, xhr: true } }, before)
        await outboxIsOpen(page)
        const asked = page.waitForRequest((request) => request.url().endsWith('/never'))
        await page.evaluate(ask)
        await asked
        await act(page, collector)
        await nextPageView(await context.newPage(), collector)
        await expectOnce(collector, ['GET'])
        const [span] = collector.spans()
        expect(span).toMatchObject({ kind: 'client', status: { code: 'unset' } })
        expect(span?.attributes['codomyrmex.unfinished']).toBe('page_exit')
        expect(span?.attributes['error.type']).toBeUndefined()
      })
