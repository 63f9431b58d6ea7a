import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const RUNNING = Symbol.for('@codomyrmex/telemetry')
const runs = () => RUNNING in globalThis

let entry: typeof import('../src/auto') | null = null
async function load(tag: string) {
  const { happyDOM } = window as unknown as { happyDOM: { settings: { handleDisabledFileLoadingAsSuccess: boolean } } }
  happyDOM.settings.handleDisabledFileLoadingAsSuccess = true
  document.head.innerHTML = tag
  vi.resetModules()
  entry = await import('../src/auto')
  return entry
}

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(async () => {
  if (runs()) await entry?.startTelemetry().shutdown()
  document.head.replaceChildren()
  vi.restoreAllMocks()
})

it('without a tag it starts nothing, and patches nothing', async () => {
  const { fetch } = globalThis
  const { startSpan } = await load('')
  expect([runs(), globalThis.fetch === fetch, startSpan('x').isRecording()]).toEqual([false, true, false])
})

it('with a tag it starts with the options of the tag', async () => {
  const { fetch } = globalThis
  const { startSpan, startTelemetry } = await load(
    '<script type="module" data-service-name="shop" data-attributes-user.plan="pro"></script>',
  )
  expect(runs()).toBe(true)
  expect(globalThis.fetch).not.toBe(fetch)
  expect(startSpan('x')).toMatchObject({
    name: 'x',
    attributes: { 'user.plan': 'pro' },
    resource: { attributes: { 'service.name': 'shop' } },
  })
  await startTelemetry().shutdown()
  expect([runs(), globalThis.fetch === fetch]).toEqual([false, true])
})

it('with a broken tag it still starts, and says what is wrong', async () => {
  await load('<script type="module" data-service-name="" data-batch-max-queue-size="many" data-endpoint=":"></script>')
  expect(runs()).toBe(true)
  expect(console.warn).toHaveBeenCalled()
})

describe('a tag of our own file that does not name the service', () => {
  const SENTENCE = '[telemetry] `data-service-name` is missing on the script tag; nothing was started.'
  const told = () => vi.mocked(console.warn).mock.calls.map(([text]) => text)
  const waitLong = () => vi.advanceTimersByTime(5000)
  const tag = (attributes: string, src = '/telemetry.min.js') =>
    `<script type="module" src="${src}" ${attributes}></script>`
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => vi.useRealTimers())

  const WRITTEN = ['serviceName', 'service_name', 'service-nam', 'service', 'sevrice-name', 'servicename', 'name']
  const OTHERS = ['data-endpoint="/v1/traces"', 'data-batch-scheduled-delay="1"', 'data-instrument="fetch"']
  it.each([...WRITTEN.map((name) => `data-${name}="a"`), 'service-name="a"', 'servicename="a"', ...OTHERS])(
    'is told once, and nothing is started: %s',
    async (attributes) => {
      await load(tag(attributes) + tag(attributes))
      waitLong()
      expect([runs(), told()]).toEqual([false, [SENTENCE]])
    },
  )

  it.each([
    '/cdn/latest/telemetry.full.min.js',
    'telemetry.min.js?v=2',
    'https://a.example/telemetry@1/dist/telemetry.min.js',
  ])('also at another address: %s', async (src) => {
    await load(tag('data-name="a"', src))
    waitLong()
    expect(told()).toEqual([SENTENCE])
  })

  it.each([
    '',
    tag('data-endpoint="/v1/traces" data-service="a"', '/app.js'),
    tag('data-endpoint="/v1/traces"', '/telemetry-setup.js'),
    tag(''),
    tag('async crossorigin integrity="sha384-x"'),
    '<script src="/telemetry.min.js" type="text/plain" data-service="a"></script>',
    '<script type="module" data-service="a"></script>',
    '<link rel="modulepreload" href="/telemetry.min.js" data-service="a">',
  ])('one that is only imported says nothing: %s', async (html) => {
    await load(html)
    waitLong()
    expect([runs(), told()]).toEqual([false, []])
  })

  it('says nothing where the page starts by itself what the tag has loaded, also by a later script', async () => {
    vi.spyOn(document, 'readyState', 'get').mockReturnValue('interactive')
    const { startTelemetry } = await load(tag('data-service="a"'))
    waitLong()
    startTelemetry({ outbox: false })
    window.dispatchEvent(new Event('load'))
    waitLong()
    expect([runs(), told()]).toEqual([true, []])
  })
})

const TAG = '<script type="module" data-service-name="shop"></script>'
/** What of the document we read, or might. */
const NAMES = [
  ...['querySelector', 'querySelectorAll', 'currentScript', 'scripts', 'getElementsByTagName', 'visibilityState'],
  ...['hidden', 'prerendering', 'baseURI', 'readyState', 'cookie', 'referrer', 'wasDiscarded', 'addEventListener'],
]
const fail = () => {
  throw new Error('broken')
}
const BROKEN: readonly (readonly [what: string, descriptor: PropertyDescriptor])[] = [
  ['a getter that throws', { get: fail }],
  ['missing', { value: undefined }],
  ['a text', { value: 'hidden' }],
  ['an object', { value: {} }],
  ['a function that throws', { value: fail }],
  ['a function that gives an object', { value: () => ({}) }],
]

describe.each(NAMES)('with a broken `document.%s` the file can be imported, and what it gives can be used', (name) => {
  beforeEach(() => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('no network')))
    vi.spyOn(navigator, 'sendBeacon').mockReturnValue(true)
  })
  afterEach(() => {
    Reflect.deleteProperty(document, name)
    vi.unstubAllGlobals()
  })

  it.each(BROKEN)('%s', async (_what, descriptor) => {
    document.head.innerHTML = TAG
    vi.resetModules()
    Object.defineProperty(document, name, { ...descriptor, configurable: true })
    entry = await import('../src/auto')
    if (!runs()) entry.startTelemetry({ serviceName: 'shop', outbox: false })
    expect(runs()).toBe(true)
    expect(entry.withSpan('a', (span) => [span.isRecording(), entry?.getCurrentSpan() === span])).toEqual([true, true])
  })
})

it('exports what a page needs, and what only development needs is in the npm package', async () => {
  const auto = await load('')
  const index = await import('../src/index')
  expect(Object.keys(auto).sort()).toEqual(
    Object.keys(index)
      .filter((name) => !['ConsoleExporter', 'InMemoryExporter', 'SimpleSpanProcessor'].includes(name))
      .sort(),
  )
  for (const [name, value] of Object.entries(auto)) expect(value).toBe((index as Record<string, unknown>)[name])
})
