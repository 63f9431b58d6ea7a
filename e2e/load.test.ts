import type { StoredSpan } from '../demo/collector/contract'
import type { Lab } from './support/startLab'
import { allSaid, expect, openLab, test } from './support/test'

const tag = (more = '') =>
  `<script type="module" src="/telemetry.min.js" data-service-name="shop" data-batch-scheduled-delay="50" data-instrument-load="true" ${more}></script>`
const FETCHING = `<script type="module">fetch('/lab/echo?in=start')</script>`
const HANGING = '<img src="/lab/hang" alt="">'

/** Waits until a span of that name, and those of `count` more, have arrived. */
const arrived = (lab: Lab, name: string, count = 0) =>
  lab.collector.waitFor(() => {
    const spans = lab.collector.store.spans()
    return spans.some((span) => span.name === name) && spans.length > count && spans
  })

const named = (spans: readonly StoredSpan[], name: string) => spans.find((span) => span.name === name)!
const pathOf = (span: StoredSpan) => new URL(String(span.attributes['url.full'])).pathname
const endOf = (span: StoredSpan) => BigInt(span.endTimeUnixNano)

test('a page’s load is one trace: the document, its files, and what began meanwhile @engines', async ({
  page,
  lab,
  told,
}) => {
  const url = lab.page(`${tag()}<img src="/lab/pixel.svg" alt="">${FETCHING}`)
  await page.goto(`${url}?token=secret&page=2#part`)
  const spans = await arrived(lab, 'documentFetch', 4)
  const root = named(spans, 'documentLoad')
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  expect(root.parentSpanId).toBe(null)
  expect(root.attributes).toEqual({
    'url.full': `${url}?token=REDACTED&page=2`,
    'codomyrmex.navigation.type': 'navigate',
  })
  const below = spans.filter((span) => span !== root)
  expect(below.map(({ parentSpanId }) => parentSpanId)).toEqual(below.map(() => root.spanId))
  expect(below.map((span) => `${span.name} ${pathOf(span)}`).sort()).toEqual([
    'GET /lab/echo',
    `documentFetch ${new URL(url).pathname}`,
    'resourceFetch /lab/pixel.svg',
    'resourceFetch /telemetry.min.js',
  ])
  await allSaid(page)
  expect(told).toEqual([])
})

test('its times are the platform’s: moments in their order, files within the load @engines', async ({ page, lab }) => {
  await page.goto(lab.page(`${tag()}<img src="/lab/pixel.svg" alt="">`))
  const spans = await arrived(lab, 'documentFetch', 2)
  const root = named(spans, 'documentLoad')
  const origin = await page.evaluate(() => performance.timeOrigin)
  expect(Math.abs(root.startTime - origin)).toBeLessThan(50) // what the clocks may differ by
  const moments = root.events.map(({ name }) => name)
  expect(moments).toEqual([
    'domInteractive',
    'domContentLoadedEventStart',
    'domContentLoadedEventEnd',
    'domComplete',
    'loadEventStart',
    'loadEventEnd',
  ])
  for (const span of spans) {
    expect(span.startTime, span.name).toBeGreaterThanOrEqual(root.startTime)
    expect(endOf(span) <= endOf(root), span.name).toBe(true)
    const times = span.events.map(({ time }) => time)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  }
  expect(named(spans, 'documentFetch')).toMatchObject({
    kind: 'client',
    attributes: { 'http.request.method': 'GET', 'server.address': '127.0.0.1' },
  })
  expect(named(spans, 'documentFetch').events.map(({ name }) => name)).toContain('responseStart')
})

test('the server’s span, written into the page, is the parent @engines', async ({ page, lab }) => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  await page.goto(lab.page(`<meta name="traceparent" content="00-${traceId}-b7ad6b7169203331-01">${tag()}`))
  const root = named(await arrived(lab, 'documentFetch'), 'documentLoad')
  expect(root).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331' })
})

test('and so is one that the server tells in Server-Timing', async ({ page, lab }) => {
  const traceId = '0af7651916cd43dd8448eb211c80319d'
  const url = lab.page(tag())
  await page.route(url, async (route) => {
    const response = await route.fetch()
    const headers = {
      ...response.headers(),
      'server-timing': `db;dur=3, traceparent;desc="00-${traceId}-b7ad6b7169203331-01"`,
    }
    await route.fulfill({ response, headers })
  })
  await page.goto(url)
  const root = named(await arrived(lab, 'documentFetch'), 'documentLoad')
  expect(root).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331' })
})

test('a page that is left before it has loaded tells so, at once or by the next page @engines', async ({
  page,
  lab,
}) => {
  const left = lab.page(`${tag()}${HANGING}`)
  await page.goto(left, { waitUntil: 'commit' })
  await page.waitForSelector('img', { state: 'attached' }) // and the tag before it
  await page.evaluate((file) => import(file), '/telemetry.min.js') // has started it
  await page.goto(lab.page(tag()))
  const spans = await lab.collector.waitFor(() => {
    const all = lab.collector.store.spans()
    return all.filter(({ name }) => name === 'documentLoad').length > 1 && all
  })
  const root = spans.find(({ name, attributes }) => name === 'documentLoad' && attributes['url.full'] === left)
  // Firefox ends the load of a page that is left, and says so to the page.
  expect(root?.attributes['codomyrmex.unfinished'] ?? root?.attributes['codomyrmex.navigation.type']).toBeTruthy()
})

test('what a visitor does while the page loads is not of the load @engines', async ({ page, lab }) => {
  const button = `<button onclick="setTimeout(() => fetch('/lab/echo?by=click'))">go</button>`
  await page.goto(lab.page(`${tag()}${button}${FETCHING}${HANGING}`), { waitUntil: 'commit' })
  const ofStart = await arrived(lab, 'GET')
  expect(named(ofStart, 'GET').parentSpanId).not.toBe(null)
  await page.click('button')
  await lab.collector.waitFor(() => lab.collector.store.spans().length > 1)
  const clicked = lab.collector.store.spans().find(({ attributes }) => String(attributes['url.full']).includes('click'))
  expect(clicked?.parentSpanId).toBe(null)
})

test('after the load nothing is below it @engines', async ({ page, lab }) => {
  await page.goto(lab.page(tag()))
  await arrived(lab, 'documentFetch')
  await page.evaluate(() => fetch('/lab/echo'))
  expect(named(await arrived(lab, 'GET'), 'GET').parentSpanId).toBe(null)
})

test('past the limit one span stands for the files of each kind', async ({ page, lab }) => {
  const images = Array.from({ length: 103 }, (_, i) => `<img src="/lab/pixel.svg?${i}" alt="">`).join('')
  await page.goto(lab.page(images + tag()))
  const spans = await arrived(lab, 'documentFetch', 102)
  const files = spans.filter(({ name }) => name === 'resourceFetch')
  const shared = files.flatMap(({ attributes }) => attributes['codomyrmex.resource.count'] ?? [])
  expect([files.length - shared.length, shared.sort()]).toEqual([100, [1, 3]]) // our own file is the last one
})

test('a file of another origin that keeps its times to itself is told as such, one that failed as failed', async ({
  page,
  lab,
}) => {
  const images = `<img src="${lab.otherUrl}/lab/pixel.svg" alt=""><img src="/lab/status/404" alt="">`
  await page.goto(lab.page(`${tag()}${images}`))
  const spans = await arrived(lab, 'documentFetch', 4)
  const file = (path: string) => spans.find((span) => span.name === 'resourceFetch' && pathOf(span) === path)
  expect(file('/lab/pixel.svg')?.attributes).toMatchObject({ 'codomyrmex.resource.timing': 'restricted' })
  expect(file('/lab/status/404')).toMatchObject({
    status: { code: 'error' },
    attributes: { 'http.response.status_code': 404, 'error.type': '404' },
  })
})

test('a telemetry that starts after the load tells it all the same; what is ignored is not told @engines', async ({
  page,
  lab,
}) => {
  await openLab(page, lab, '<img src="/lab/pixel.svg" alt=""><img src="/lab/pixel.svg?secret" alt="">')
  await page.waitForFunction(() => performance.getEntriesByType('navigation')[0]!.toJSON().loadEventEnd > 0)
  await page.evaluate(() => {
    const telemetry = api.startTelemetry({
      serviceName: 'late',
      batch: { scheduledDelay: 1 },
      ignoreUrls: [/secret/, /telemetry/],
      instrument: { load: true },
    })
    telemetry.startSpan('after').end()
  })
  const spans = await arrived(lab, 'documentFetch', 3)
  expect(spans.map(({ name }) => name).sort()).toEqual(['after', 'documentFetch', 'documentLoad', 'resourceFetch'])
  expect(named(spans, 'after').parentSpanId).toBe(null)
})

test('shutdown() ends the span of a page that still loads, and what begins then is below nothing', async ({
  page,
  lab,
}) => {
  const start = `<script type="module">import * as api from '/telemetry.min.js'; globalThis.api = api</script>`
  await page.goto(lab.page(start + HANGING), { waitUntil: 'commit' })
  await page.waitForFunction(() => 'api' in globalThis)
  await page.evaluate(async () => {
    const options = { serviceName: 'shop', instrument: { load: true } }
    await api.startTelemetry(options).shutdown()
    const again = api.startTelemetry({ ...options, instrument: false })
    again.startSpan('after').end()
    await again.forceFlush()
  })
  const spans = lab.collector.store.spans()
  expect(spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
    ['documentLoad', null],
    ['after', null],
  ])
  expect(spans[0]?.attributes).not.toHaveProperty('codomyrmex.unfinished')
})
