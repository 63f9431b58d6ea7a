import {
  endMany,
  endSpans,
  expectOnce,
  flush,
  LONG_MS,
  manyNames,
  openPage,
  outboxIsOpen,
  pageUrl,
  sentences,
  start,
  statsOf,
} from './supportPage'
import { expect, test } from './supportTest'

for (const [how, leave] of Object.entries({
  'is removed': () => document.querySelector('iframe')?.remove(),
  'goes elsewhere': () => {
    const frame = document.querySelector('iframe')
    if (frame) frame.src = '/nothing'
  },
}))
  test(`the spans of a frame arrive once when it ${how} @engines`, async ({ page, collector }) => {
    const inside = collector.page(`<script type="module">
      import { startTelemetry } from '/telemetry.min.js'
      const telemetry = startTelemetry({ instrument: false, batch: { scheduledDelay: 3_600_000 } })
      telemetry.startSpan('inside').end()
      parent.document.title = 'inside is ready'
    </script>`)
    await page.goto(collector.page(`<iframe src="${inside}"></iframe>`))
    await expect(page).toHaveTitle('inside is ready')
    await page.evaluate(leave)
    await expectOnce(collector, ['inside'])
  })

test('the spans of a page and of its frame arrive once when the tab is closed @engines', async ({
  page,
  collector,
}) => {
  const inside = collector.page(`<script type="module">
    import { startTelemetry } from '/telemetry.min.js'
    const telemetry = startTelemetry({ instrument: false, batch: { scheduledDelay: 3_600_000 } })
    telemetry.startSpan('inside').end()
    parent.document.title = 'inside is ready'
  </script>`)
  await openPage(page, collector, {}, `<iframe src="${inside}"></iframe>`)
  await expect(page).toHaveTitle('inside is ready')
  await endSpans(page, 'outside')
  await page.close()
  await expectOnce(collector, ['inside', 'outside'])
})

test('two exporters each send everything, and one that is down does not hold up the other', async ({
  page,
  collector,
}) => {
  await page.goto(pageUrl(collector))
  await page.evaluate(
    (endpoints) => {
      const processors = endpoints.map(
        (endpoint) => new api.BatchSpanProcessor(new api.OTLPExporter({ endpoint }), { scheduledDelay: 3_600_000 }),
      )
      globalThis.telemetry = api.startTelemetry({ instrument: false, processors })
    },
    [collector.endpoint, collector.otherEndpoint],
  )
  const arrivedAt = (to: string) =>
    collector
      .exports()
      .filter((request) => request.to === to)
      .flatMap(({ taken }) => taken.map(({ name }) => name))
  await outboxIsOpen(page)
  await collector.goDown(collector.otherUrl)
  await endSpans(page, 'a')
  await flush(page)
  expect(arrivedAt(collector.url)).toEqual(['a'])
  expect(arrivedAt(collector.otherUrl)).toEqual([])
  await collector.comeUp()
  await collector.waitFor(() => arrivedAt(collector.otherUrl).length === 1, LONG_MS)
  await endSpans(page, 'b')
  await page.close()
  await collector.waitFor(() => arrivedAt(collector.url).length + arrivedAt(collector.otherUrl).length === 4, LONG_MS)
  expect([arrivedAt(collector.url), arrivedAt(collector.otherUrl)]).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ])
})

test('a page’s telemetry and two of micro-frontends each send their own spans when the tab is closed', async ({
  page,
  collector,
}) => {
  await openPage(page, collector)
  await page.evaluate(() => {
    for (const name of ['cart', 'search'])
      api
        .createTelemetry({ serviceName: name, instrument: false, batch: { scheduledDelay: 3_600_000 } })
        .startSpan(`of ${name}`)
        .end()
  })
  await endSpans(page, 'of the page')
  await page.close()
  await expectOnce(collector, ['of cart', 'of search', 'of the page'])
  expect(new Set(collector.spans().map(({ service }) => service))).toEqual(new Set(['cart', 'search', 'fault']))
})

const BAD_PATCHES: Readonly<Record<string, string>> = {
  throws: '() => { throw new Error("broken patch") }',
  'rejects for ever': '() => Promise.reject(new Error("broken patch"))',
  'gives undefined': '() => undefined',
  'gives an object that is no response': 'async () => ({})',
}

for (const [what, patch] of Object.entries(BAD_PATCHES))
  test(`a fetch that somebody replaced before us and that ${what} throws nothing into the page, and a beacon takes the rest`, async ({
    page,
    collector,
    told,
  }) => {
    const isAnswer = what === 'gives an object that is no response' // one that says no: nobody can tell it from a refusal
    await openPage(page, collector, { outbox: false }, `<script>globalThis.fetch = ${patch}</script>`)
    await endSpans(page, 'a')
    expect(await flush(page)).toMatchObject(
      isAnswer ? { exported: 0, stored: 0, dropped: { export_failed: 1 } } : { exported: 0, stored: 1, dropped: {} },
    )
    await endSpans(page, 'b')
    await page.close()
    await expectOnce(collector, isAnswer ? ['b'] : ['a', 'b'])
    expect(sentences(told).filter((line) => line.startsWith('uncaught'))).toEqual([])
  })

test('what somebody does to fetch and sendBeacon after us does not touch our spans @engines', async ({
  page,
  collector,
}) => {
  await openPage(page, collector)
  await page.evaluate(() => {
    globalThis.fetch = () => Promise.reject(new Error('broken patch'))
    navigator.sendBeacon = () => true
  })
  await endSpans(page, 'a')
  await flush(page)
  await endSpans(page, 'b')
  await page.goto(collector.page('<p>elsewhere'))
  await expectOnce(collector, ['a', 'b'])
})

test('a policy of the page that forbids the collector is told once, and all is kept', async ({
  page,
  collector,
  told,
}) => {
  const policy = `<meta http-equiv="content-security-policy" content="connect-src 'self'">`
  await openPage(page, collector, { endpoint: collector.otherEndpoint }, policy)
  await outboxIsOpen(page)
  await endSpans(page, 'a')
  await flush(page)
  await endSpans(page, 'b')
  expect(await flush(page)).toMatchObject({ exported: 0, stored: 2, dropped: {} })
  expect(collector.requests).toEqual([])
  expect(sentences(told)).toEqual([expect.stringContaining('kept and sent later')])
})

test('an own fetch gets every request, also at the end of the page', async ({ page, collector }) => {
  await page.goto(pageUrl(collector))
  await page.evaluate(() => {
    const own = fetch
    globalThis.telemetry = api.startTelemetry({
      instrument: false,
      batch: { scheduledDelay: 3_600_000 },
      fetch: (url, init) => own(`${url}?signed`, init),
    })
  })
  await endSpans(page, 'a')
  await flush(page)
  await endSpans(page, 'b')
  await page.close()
  await expectOnce(collector, ['a', 'b'])
  expect(collector.exports().map(({ path }) => path)).toEqual(['/v1/traces?signed', '/v1/traces?signed'])
})

test('a clock that jumps while spans wait loses none and delays none for ever', async ({ page, collector }) => {
  await openPage(page, collector, { batch: { scheduledDelay: 300 } })
  await endSpans(page, 'a')
  await page.evaluate(() => {
    const { now } = Date
    Date.now = () => now() - 86_400_000
  })
  await endSpans(page, 'b')
  await expectOnce(collector, ['a', 'b'])
  collector.next({ status: 503 })
  await endSpans(page, 'c')
  await expectOnce(collector, ['a', 'b', 'c'])
  await expect.poll(() => statsOf(page)).toMatchObject({ exported: 3, stored: 0, dropped: {} })
})

test('shutdown() sends what waits, and a telemetry that is started anew goes on', async ({ page, collector }) => {
  await openPage(page, collector)
  await endMany(page, 20)
  await page.evaluate(() => telemetry.shutdown())
  await expectOnce(collector, manyNames(20))
  await start(page)
  await endSpans(page, 'again')
  await page.close()
  await expectOnce(collector, [...manyNames(20), 'again'])
})
