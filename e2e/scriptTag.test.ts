import { allSaid, expect, openLab, test } from './support/test'

const withTag = (src: string, attributes: string) => `<script type="module" src="${src}" ${attributes}></script>`

/** Makes one span through the functions of the file at `path`. */
const makeSpan = async (path: string) => {
  const { withSpan } = (await import(path)) as typeof import('@codomyrmex/telemetry')
  withSpan('from the page', () => {})
}

test('the script tag starts from its data- attributes @engines', async ({ page, lab, told }) => {
  const tag = withTag(
    '/telemetry.min.js',
    `data-service-name="tag" data-endpoint="/v1/traces" data-encoding="json" data-batch-scheduled-delay="1"
     data-resource-deployment.environment.name="test" data-attributes-user.plan="pro" data-ignore-urls="/lab/status"`,
  )
  await page.goto(lab.page(tag))
  await page.evaluate(makeSpan, '/telemetry.min.js')
  await page.evaluate(async () => {
    await fetch('/lab/status/200')
    await fetch('/lab/echo')
  })
  const spans = await lab.collector.waitFor(() => {
    const arrived = lab.collector.store.spans()
    return arrived.length >= 2 && arrived
  })
  expect(spans.map(({ service, name }) => `${service}: ${name}`)).toEqual(['tag: from the page', 'tag: GET'])
  expect(spans[0]).toMatchObject({
    resource: { 'deployment.environment.name': 'test', 'telemetry.sdk.language': 'webjs' },
    attributes: { 'user.plan': 'pro' },
  })
  expect(lab.collector.requests.map(({ contentType }) => contentType)).toContain('application/json')
  await allSaid(page)
  expect(told).toEqual([])
})

test('a redirecting URL starts it too, and gives the same module', async ({ page, lab, told }) => {
  const tag = withTag('/cdn/latest.js', 'data-service-name="redirected" data-batch-scheduled-delay="1"')
  await page.goto(lab.page(tag))
  await page.evaluate(makeSpan, '/cdn/latest.js')
  await lab.collector.waitFor(() => lab.collector.store.spans().length)
  expect(lab.collector.store.spans().map(({ service }) => service)).toEqual(['redirected'])
  await allSaid(page)
  expect(told).toEqual([])
})

test('a tag of another origin starts it and sends to the page’s own', async ({ page, lab, told }) => {
  const tag = withTag(`${lab.otherUrl}/telemetry.min.js`, 'data-service-name="cdn" data-batch-scheduled-delay="1"')
  await page.goto(lab.page(tag))
  await page.evaluate(makeSpan, `${lab.otherUrl}/telemetry.min.js`)
  await lab.collector.waitFor(() => lab.collector.store.spans().length)
  expect(lab.collector.requests.map(({ transportHint }) => transportHint.site)).toEqual(['same-origin'])
  await allSaid(page)
  expect(told).toEqual([])
})

test('the functions of a second copy of the file speak to the telemetry that runs', async ({ page, lab }) => {
  const tag = withTag('/telemetry.min.js', 'data-service-name="first" data-batch-scheduled-delay="1"')
  await page.goto(lab.page(tag))
  await page.evaluate(makeSpan, '/telemetry.min.js?second')
  await lab.collector.waitFor(() => lab.collector.store.spans().length)
  expect(lab.collector.store.spans().map(({ service }) => service)).toEqual(['first'])
})

test('importing the file without a tag starts nothing and patches nothing', async ({ page, lab, told }) => {
  const remember = `<script>
    const places = () => [
      [globalThis, 'fetch'], [globalThis, 'Promise'], [globalThis, 'XMLHttpRequest'], [globalThis, 'setTimeout'],
      [globalThis, 'setInterval'], [globalThis, 'requestAnimationFrame'], [globalThis, 'queueMicrotask'],
      [globalThis, 'MutationObserver'], [globalThis, 'Zone'],
      [Promise, 'resolve'], [Promise.prototype, 'then'], [Promise.prototype, 'constructor'],
      [XMLHttpRequest.prototype, 'open'], [XMLHttpRequest.prototype, 'send'], [XMLHttpRequest.prototype, 'abort'],
      [XMLHttpRequest.prototype, 'setRequestHeader'], [XMLHttpRequestEventTarget.prototype, 'onload'],
      [EventTarget.prototype, 'addEventListener'], [EventTarget.prototype, 'removeEventListener'],
      [HTMLElement.prototype, 'onclick'], [IDBRequest.prototype, 'onsuccess'], [Navigator.prototype, 'sendBeacon'],
    ].flatMap(([owner, name]) => {
      const found = Object.getOwnPropertyDescriptor(owner, name) ?? {}
      return ['value', 'get', 'set', 'writable', 'enumerable', 'configurable'].map((key) => [name + '.' + key, found[key]])
    })
    const before = places()
    const names = new Set(Object.getOwnPropertyNames(globalThis))
    globalThis.changedPlaces = () => places().filter(([, value], index) => value !== before[index][1]).map(([name]) => name)
    globalThis.newGlobals = () => Object.getOwnPropertyNames(globalThis).filter((name) => !names.has(name))
  </script>`
  await openLab(page, lab, remember)
  const page2 = await page.evaluate(() => ({
    changed: (globalThis as unknown as { changedPlaces(): string[] }).changedPlaces(),
    globals: (globalThis as unknown as { newGlobals(): string[] }).newGlobals(),
    span: api.getCurrentSpan(),
    recording: api.startSpan('nobody listens').isRecording(),
  }))
  expect(page2).toEqual({ changed: [], globals: ['changedPlaces', 'newGlobals', 'api'], span: null, recording: false })
  expect(lab.collector.requests).toEqual([])
  await allSaid(page)
  expect(told).toEqual([expect.stringContaining('a span began before startTelemetry()')])
})

for (const file of ['telemetry.min.js', 'telemetry.full.min.js'])
  test(`a tag of ${file} whose service name is misspelt is told, and nothing leaves`, async ({ page, lab, told }) => {
    await page.goto(lab.page(withTag(`/${file}`, 'data-servicename="a" data-batch-scheduled-delay="1"')))
    await page.evaluate(async () => void (await fetch('/lab/echo')))
    await allSaid(page)
    await expect
      .poll(() => told, { timeout: 10_000 })
      .toEqual([expect.stringContaining('`data-service-name` is missing')])
    expect(lab.collector.requests).toEqual([])
  })

for (const file of ['telemetry.min.js', 'telemetry.full.min.js'])
  test(`a tag of ${file} for what a script of the page starts is no mistake`, async ({ page, lab, told }) => {
    const start = `<script type="module">
      import { startTelemetry } from '/${file}'
      await new Promise((resolve) => setTimeout(resolve, 200))
      startTelemetry({ serviceName: 'own' })
    </script>`
    await page.goto(lab.page(withTag(`/${file}`, '') + start))
    await page.waitForTimeout(4500) // it would be told three seconds after the load
    expect(told).toEqual([])
  })

test('a file that is only imported does not ask for its second part', async ({ page, lab, told }) => {
  const asked: string[] = []
  page.on('request', (request) => void asked.push(new URL(request.url()).pathname))
  await page.goto(lab.page('<script type="module" data-endpoint="/x">import "/telemetry.min.js"</script>'))
  await page.waitForTimeout(1500)
  expect(asked.filter((path) => path.includes('telemetry'))).toEqual(['/telemetry.min.js'])
  expect(told).toEqual([])
})
