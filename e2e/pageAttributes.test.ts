import { expect, openLab, test } from './support/test'

test('every span says on which page it began, without secrets; what the user says is stronger @engines', async ({
  page,
  lab,
}) => {
  await openLab(page, lab)
  const url = page.url()
  await page.evaluate(async () => {
    const telemetry = api.startTelemetry({ serviceName: 'shop', instrument: { page: true } })
    api.startSpan('first').end()
    const open = api.startSpan('begun before')
    history.pushState(null, '', '?token=secret&page=2#part')
    open.end()
    api.startSpan('second').end()
    api.startSpan('own', { attributes: { 'browser.document.url.full': 'mine' } }).end()
    await fetch('/lab/echo')
    await telemetry.shutdown()
    api.startTelemetry({ serviceName: 'shop' }).startSpan('without').end()
    await api.startTelemetry().shutdown()
  })
  const named = lab.collector.store
    .spans()
    .map(({ name, attributes }) => [name, attributes['browser.document.url.full']])
  const second = `${url}?token=REDACTED&page=2`
  expect(Object.fromEntries(named)).toEqual({
    first: url,
    'begun before': url,
    second,
    own: 'mine',
    GET: second,
    without: undefined,
  })
})

test('a span that leaves with the page says so too', async ({ page, lab }) => {
  const tag = `<script type="module" src="/telemetry.min.js" data-service-name="shop" data-instrument-page="true"></script>`
  const leaving = `<script type="module">import { startSpan } from '/telemetry.min.js'; startSpan('left').end(); location.href = 'about:blank'</script>`
  const url = lab.page(tag + leaving)
  await page.goto(url).catch(() => {})
  const [left] = await lab.collector.waitFor(
    () => lab.collector.store.spans().length > 0 && lab.collector.store.spans(),
  )
  expect(left).toMatchObject({ name: 'left', attributes: { 'browser.document.url.full': url } })
})

test('a worker is no page', async ({ page, lab }) => {
  await openLab(page, lab)
  await page.evaluate(async () => {
    const code = `import { startTelemetry } from '${location.origin}/telemetry.min.js'
      const telemetry = startTelemetry({ endpoint: '${location.origin}/v1/traces', instrument: { page: true, load: true, errors: true } })
      telemetry.startSpan('in a worker').end()
      telemetry.forceFlush().then(() => postMessage('done'), (error) => postMessage(String(error)))`
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' })
    await new Promise((resolve) => {
      worker.onmessage = resolve
    })
  })
  expect(lab.collector.store.spans().map(({ name, attributes }) => [name, attributes])).toEqual([['in a worker', {}]])
})
