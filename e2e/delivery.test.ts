import type { Page, Request } from '@playwright/test'
import type { Lab } from './support/startLab'
import { expect, openLab, test } from './support/test'

const MAX_BODY_BYTES = 64 * 1024 // what browsers let a page that dies have in flight
const NEVER_MS = 3_600_000 // only a hide sends

/** Opens a page whose one span has ended and waits. */
async function openWaiting(page: Page, lab: Lab, options: Readonly<Record<string, unknown>> = {}) {
  await openLab(page, lab)
  await page.evaluate(
    (given) => {
      api.startTelemetry({ serviceName: 'leaving', ...(given as object) })
      api.withSpan('waiting', () => {})
    },
    { batch: { scheduledDelay: NEVER_MS }, ...options },
  )
}

/** Makes the page believe that it is hidden, or shown again. */
const turn = (page: Page, state: 'hidden' | 'visible') =>
  page.evaluate((visibility) => {
    Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  }, state)

const arrived = (lab: Lab, count = 1) =>
  lab.collector.waitFor(() => lab.collector.store.spans().length === count && lab.collector.store.spans())

const exportsOf = (lab: Lab) => lab.collector.requests.filter(({ method }) => method === 'POST')

const LEAVINGS: Record<string, (page: Page, lab: Lab) => Promise<unknown>> = {
  'the tab is closed': (page) => page.close(),
  'the tab is closed with its unload handlers': (page) => page.close({ runBeforeUnload: true }),
  'the page is left by its address': (page, lab) => page.goto(`${lab.url}/lab/echo`),
  'the page leaves by itself': async (page) => {
    await page.evaluate(() => {
      document.body.innerHTML = '<a href="/lab/echo">leave</a>'
    })
    await page.getByText('leave').click()
    await page.waitForURL('**/lab/echo')
  },
  'the page is loaded again': (page) => page.reload(),
  'the page hides': (page) => turn(page, 'hidden'),
}

for (const [what, leave] of Object.entries(LEAVINGS))
  test(`a span that waits arrives once when ${what} @engines`, async ({ page, lab }) => {
    await openWaiting(page, lab)
    expect(lab.collector.requests).toEqual([])
    await leave(page, lab)
    expect((await arrived(lab)).map(({ name }) => name)).toEqual(['waiting'])
    expect(exportsOf(lab)).toHaveLength(1)
  })

for (const [what, leave, type] of [
  ['left', (page: Page) => page.evaluate(() => void dispatchEvent(new PageTransitionEvent('pagehide'))), 'ping'],
  ['hidden', (page: Page) => turn(page, 'hidden'), 'fetch'], // whose answer is heard
] as const)
  test(`from a page that is ${what} spans go to the own origin by ${type}`, async ({ page, lab }) => {
    const requests: Request[] = []
    page.on('request', (request) => request.url().endsWith('/v1/traces') && requests.push(request))
    await openWaiting(page, lab)
    await leave(page)
    await arrived(lab)
    expect(requests.map((request) => request.resourceType())).toEqual([type])
  })

test('while the page is shown spans leave by fetch', async ({ page, lab }) => {
  const requests: Request[] = []
  page.on('request', (request) => request.url().endsWith('/v1/traces') && requests.push(request))
  await openWaiting(page, lab, { batch: { scheduledDelay: 1 } })
  await arrived(lab)
  await expect.poll(() => requests.map((request) => request.resourceType())).toEqual(['fetch'])
})

test('own headers go with the keepalive fetch of a closing tab', async ({ page, lab }) => {
  await openWaiting(page, lab, { headers: { 'x-api-key': 'secret' } })
  await page.close()
  await arrived(lab)
  expect(exportsOf(lab).map(({ headers }) => headers['x-api-key'])).toEqual(['secret'])
})

test('a span that ends while the page is hidden leaves at once', async ({ page, lab }) => {
  await openWaiting(page, lab)
  await turn(page, 'hidden')
  await arrived(lab)
  await page.evaluate(() => void api.withSpan('in the dark', () => {}))
  expect((await arrived(lab, 2)).map(({ name }) => name)).toEqual(['waiting', 'in the dark'])
})

test('after a return to the page the next hide flushes again', async ({ page, lab }) => {
  await openWaiting(page, lab)
  await turn(page, 'hidden')
  await arrived(lab)
  await turn(page, 'visible')
  await page.evaluate(() => void api.withSpan('second visit', () => {}))
  await turn(page, 'hidden')
  expect((await arrived(lab, 2)).map(({ name }) => name)).toEqual(['waiting', 'second visit'])
})

/** Makes spans of about 300 bytes each. */
const makeMany = (page: Page, count: number) =>
  page.evaluate((spans) => {
    for (let i = 0; i < spans; i++) api.startSpan(`span ${i}`, { attributes: { text: 'x'.repeat(200) } }).end()
  }, count)

test('500 spans at once leave in bodies under 64 KiB, and all arrive', async ({ page, lab }) => {
  await openWaiting(page, lab, { batch: { scheduledDelay: 1 } })
  await makeMany(page, 499)
  await arrived(lab, 500)
  expect(Math.max(...exportsOf(lab).map(({ bytes }) => bytes))).toBeLessThan(MAX_BODY_BYTES)
  expect(exportsOf(lab).length).toBeGreaterThan(2)
  expect(lab.collector.store.stats().duplicates).toBe(0)
})

test('200 spans that wait when the tab is closed all arrive, within what a dying page may send', async ({
  page,
  lab,
}) => {
  await openWaiting(page, lab)
  await page.evaluate(() => api.startTelemetry().forceFlush()) // until the second part is there bodies are JSON, and larger
  await makeMany(page, 180)
  await page.close()
  await arrived(lab, 181)
  expect(exportsOf(lab).reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(MAX_BODY_BYTES)
})

test('a collector of another origin gets spans without credentials, shown or closing', async ({ page, lab }) => {
  await page.context().addCookies([{ name: 'session', value: 'secret', url: lab.url }])
  await openWaiting(page, lab, { endpoint: `${lab.otherUrl}/v1/traces`, instrument: false })
  await page.evaluate(async () => {
    await api.startTelemetry().forceFlush() // the one that runs
    await fetch('/lab/echo')
    api.withSpan('last', () => {})
  })
  expect(exportsOf(lab)).toHaveLength(1)
  await page.close()
  await arrived(lab, 2)
  expect(lab.requests[0]?.headers.cookie).toBe('session=secret') // the page's own requests do carry it
  expect(exportsOf(lab).map(({ headers }) => headers.cookie)).toEqual([undefined, undefined])
  expect(exportsOf(lab).map(({ transportHint }) => transportHint.mode)).toEqual(['cors', 'cors'])
})

test('exports are never traced, not even from inside a span', async ({ page, lab }) => {
  await openLab(page, lab)
  await page.evaluate(async () => {
    const telemetry = api.startTelemetry({ serviceName: 'exporter', batch: { scheduledDelay: 1 } })
    await api.withSpan('outer', async () => {
      api.startSpan('inner').end()
      await telemetry.forceFlush()
      await fetch('/lab/echo')
    })
    await telemetry.forceFlush()
    await telemetry.forceFlush()
  })
  expect((await arrived(lab, 3)).map(({ name }) => name).sort()).toEqual(['GET', 'inner', 'outer'])
  expect(exportsOf(lab).map(({ headers }) => headers['traceparent'])).not.toContainEqual(expect.anything())
})

test('what a collector in trouble refuses is counted and told once, and the page lives on', async ({
  page,
  lab,
  told,
}) => {
  lab.collector.answerNext({ status: 400, message: 'no' })
  await openLab(page, lab)
  const stats = await page.evaluate(async () => {
    const telemetry = api.startTelemetry({ serviceName: 'refused' })
    api.withSpan('refused', () => {})
    await telemetry.forceFlush().catch(() => {})
    api.withSpan('taken', () => {})
    await telemetry.forceFlush()
    return telemetry.stats()
  })
  expect(stats).toEqual({ started: 2, ended: 2, queued: 0, exported: 1, stored: 0, dropped: { export_failed: 1 } })
  expect(told.filter((line) => line.startsWith('warning') || line.startsWith('uncaught'))).toHaveLength(1)
})
