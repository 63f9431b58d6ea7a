import type { Page } from '@playwright/test'
import type { HostileCollector } from '../support/hostileCollector/contract'
import { CLOSING, type Leaving } from './supportLeavings'
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

async function leaveWith(ask: () => void, leaving: Leaving, page: Page, collector: HostileCollector, before = '') {
  await openPage(page, collector, { instrument: { fetch: true, xhr: true } }, before)
  await outboxIsOpen(page)
  const asked = page.waitForRequest((request) => request.url().endsWith('/never'))
  await page.evaluate(ask)
  await asked
  await leaving.act(page, collector)
  await nextPageView(await page.context().newPage(), collector)
  await expectOnce(collector, ['GET'])
  const [span] = collector.spans()
  expect(span).toMatchObject({ kind: 'client', status: { code: 'unset' } })
  expect(span?.attributes['codomyrmex.unfinished']).toBe('page_exit')
  expect(span?.attributes['error.type']).toBeUndefined()
}

/** Firefox loses now and then what is stored while a tab closes. */
const tagOf = ({ title }: Leaving) => (title.startsWith('the tab is closed') ? '' : ' @engines')

// Chromium fails requests just before it says that the page is left, and a handler of the page's may hear that first.
for (const [what, ask] of Object.entries(UNDER_WAY))
  for (const leaving of CLOSING)
    for (const [who, before] of [
      ['nobody listens', ''],
      ['the page listens too', `<script>addEventListener('pagehide', () => {}, true)</script>`],
    ] as const)
      test(`the page’s own ${what} under way is ended, marked, as no error, when ${leaving.title} and ${who}${tagOf(leaving)}`, async ({
        page,
        collector,
      }) => {
        await leaveWith(ask, leaving, page, collector, before)
      })

const goTo = (url: (collector: HostileCollector) => string) => async (page: Page, collector: HostileCollector) => {
  const there = page.waitForEvent('load')
  await page.evaluate((to) => {
    location.href = to
  }, url(collector))
  await there
}

/** By the page itself, which is told before. Firefox fails its requests as soon as that begins, and says much later that it is left. */
const BY_THE_PAGE: readonly Leaving[] = [
  { title: 'to another page', isFinal: true, act: goTo((collector) => collector.page('<p>elsewhere')) },
  { title: 'to a page that comes late', isFinal: true, act: goTo(({ url }) => `${url}/late`) },
  { title: 'to another site that answers late', isFinal: true, act: goTo(({ otherUrl }) => `${otherUrl}/late`) },
]

for (const [what, ask] of Object.entries(UNDER_WAY))
  for (const leaving of BY_THE_PAGE)
    test(`a ${what} under way is ended, marked, as no error, when the page itself goes ${leaving.title} @engines`, async ({
      page,
      collector,
    }) => {
      await leaveWith(ask, leaving, page, collector)
    })
