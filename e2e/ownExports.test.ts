import { fetchOverXhr } from './support/fetchOverXhr'
import { expect, openLab, test } from './support/test'

const ENDPOINT = '/lab/status/200'
const PROXY = '/lab/status/202'

const CASES = [
  { when: 'before us', elsewhere: '', isLater: false },
  { when: 'before us', elsewhere: '', isLater: true },
  { when: 'before us', elsewhere: PROXY, isLater: false },
  { when: 'before us, named in `ignoreUrls`', elsewhere: PROXY, isLater: true },
  { when: 'after our start', elsewhere: '', isLater: false },
  { when: 'after our start', elsewhere: PROXY, isLater: true },
]

for (const { when, elsewhere, isLater } of CASES)
  test(`a fetch over XHR ${when}${elsewhere && ', to another address'}${isLater ? ', later' : ''}: exports arrive once, untraced, and requests of the page are traced @engines`, async ({
    page,
    lab,
  }) => {
    const given = [elsewhere, isLater] as const
    const isBefore = when !== 'after our start'
    await openLab(page, lab, isBefore ? `<script>(${fetchOverXhr})(${JSON.stringify(given)})</script>` : '')
    const ignoreUrls = when.includes('ignoreUrls') ? [PROXY] : []
    await page.evaluate(
      ([endpoint, ignored]) => {
        api.startTelemetry({ endpoint, encoding: 'json', outbox: false, instrument: { xhr: { ignoreUrls: ignored } } })
      },
      [ENDPOINT, ignoreUrls] as const,
    )
    if (!isBefore) await page.evaluate(fetchOverXhr, given)
    const started = await page.evaluate(async () => {
      const telemetry = api.startTelemetry()
      for (const name of ['one', 'two']) {
        api.startSpan(name).end()
        await telemetry.forceFlush()
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
      const { started } = telemetry.stats()
      await fetch('/lab/echo')
      return started
    })
    expect(started).toBe(2)
    const exports = lab.requests.filter(({ url }) => url.startsWith('/lab/status'))
    expect(exports.map(({ url, headers }) => [url, headers['traceparent']])).toEqual(
      Array(2).fill([isBefore && elsewhere ? elsewhere : ENDPOINT, undefined]),
    )
    expect(lab.requests.find(({ url }) => url === '/lab/echo')?.headers['traceparent']).toBeTruthy()
  })
