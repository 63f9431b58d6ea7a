import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const RUNNING = Symbol.for('@codomyrmex/telemetry')
const runs = () => RUNNING in globalThis

let entry: typeof import('../src/auto') | null = null
async function load(tag: string) {
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
