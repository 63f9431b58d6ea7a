import { createServer, type IncomingMessage } from 'node:http'
import { listen } from '../demo/server/listen.mjs'
import { allSaid, expect, test as labTest, openLab } from './support/test'

interface Bucket {
  readonly url: string
  /** What came, but for preflights. */
  readonly requests: readonly IncomingMessage[]
}

/** Another origin that everybody may read, and that allows no header: it answers no preflight. */
const test = labTest.extend<{ readonly bucket: Bucket }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of other fixtures from this pattern
  bucket: async ({}, use) => {
    const requests: IncomingMessage[] = []
    const server = createServer((req, res) => {
      if (req.method === 'OPTIONS') return void res.writeHead(403).end()
      requests.push(req)
      res.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/plain' }).end('a file')
    })
    const port = await listen(server, '127.0.0.1', 0)
    await use({ url: `http://127.0.0.1:${port}/file`, requests })
    server.closeAllConnections()
    server.close()
  },
})

for (const way of ['fetch', 'XMLHttpRequest'] as const)
  test(`${way} of the own origin that leads to a bucket: fails once with trace headers, and works from then on @engines`, async ({
    page,
    lab,
    bucket,
    told,
  }) => {
    await openLab(page, lab)
    const outcomes = await page.evaluate(
      async ([path, by]) => {
        api.startTelemetry({ serviceName: 'shop', endpoint: '/v1/traces' })
        const load = () =>
          new Promise<string>((resolve) => {
            const xhr = new XMLHttpRequest()
            xhr.onload = () => resolve(xhr.responseText)
            xhr.onerror = () => resolve('failed')
            xhr.open('GET', path)
            xhr.send()
          })
        const once = () =>
          by === 'fetch'
            ? fetch(path).then(
                (answer) => answer.text(),
                () => 'failed',
              )
            : load()
        const ask = async () => {
          const outcome = await once()
          await new Promise((resolve) => setTimeout(resolve, 0)) // out of the page's own `onerror`, which runs before ours
          return outcome
        }
        return [await ask(), await ask(), await ask()]
      },
      [`/lab/redirect/${encodeURIComponent(bucket.url)}`, way] as const,
    )
    expect(outcomes).toEqual(['failed', 'a file', 'a file'])
    await allSaid(page)
    expect(told.filter((text) => text.includes('`neverPropagateTo`'))).toHaveLength(1)
  })

test('a request that fails by what its caller asked for costs its path no headers, and no sentence is said @engines', async ({
  page,
  lab,
  told,
}) => {
  await openLab(page, lab)
  await page.evaluate(async () => {
    api.startTelemetry({ processors: [] })
    const post = { method: 'POST', keepalive: true }
    for (const init of [
      { ...post, body: 'x'.repeat(70_000) }, // more than browsers let leave behind a page
      { ...post, body: new Uint8Array(70_000), integrity: '' },
      { integrity: `sha256-${'A'.repeat(43)}=` },
      { cache: 'only-if-cached', mode: 'same-origin' },
      { redirect: 'error', referrer: '', integrity: `sha384-${'A'.repeat(64)}` },
    ] as RequestInit[])
      for (const isRequest of [false, true])
        await (isRequest ? fetch(new Request('/lab/echo', init)) : fetch('/lab/echo', init)).catch(() => {})
    await fetch('/lab/echo?last')
  })
  expect(lab.requests.at(-1)?.url).toBe('/lab/echo?last')
  expect(lab.requests.at(-1)?.headers['traceparent']).toBeTruthy()
  await allSaid(page)
  expect(told.filter((text) => text.includes('[telemetry]'))).toEqual([])
})

test('a path whose network was away for a moment gets its trace headers again, by fetch and by XMLHttpRequest @engines', async ({
  page,
  lab,
}) => {
  await openLab(page, lab)
  await page.evaluate(() => void api.startTelemetry({ processors: [] }))
  const askEach = () =>
    page.evaluate(async () => {
      await fetch('/lab/echo/a').catch(() => {})
      const xhr = new XMLHttpRequest()
      xhr.open('GET', '/lab/echo/b')
      const done = new Promise((resolve) => xhr.addEventListener('loadend', resolve))
      xhr.send()
      await done
    })
  await page.route('**/lab/echo/*', (route) => route.abort())
  await askEach()
  await page.unroute('**/lab/echo/*')
  for (let times = 0; times < 3; times++) await askEach()
  const asked = lab.requests.filter(({ url }) => /echo/.test(url))
  expect(asked.map(({ headers }) => Boolean(headers['traceparent']))).toEqual([false, false, true, true, true, true])
})

test('a path of `neverPropagateTo` is traced, has no header, and leads to the bucket @engines', async ({
  page,
  lab,
  bucket,
}) => {
  await openLab(page, lab)
  const spans = await page.evaluate(
    async (path) => {
      const telemetry = api.startTelemetry({ endpoint: '/v1/traces', neverPropagateTo: ['/lab/redirect'] })
      await fetch(path)
      await new Promise((resolve) => setTimeout(resolve, 0))
      return telemetry.stats().ended
    },
    `/lab/redirect/${encodeURIComponent(bucket.url)}`,
  )
  expect(spans).toBe(1)
  expect(bucket.requests).toHaveLength(1)
})

test('a collector that redirects gets the headers of the user, and its target does not; the spans are kept, and one sentence tells it @engines', async ({
  page,
  lab,
  bucket,
  told,
}) => {
  await openLab(page, lab)
  const stats = await page.evaluate(
    async (endpoint) => {
      const telemetry = api.startTelemetry({ endpoint, headers: { 'x-api-key': 'secret' }, deferred: false })
      api.startSpan('one').end()
      await telemetry.forceFlush()
      return telemetry.stats()
    },
    `/lab/redirect/${encodeURIComponent(bucket.url)}`,
  )
  expect(stats).toMatchObject({ exported: 0, stored: 1, dropped: {} })
  expect(lab.requests.map(({ headers }) => headers['x-api-key'])).toEqual(['secret'])
  expect(bucket.requests).toHaveLength(0)
  // The error behind it says why; Firefox gives tests no text of it.
  expect(told.filter((text) => text.includes('the collector cannot be reached'))).toHaveLength(1)
})
