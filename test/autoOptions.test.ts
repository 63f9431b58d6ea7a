import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { autoOptions } from '../src/autoOptions'
import { resolveOptions } from '../src/options'
import { DEFAULT_BATCH } from '../src/process/batch'
import { DEFAULT_LIMITS } from '../src/trace/limits'
import { catchReports } from './support/reports'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
})
afterEach(() => {
  vi.unstubAllGlobals()
  document.head.replaceChildren()
  vi.restoreAllMocks()
})

/** The options of a page with this tag. */
function optionsOf(attributes: string, type = 'type="module"') {
  document.head.innerHTML = `<script ${type} ${attributes}></script>`
  return autoOptions()
}
const read = (attributes: string) => optionsOf(`data-service-name="shop" ${attributes}`)

describe('the tag', () => {
  it('is a module script with data-service-name', () => {
    expect(optionsOf('data-service-name="shop"')).toEqual({ serviceName: 'shop' })
    expect(optionsOf('data-service-name="shop"', '')).toBeNull()
    expect(optionsOf('data-service-name="shop"', 'type="text/javascript"')).toBeNull()
    expect(optionsOf('data-endpoint="/v1/traces"')).toBeNull()
  })

  it('is the first of two', () => {
    document.head.innerHTML =
      '<script type="module" data-service-name="a"></script><script type="module" data-service-name="b"></script>'
    expect(autoOptions()).toEqual({ serviceName: 'a' })
  })

  it('is not there without a document', () => {
    vi.stubGlobal('document', undefined)
    expect(autoOptions()).toBeNull()
  })

  it('may carry attributes that are none of ours', () => {
    expect(read('async crossorigin="anonymous" nonce="x"')).toEqual({ serviceName: 'shop' })
    expect(reports).toEqual([])
  })
})

describe('data-', () => {
  it.each([
    ['data-endpoint="https://c.example/v1/traces"', { endpoint: 'https://c.example/v1/traces' }],
    ['data-timeout="2000"', { timeout: 2000 }],
    ['data-encoding="json"', { encoding: 'json' }],
    ['data-accepts-json="false"', { acceptsJson: false }],
    ['data-beacon="never"', { beacon: 'never' }],
    ['data-compression="none"', { compression: 'none' }],
    ['data-beacon-endpoint="/b?token=1"', { beaconEndpoint: '/b?token=1' }],
    ['data-beacon-content-type="text/plain"', { beaconContentType: 'text/plain' }],
    ['data-credentials="omit"', { credentials: 'omit' }],
    ['data-deferred="false"', { deferred: false }],
    ['data-deferred-max-bytes="20000"', { deferred: { maxBytes: 20_000 } }],
    ['data-outbox="false"', { outbox: false }],
    ['data-outbox-max-bytes="1024" data-outbox-max-age="60000"', { outbox: { maxBytes: 1024, maxAge: 60_000 } }],
    ['data-batch-max-export-batch-bytes="1024"', { batch: { maxExportBatchBytes: 1024 } }],
    ['data-batch-max-spans-per-minute="600"', { batch: { maxSpansPerMinute: 600 } }],
    ['data-sampler="0.25"', { sampler: 0.25 }],
    ['data-sampler="0"', { sampler: 0 }],
    ['data-batch-scheduled-delay="2000"', { batch: { scheduledDelay: 2000 } }],
    [
      'data-batch-max-queue-size="10" data-batch-max-export-batch-size="5"',
      { batch: { maxQueueSize: 10, maxExportBatchSize: 5 } },
    ],
    ['data-batch-export-timeout=" 7 "', { batch: { exportTimeout: 7 } }],
    ['data-span-limits-attribute-count-limit="3"', { spanLimits: { attributeCountLimit: 3 } }],
    ['data-span-limits-attribute-per-event-count-limit="3"', { spanLimits: { attributePerEventCountLimit: 3 } }],
    ['data-detach-after="Infinity"', { detachAfter: Infinity }],
    ['data-instrument="false"', { instrument: false }],
    ['data-instrument="xhr, load"', { instrument: { fetch: false, xhr: true, load: true } }],
    ['data-instrument-fetch="false" data-instrument-xhr="true"', { instrument: { fetch: false, xhr: true } }],
    ['data-propagate-to="https://a.example"', { propagateTo: ['https://a.example'] }],
    [
      'data-propagate-to=" https://a.example , https://b.example,"',
      { propagateTo: ['https://a.example', 'https://b.example'] },
    ],
    ['data-ignore-urls="/health,/metrics"', { ignoreUrls: ['/health', '/metrics'] }],
    ['data-resource-deployment.environment.name="test"', { resource: { 'deployment.environment.name': 'test' } }],
    ['data-resource-service.version="1.10"', { resource: { 'service.version': '1.10' } }],
    [
      'data-attributes-user.plan="pro" data-attributes-beta="true"',
      { attributes: { 'user.plan': 'pro', beta: 'true' } },
    ],
    ['data-headers-x-api-key="007"', { headers: { 'x-api-key': '007' } }],
  ])('%s', (attributes, expected) => {
    const options = read(attributes)
    expect(options).toEqual({ serviceName: 'shop', ...expected })
    resolveOptions(options ?? undefined)
    expect(reports).toEqual([])
  })

  it('service-name stays text, also when it looks like a number', () => {
    expect(optionsOf('data-service-name="4711"')).toEqual({ serviceName: '4711' })
    expect(optionsOf('data-service-name="true"')).toEqual({ serviceName: 'true' })
  })

  it.each([
    ['data-servicename="x"', 'there is no option `servicename`; known are serviceName.'],
    ['data-endpiont="/x"', 'there is no option `endpiont`; known are endpoint.'],
    ['data-propogate-to="/x"', 'there is no option `propogateTo`; known are propagateTo.'],
    ['data-batch-schedueld-delay="7"', 'there is no option `batch.schedueldDelay`; known are scheduledDelay.'],
    ['data-batch-cfasync="false"', 'there is no option `batch.cfasync`; known are'],
    ['data-processors="x"', '`processors` must be'],
    ['data-fetch="x"', '`fetch` must be'],
    ['data-batch="x"', '`batch` must be'],
    ['data-resource="x"', '`resource` must be'],
    ['data-attributes="x"', '`attributes` must be'],
    ['data-headers="x"', '`headers` must be'],
    ['data-instrument=""', '`instrument` must be'],
    ['data-instrument="fetch,xhr,x"', 'there is no option `instrument.x`'],
  ])('%s changes nothing, and one sentence says so', (attribute, sentence) => {
    const resolved = resolveOptions(read(attribute) ?? undefined)
    expect(reports).toEqual([expect.stringContaining(sentence)])
    expect({ ...resolved, sampler: null }).toEqual({ ...resolveOptions({ serviceName: 'shop' }), sampler: null })
  })

  it.each([
    ['data-timeout="soon"', 'timeout'],
    ['data-timeout=""', 'timeout'],
    ['data-sampler="often"', 'sampler'],
    ['data-sampler="2"', 'sampler'],
    ['data-encoding="xml"', 'encoding'],
    ['data-endpoint=""', 'endpoint'],
    ['data-batch-max-queue-size="many"', 'batch.maxQueueSize'],
    ['data-batch-delay="7"', 'batch.delay'],
    ['data-instrument-timers="true"', 'instrument.timers'],
  ])('%s is reported once with the name of the option, and its default is taken', (attribute, name) => {
    const resolved = resolveOptions(read(attribute) ?? undefined)
    expect(reports).toEqual([expect.stringContaining(`\`${name}\``)])
    const others = { sampler: null, exporter: null }
    expect({ ...resolved, ...others }).toEqual({ ...resolveOptions({ serviceName: 'shop' }), ...others })
    expect(resolved.exporter).not.toHaveProperty(name)
  })

  const NESTED = {
    batch: Object.keys(DEFAULT_BATCH),
    spanLimits: Object.keys(DEFAULT_LIMITS),
    outbox: ['maxBytes', 'maxAge'],
    instrument: ['xhr'],
  }
  const dashed = (name: string) => name.replace(/[A-Z]/g, '-$&').toLowerCase()
  it.each(Object.entries(NESTED).flatMap(([group, names]) => names.map((name) => [dashed(name), dashed(group)])))(
    'data-%s is told with its name beside the others, which begins with %s, and that one is taken',
    (name, group) => {
      resolveOptions(read(`data-${name}="1"`) ?? undefined)
      expect(reports).toEqual([expect.stringContaining(`\`data-${group}-${name}\``)])
      reports = catchReports()
      resolveOptions(read(`data-${group}-${name}="${group === 'instrument' || 1}"`) ?? undefined)
      expect(reports).toEqual([])
    },
  )

  it.each([
    ...['redact-params', 'redact-secrets', 'on-request', 'on-response', 'propagate-to-same-origin', 'redactparams'],
    ...['xhr-redact-params', 'fetch-ignore-urls', 'instrument-xhr-redact-params', 'instrument-ignore-urls'],
  ])('data-%s is told, and that the tag cannot say it', (name) => {
    resolveOptions(read(`data-${name}="1"`) ?? undefined)
    const told = /belongs to .*`instrument\.(fetch|xhr)`; it cannot be said on the script tag\.$/
    expect(reports).toEqual([expect.stringMatching(told)])
  })

  it('a nested name with a slip names the attribute that was meant', () => {
    resolveOptions(read('data-schedueld-delay="7"') ?? undefined)
    expect(reports).toEqual([expect.stringContaining('`schedueldDelay`; known are data-batch-scheduled-delay.')])
  })

  it.each([
    'cfasync="false"',
    'consent="marketing"',
    'load="lazy"',
    'page="{}"',
    'cookieconsent="ignore"',
    'cookiecategory="analytics"',
    'category="necessary"',
    'usercentrics="tracing"',
    'no-optimize="1"',
    'no-minify',
    'pagespeed-no-defer',
    'rocket-src="x"',
    'turbo-track="reload"',
    'turbolinks-eval="false"',
    'domain="shop.example"',
    'n-head="ssr"',
    'next-head',
    'vite-dev-id="x"',
    '__proto__-x="x"',
    ...[
      'id="x"',
      'src="x"',
      'name="x"',
      'purpose="x"',
      'cmp-ab="1"',
      'gtm="x"',
      'astro-rerun',
      'reload="x"',
      'key="x"',
    ],
    ...['cookie-consent="x"', 'consent-category="x"', 'requires-consent', 'cookieyes="x"', 'page-id="x"', 'on="x"'],
    ...['loading="x"', 'load-on="x"', 'max="x"', 'auto-load="x"', 'page-url="x"', 'error-handler="x"', 'request="x"'],
  ])('data-%s is somebody else’s, and nothing is said', (attribute) => {
    const resolved = resolveOptions(read(`data-${attribute}`) ?? undefined)
    expect(reports).toEqual([])
    expect({ ...resolved, sampler: null }).toEqual({ ...resolveOptions({ serviceName: 'shop' }), sampler: null })
  })

  it('instrument="true" is what the default is, and no complaint', () => {
    expect(resolveOptions(read('data-instrument="true"') ?? undefined).fetch).not.toBeNull()
    expect(reports).toEqual([])
  })

  it('instrument="false" beside data-instrument-fetch does not break the start', () => {
    for (const attributes of [
      'data-instrument="false" data-instrument-fetch="true"',
      'data-instrument-fetch="true" data-instrument="false"',
    ])
      expect(() => resolveOptions(read(attributes) ?? undefined)).not.toThrow()
  })

  it('service-name that is empty is reported, and the default taken', () => {
    expect(resolveOptions(optionsOf('data-service-name=""') ?? undefined).serviceName).toBe('unknown_service')
    expect(reports).toEqual([expect.stringContaining('`serviceName`')])
  })
})
