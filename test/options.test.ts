import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type OTLPExporterOptions, readExporterOptions } from '../src/export/exporterOptions'
import type { HttpOptions } from '../src/instrument/httpSpan'
import { absoluteUrl, matches } from '../src/instrument/urls'
import { resolveOptions, type TelemetryOptions } from '../src/options'
import { DEFAULT_BATCH } from '../src/process/batch'
import { AttributeList, type Attributes } from '../src/trace/attributes'
import { DEFAULT_LIMITS } from '../src/trace/limits'
import { catchReports } from './support/reports'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const resolve = (options?: unknown) => resolveOptions(options as TelemetryOptions)

it('no options are all defaults, and nothing is reported', () => {
  const { sampler, ...others } = resolve()
  expect(others).toEqual({
    serviceName: 'unknown_service',
    exporter: {},
    resource: {},
    attributes: {},
    spanLimits: {
      attributeCountLimit: 128,
      attributeValueLengthLimit: Infinity,
      eventCountLimit: 128,
      linkCountLimit: 128,
      attributePerEventCountLimit: 128,
      attributePerLinkCountLimit: 128,
    },
    batch: {
      maxQueueSize: 2048,
      maxQueueBytes: 16_777_216,
      maxExportBatchSize: 512,
      maxExportBatchBytes: 57_344,
      scheduledDelay: 5000,
      exportTimeout: 30_000,
      maxSpansPerMinute: Infinity,
      maxBytesPerMinute: Infinity,
    },
    detachAfter: 60_000,
    context: 'auto',
    processors: undefined,
    debug: false,
    fetch: { ignoreUrls: [], propagateTo: [], neverPropagateTo: [] },
    xhr: { ignoreUrls: [], propagateTo: [], neverPropagateTo: [] },
    page: false,
    load: false,
    errors: false,
    addresses: { ignoreUrls: [], propagateTo: [], neverPropagateTo: [] },
  })
  expect(String(sampler)).toBe('ParentBased{root=AlwaysOnSampler}')
  expect(reports).toEqual([])
})

it('good options are taken as they are, and nothing is reported', () => {
  const exporter = {
    endpoint: 'https://collector.example/v1/traces',
    headers: async () => ({ 'x-api-key': '1' }),
    timeout: 1,
    encoding: 'json',
    acceptsJson: true,
    compression: 'gzip',
    beacon: 'never',
    beaconEndpoint: '/b?token=1',
    beaconContentType: 'text/plain',
    credentials: 'include',
    fetch: async () => new Response(),
    deferred: false,
    outbox: { maxBytes: 1, maxAge: Infinity, consent: () => true },
  } as const
  const good = {
    serviceName: 'shop',
    resource: { 'deployment.environment.name': 'test' },
    attributes: { plan: 'pro' },
    sampler: 0,
    detachAfter: Infinity,
    spanLimits: { eventCountLimit: 0 },
    batch: { scheduledDelay: 1, maxExportBatchBytes: 1, maxSpansPerMinute: 0.5, maxBytesPerMinute: Infinity },
    processors: [],
  } as const
  const resolved = resolve({ ...good, ...exporter, propagateTo: ['https://a.example'], ignoreUrls: [/x/] })
  expect(resolved).toMatchObject({ ...good, exporter, batch: { maxQueueSize: 2048, ...good.batch } })
  expect(resolved.fetch).toEqual({ propagateTo: ['https://a.example'], neverPropagateTo: [], ignoreUrls: [/x/] })
  expect(reports).toEqual([expect.stringContaining('`processors`')]) // which stand in the place of the exporter
})

it('explicit `undefined` is a default', () => {
  const names = ['serviceName', 'endpoint', 'batch', 'spanLimits', 'sampler', 'instrument', 'processors', 'ignoreUrls']
  const resolved = resolve(Object.fromEntries(names.map((name) => [name, undefined])))
  expect({ ...resolved, sampler: null }).toEqual({ ...resolve(), sampler: null })
  expect(resolve({ batch: { maxQueueSize: undefined } }).batch.maxQueueSize).toBe(2048)
  expect(reports).toEqual([])
})

const isWrong: Record<string, unknown[]> = {
  serviceName: ['', 7, null, {}],
  endpoint: ['', 7, null, {}],
  headers: ['x', 7, null, ['a', 'b']],
  timeout: [0, -1, '5', null, Number.NaN],
  encoding: ['xml', 7, null, 'toString'],
  acceptsJson: ['no', 0, null],
  compression: [true, 'br', null],
  beacon: [true, 'sometimes', null],
  beaconEndpoint: ['', 7, null, {}],
  beaconContentType: ['', 7, null, {}],
  credentials: [true, 'always', null],
  fetch: ['fetch', true, null, {}],
  deferred: ['no', 0, null, [1]],
  outbox: ['no', 0, null, [1]],
  resource: ['x', 7, null, ['a']],
  attributes: ['x', 7, null, ['a']],
  sampler: [2, -0.1, Number.NaN, '0.5', 'always_on', null, true, {}],
  detachAfter: [0, -1, '5', null, Number.NaN],
  spanLimits: [7, null, [128]],
  batch: [7, null, true, [512]],
  processors: [{}, null, 'batch', [null], ['batch'], [{}]],
  instrument: [true, null, 'fetch', ['fetch']],
  propagateTo: ['https://a.example', null, {}, [''], [7], [null], /x/],
  ignoreUrls: ['/health', null, {}, [''], [7], [null], /x/],
}

describe.each(Object.entries(isWrong))('%s', (name, values) => {
  it.each(values.map((value) => [value]))(
    'as %o is reported once in a clear sentence, and its default is taken',
    (value) => {
      const resolved = resolve({ [name]: value })
      resolve({ [name]: value })
      expect({ ...resolved, sampler: String(resolved.sampler) }).toEqual({
        ...resolve(),
        sampler: 'ParentBased{root=AlwaysOnSampler}',
      })
      expect(reports).toHaveLength(1)
      expect(reports[0]).toMatch(new RegExp(`^\\[telemetry\\] .*\`${name}\``))
    },
  )
})

describe('nested options', () => {
  it.each([
    ['batch', 'maxQueueSize', [0, -1, '7', null, Number.NaN, 0.5]],
    ['batch', 'maxQueueBytes', [0, -1, '7', null, Number.NaN, 0.5, Infinity]],
    ['batch', 'maxExportBatchSize', [0, -1, '7', null, Number.NaN, 0.5]],
    ['batch', 'scheduledDelay', [-1, '7', null, Number.NaN]],
    ['batch', 'exportTimeout', [0, -1, '7', null, Number.NaN]],
    ['batch', 'maxExportBatchBytes', [0, -1, '7', null, Number.NaN, 0.5, Infinity]],
    ['batch', 'maxSpansPerMinute', [0, -1, '7', null, Number.NaN]],
    ['batch', 'maxBytesPerMinute', [0, -1, '7', null, Number.NaN]],
    ['spanLimits', 'attributeCountLimit', [-1, '7', null, Number.NaN]],
    ['spanLimits', 'attributeValueLengthLimit', [-1, '7', null, Number.NaN]],
    ['spanLimits', 'eventCountLimit', [-1, '7', null, Number.NaN]],
  ] as const)('%s.%s is checked by itself, and the others beside it are taken', (group, name, values) => {
    for (const value of values) {
      const sentences = catchReports()
      const beside = group === 'batch' ? 'scheduledDelay' : 'linkCountLimit'
      const resolved = resolve({ [group]: { [beside]: 3, [name]: value } })[group] as unknown as Record<string, number>
      expect([value, resolved[name]]).toEqual([value, (resolve()[group] as unknown as Record<string, number>)[name]])
      if (name !== beside) expect(resolved[beside]).toBe(3)
      expect(sentences).toEqual([expect.stringContaining(`\`${group}.${name}\``)])
    }
  })

  it.each([
    ['maxBytes', [0, -1, '7', null, Number.NaN, 0.5]],
    ['maxAge', [0, -1, '7', null, Number.NaN]],
  ])('outbox.%s is checked by itself, and what stands beside it is taken', (name, values) => {
    const beside = name === 'maxAge' ? 'maxBytes' : 'maxAge'
    for (const value of values) {
      const sentences = catchReports()
      expect(resolve({ outbox: { [beside]: 3, [name]: value } }).exporter.outbox).toEqual({ [beside]: 3 })
      expect(sentences).toEqual([expect.stringContaining(`\`outbox.${name}\``)])
    }
  })

  it('deferred.maxBytes is checked by itself', () => {
    for (const value of [0, -1, '7', null, Number.NaN, 0.5]) {
      const sentences = catchReports()
      const { exporter } = resolve({ deferred: { maxBytes: value as number } })
      expect(readExporterOptions(exporter).deferredBytes).toBe(65_536)
      expect(sentences).toEqual([expect.stringContaining('`deferred.maxBytes`')])
    }
  })

  it.each<[given: OTLPExporterOptions['deferred'], bytes: number]>([
    [undefined, 65_536],
    [true, 65_536],
    [{}, 65_536],
    [{ maxBytes: 1000 }, 1000],
    [false, 0],
  ])('deferred: %j allows %i bytes', (deferred, bytes) => {
    expect(readExporterOptions({ deferred }).deferredBytes).toBe(bytes)
  })

  it.each([true, 'yes', null, {}])(
    'a consent of %o cannot be asked: it is told once, and nothing is kept on this device',
    (consent) => {
      const { exporter } = resolve({ outbox: { maxAge: 3, consent } })
      const { outbox } = readExporterOptions(exporter)
      expect(outbox.maxAge).toBe(3)
      expect(outbox.consent()).toBe(undefined)
      expect(reports).toEqual([expect.stringContaining('`outbox.consent`')])
    },
  )

  it('fetch and xhr are on, off, or have options of their own', () => {
    expect(resolve({ instrument: { fetch: true, xhr: false } })).toMatchObject({ fetch: {}, xhr: null })
    expect(resolve({ instrument: false })).toMatchObject({ fetch: null, xhr: null })
    const own = { redactParams: ['token'], propagateToSameOrigin: false }
    expect(resolve({ instrument: { fetch: own } })).toMatchObject({ fetch: own, xhr: {} })
    expect(reports).toEqual([])
  })

  it('ignoreUrls of their own add to the common ones, and origins of their own stand instead', () => {
    const { fetch, xhr } = resolve({
      ignoreUrls: ['/a'],
      propagateTo: ['https://a.example'],
      instrument: { fetch: { ignoreUrls: ['/b'], propagateTo: ['https://b.example'] } },
    })
    expect(fetch).toMatchObject({ ignoreUrls: ['/a', '/b'], propagateTo: ['https://b.example'] })
    expect(xhr).toMatchObject({ ignoreUrls: ['/a'], propagateTo: ['https://a.example'] })
  })

  it('origins of their own that are undefined leave the common ones', () => {
    const { fetch } = resolve({ propagateTo: ['https://a.example'], instrument: { fetch: { propagateTo: undefined } } })
    expect(fetch?.propagateTo).toEqual(['https://a.example'])
  })

  it.each([[null], ['yes'], [1], [[]]])('instrument.fetch as %j is reported, and fetch is traced', (value) => {
    expect(resolve({ instrument: { fetch: value } }).fetch).toMatchObject({})
    expect(reports).toEqual([expect.stringContaining('`instrument.fetch`')])
  })

  it.each([
    ['ignoreUrls', '/health'],
    ['ignoreUrls', [7]],
    ['propagateTo', 'https://a.example'],
    ['propagateTo', [null]],
    ['redactParams', 'token'],
    ['onRequest', 'log'],
    ['onResponse', {}],
    ['propagateToSameOrigin', 'no'],
  ])('instrument.xhr.%s as %j is reported once, and left out', (name, value) => {
    const { xhr } = resolve({ instrument: { xhr: { [name]: value } } })
    const isSaid = (one: unknown) => one !== undefined && !(Array.isArray(one) && one.length === 0)
    expect(Object.values(xhr ?? {}).filter(isSaid)).toEqual([])
    expect(reports).toEqual([expect.stringContaining(`\`instrument.xhr.${name}\``)])
  })
})

describe('what can never do what it says is told, and is kept', () => {
  it.each([
    [600, undefined, false],
    [DEFAULT_BATCH.maxQueueSize, undefined, false],
    [DEFAULT_BATCH.maxQueueSize + 1, undefined, true],
    [100, 100, false],
    [101, 100, true],
  ])('a batch of %i spans where %s may wait: %s', (maxExportBatchSize, maxQueueSize, isTold) => {
    resolve({ batch: { maxQueueSize, maxExportBatchSize } })
    expect(reports.filter((text) => text.includes('`maxExportBatchSize`'))).toHaveLength(isTold ? 1 : 0)
  })

  it.each([
    ...['localhost:3000', 'api.example.com', 'https://*.example.com', '*', 'api/users', 'ftp://a.example', ' '],
    ...[
      'https://',
      'https://api.exam ple.com',
      'https://a:99999',
      'https://[::1',
      'http://%',
      'https://a.example/#top',
    ],
    ...['https://me:pw@a.example', 'https://me@a.example', 'https://a,https://b', 'https://.example.com', '/a#b'],
    ...['https://a..example', 'https://api/:id', '/users/{id}', '/users/<id>', 'https://%2A.example', '/a, https://b'],
  ])('a pattern that matches no request: %j', (pattern) => {
    for (const name of ['propagateTo', 'neverPropagateTo', 'ignoreUrls']) {
      const { fetch } = resolve({ [name]: ['https://a.example', pattern] })
      if (pattern.trim()) expect(fetch).toMatchObject({ [name]: ['https://a.example', pattern] })
      expect(reports.filter((sentence) => sentence.includes(`\`${name}\``))).toHaveLength(1)
    }
  })

  it.each([
    ...[
      'https://a.example',
      'HTTP://a.example:8080/x',
      '//a.example',
      '/health',
      '/',
      '/a,b',
      '/a:b',
      'https://[::1]:80',
    ],
    ...['https://münchen.example', 'https://a.example.', 'https://10.0.0.1', ' https://a.example ', '/a?b=c', '/a b'],
  ])('%j is none of these', (pattern) => {
    resolve({ propagateTo: [pattern], ignoreUrls: [pattern], neverPropagateTo: [pattern] })
    expect(reports).toEqual([])
  })

  it('a text of random pieces is told if no request of it matches it', () => {
    const pieces = [
      'https://',
      'http:',
      '/',
      '//',
      'a',
      '.example',
      ':80',
      ':99999',
      '@',
      ' ',
      '%',
      '[',
      'ä',
      '?b=c',
      '..',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }), (parts) => {
        const text = parts.join('')
        if (!text.trim()) return
        reports = catchReports()
        resolve({ ignoreUrls: [text] })
        const asked = absoluteUrl(text)
        const isSent = asked !== null && asked.username + asked.password === '' && matches(asked, [text])
        if (!isSent) expect([text, reports.length]).toEqual([text, 1])
        else if (/^\s*(https?:\/)?\/@*[^./:@]/.test(text) && !/\.\.|%|\/:/.test(text))
          expect([text, reports]).toEqual([text, []])
      }),
      { numRuns: 2000 },
    )
  })

  it('a RegExp that begins with a path, which no whole address does', () => {
    resolve({ ignoreUrls: [/^\/api/], propagateTo: [/^https:\/\/api/, /\/api/, /^\/a|b/] })
    expect(reports).toEqual([expect.stringContaining('`ignoreUrls`: /^\\/api/')])
  })

  it.each([
    [/^api\.example\.com/, true],
    [/^www\./i, true],
    [/^localhost:3000/, true],
    [/^https:\/\/api\.example\.com$/, true],
    [/^https?:\/\/localhost:3000$/, true],
    [/^https:\/\/api\.example\.com/, false],
    [/^https:\/\/api\.example\.com(\/|$)/, false],
    [/^https:\/\/api\.example\.com\/$/, false],
    [/^https:\/\/api.example.com$/, false], // a dot may be a slash
    [/^https?:/, false],
    [/^data:/, false],
    [/^blob:/, false],
    [/example\.com$/, false],
    [/^api\.|^https:/, false],
    [/^h\w+:/, false],
  ])('a RegExp that no whole address can match is told: %s', (pattern, isTold) => {
    resolve({ ignoreUrls: [pattern] })
    expect(reports).toEqual(isTold ? [expect.stringContaining('matches nothing')] : [])
  })

  it('a RegExp that matches an address is never told that it matches none', () => {
    const pieces = [
      '^',
      '$',
      '|',
      'https',
      'http',
      's?',
      ':',
      '\\/\\/',
      '//',
      'api',
      '\\.',
      'com',
      '.',
      '\\/',
      ':3000',
      '.*',
      '(',
      ')',
    ]
    const addresses = [
      'https://api.com',
      'http://api.com:3000',
      'https://com',
      'http://api.api.com/api.com',
      'https://api.com/com:3000',
    ].map((text) => new URL(text).href)
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 9 }), (parts) => {
        let pattern: RegExp
        try {
          pattern = new RegExp(parts.join(''))
        } catch {
          return
        }
        reports = catchReports()
        resolve({ ignoreUrls: [pattern] })
        if (addresses.some((address) => pattern.test(address))) expect([pattern, reports]).toEqual([pattern, []])
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    [{ propagateTo: ['/api'], instrument: { fetch: { propagateToSameOrigin: false } } }, 1],
    [{ instrument: { xhr: { propagateTo: [`${location.origin}/x`], propagateToSameOrigin: false } } }, 1],
    [{ propagateTo: ['https://a.example'], instrument: { fetch: { propagateToSameOrigin: false } } }, 0],
    [{ propagateTo: ['/api'], instrument: { fetch: { propagateToSameOrigin: true } } }, 0],
    [{ propagateTo: ['/api'], instrument: { xhr: { propagateToSameOrigin: false, propagateTo: [] } } }, 0],
  ])('the own origin beside `propagateToSameOrigin: false`: %j', (options, count) => {
    resolve(options)
    expect(reports.filter((sentence) => sentence.includes('own origin'))).toHaveLength(count)
    expect(reports).toHaveLength(count)
  })

  it.each([
    ['https://c.example', 'has no path'],
    ['//c.example', 'has no path'],
    ['http://c.example:4318?a=1', 'has no path'],
    ['::::', 'begins with neither'],
    ['c.example/v1/traces', 'begins with neither'],
    ['v1/traces', 'begins with neither'],
    ['https://', 'must be an absolute URL'],
    ['https://a:99999/v1/traces', 'must be an absolute URL'],
    ['http://[', 'must be an absolute URL'],
    ['http://a b', 'must be an absolute URL'],
    ['https://c.example/', null],
    ['https://c.example/v1/traces', null],
    ['/v1/traces', null],
  ])('an address of a collector that is hardly what was meant: %s', (address, words) => {
    for (const name of ['endpoint', 'beaconEndpoint']) {
      reports = catchReports()
      readExporterOptions({ [name]: address })
      expect(reports).toEqual(words ? [expect.stringMatching(new RegExp(`\`${name}\`.*${words}`))] : [])
    }
  })

  it.each<[headers: object, names: string | null]>([
    [Object.create({ authorization: 'B' }), 'authorization'],
    [
      new (class {
        own = '1'
        get authorization() {
          return 'B'
        }
      })(),
      'authorization',
    ],
    [
      new (class extends class {
        get a() {
          return '1'
        }
      } {
        get b() {
          return '2'
        }
      })(),
      'b, a',
    ],
    [
      new (class {
        authorization = 'B'
        toText() {}
      })(),
      null,
    ],
    [new Headers({ authorization: 'B' }), null],
    [new Map([['authorization', 'B']]), null],
    [{ authorization: 'B' }, null],
    [Object.assign(Object.create(null), { authorization: 'B' }), null],
  ])('headers that are inherited are told, since they are not sent: %o', (headers, names) => {
    resolve({ headers })
    expect(reports).toEqual(names ? [expect.stringContaining(`\`headers\`: ${names} must`)] : [])
  })

  it.each(['content-type', 'Content-Type', 'CONTENT-TYPE'])('a header %s is told, since it is not sent', (name) => {
    resolve({ headers: { authorization: 'B', [name]: 'application/json' } })
    expect(reports).toEqual([expect.stringContaining('`headers`: content-type is')])
  })

  it('RegExps of another realm are taken', () => {
    const foreign = runInNewContext('/x/') as RegExp
    expect(resolve({ ignoreUrls: [foreign] }).fetch).toMatchObject({ ignoreUrls: [foreign] })
    expect(reports).toEqual([])
  })

  it.each(['endpoint', 'batch', 'headers', 'outbox'])('`processors` switch `%s` off', (name) => {
    resolve({ processors: [], [name]: name === 'endpoint' ? '/v1/traces' : {} })
    expect(reports).toEqual([expect.stringContaining('`processors`')])
  })

  it.each([' ', '\t\n', '\u00a0'])('a service name of blanks: %j', (serviceName) => {
    expect(resolve({ serviceName }).serviceName).toBe('unknown_service')
    expect(reports).toEqual([expect.stringContaining('`serviceName`')])
  })
})

it.each([
  ['endPoint', 'endpoint'],
  ['ignoreURLs', 'ignoreUrls'],
  ['propagateTraces', 'propagateTo'],
])('an unknown option that is nearly a known one: %s', (given, meant) => {
  resolve({ [given]: 1 })
  expect(reports).toEqual([expect.stringMatching(new RegExp(`\`${given}\`; known are .*${meant}`))])
  expect(reports[0]!.length).toBeLessThan(120)
})

const OPTIONS: Record<keyof TelemetryOptions, 0> = {
  ...{ serviceName: 0, endpoint: 0, headers: 0, timeout: 0, encoding: 0, compression: 0, beacon: 0, beaconEndpoint: 0 },
  ...{
    acceptsJson: 0,
    beaconContentType: 0,
    credentials: 0,
    fetch: 0,
    deferred: 0,
    outbox: 0,
    resource: 0,
    attributes: 0,
    sampler: 0,
  },
  ...{ spanLimits: 0, batch: 0, detachAfter: 0, context: 0, processors: 0, instrument: 0, propagateTo: 0 },
  ...{ neverPropagateTo: 0, ignoreUrls: 0, debug: 0 },
}
const HTTP: Record<keyof HttpOptions, 0> = {
  ...{
    ignoreUrls: 0,
    propagateTo: 0,
    propagateToSameOrigin: 0,
    neverPropagateTo: 0,
    redactParams: 0,
    redactSecrets: 0,
  },
  ...{ onRequest: 0, onResponse: 0 },
}
const [OPTION_NAMES, HTTP_NAMES] = [Object.keys(OPTIONS), Object.keys(HTTP)]

/** Every known name, with what stands before it in a sentence, and what of the options it is in. */
const KNOWN: readonly (readonly [where: string, names: readonly string[], wrap: (inner: object) => object])[] = [
  ['', OPTION_NAMES, (inner) => inner],
  ['batch.', Object.keys(DEFAULT_BATCH), (batch) => ({ batch })],
  ['spanLimits.', Object.keys(DEFAULT_LIMITS), (spanLimits) => ({ spanLimits })],
  ['outbox.', ['maxBytes', 'maxAge', 'consent'], (outbox) => ({ outbox })],
  ['deferred.', ['maxBytes'], (deferred) => ({ deferred })],
  ['instrument.', ['fetch', 'xhr'], (instrument) => ({ instrument })],
  ['instrument.xhr.', HTTP_NAMES, (xhr) => ({ instrument: { xhr } })],
]

/** `name` with each slip of a finger. */
function* slips(name: string): Generator<string> {
  const dashed = (mark: string) => name.replace(/[A-Z]/g, (letter) => mark + letter.toLowerCase())
  yield* [name.toLowerCase(), name.toUpperCase(), dashed('-'), dashed('_'), dashed('_').toUpperCase(), `${name}s`]
  for (let at = 0; at < name.length; at++) {
    const [before, letter, after] = [name.slice(0, at), name[at] as string, name.slice(at + 1)]
    yield before + after
    yield before + letter + letter + after
    yield before + after.slice(0, 1) + letter + after.slice(1)
    yield `${before}${letter}_${after}`
    for (const other of 'aeqz') yield before + other + after
  }
}

describe.each(KNOWN)('a name of `%s*` with one slip', (where, names, wrap) => {
  it.each(names)('names what was meant, and few others: %s', (name) => {
    for (const slip of new Set(slips(name))) {
      if (names.includes(slip)) continue
      const heard = catchReports()
      resolve(wrap({ [slip]: undefined }))
      const known = /^\[telemetry\] there is no option `(.*)`; known are (.*)\.$/.exec(heard.join('\n'))
      expect(known?.[1]).toBe(where + slip)
      expect(known?.[2]?.split(', ')).toContain(name)
      expect(known?.[2]?.split(', ').length).toBeLessThan(5)
    }
  })
})

it.each(['endpiont', 'sevriceName', 'propogateTo', 'heders', 'tiemout'])('%s names one option alone', (slip) => {
  resolve({ [slip]: 1 })
  expect(reports).toEqual([expect.stringMatching(/known are \w+\.$/)])
})

it('a name like none gets the list of all, and a long one is soon told', () => {
  resolve({ qqq: 1, '-': 1, [OPTION_NAMES.join('').repeat(4000)]: 1 })
  expect(reports).toHaveLength(3)
  for (const sentence of reports) for (const name of OPTION_NAMES) expect(sentence).toContain(name)
})

/** Every nested name that is not also one of the top, with what it belongs to. */
const NESTED: Record<string, string> = {}
for (const [where, names] of KNOWN)
  for (const name of where ? names.filter((one) => !OPTION_NAMES.includes(one)) : []) {
    const place = where.slice(0, -1)
    const places = place === 'instrument.xhr' ? '`instrument.fetch` and `instrument.xhr`' : `\`${place}\``
    NESTED[name] = name === 'maxBytes' ? '`deferred` and `outbox`' : places
  }

describe('a nested option that is given at the top', () => {
  it.each(Object.entries(NESTED))('%s is told with what it belongs to: %s', (name, places) => {
    for (const spelt of [name, name.toLowerCase(), name.replace(/[A-Z]/g, '_$&').toUpperCase()]) {
      const heard = catchReports()
      resolve({ [spelt]: 100 })
      expect(heard).toEqual([`[telemetry] option \`${spelt}\` belongs to ${places}; here it is ignored.`])
    }
  })

  it.each(Object.keys(NESTED).filter((name) => name.length > 7))('with one slip it gets one sentence: %s', (name) => {
    for (const slip of new Set(slips(name))) {
      const heard = catchReports()
      resolve({ [slip]: 100 })
      expect(heard).toHaveLength(1)
      expect(heard[0]).toMatch(/known are|belongs to/)
    }
  })

  it.each([
    ['schedueldDelay', 'known are batch.scheduledDelay.'],
    ['redactParam', 'known are instrument.fetch.redactParams, instrument.xhr.redactParams.'],
    ['xhrRedactParams', 'belongs to `instrument.xhr`; here'],
    ['fetch_ignore_urls', 'belongs to `instrument.fetch`; here'],
    ['batchScheduledDelay', 'belongs to `batch`; here'],
  ])('%s: %s', (name, words) => {
    resolve({ [name]: 1 })
    expect(reports).toEqual([expect.stringContaining(words)])
  })

  it('also one step above: `instrument`', () => {
    resolve({ instrument: { redactParams: ['a'] } })
    expect(reports).toEqual([
      expect.stringContaining('`instrument.redactParams` belongs to `instrument.fetch` and `instrument.xhr`'),
    ])
  })

  it('also of an exporter alone', () => {
    readExporterOptions({ maxAge: 1 } as OTLPExporterOptions)
    expect(reports).toEqual([expect.stringContaining('`maxAge` belongs to `outbox`; here')])
  })
})

describe('unknown names', () => {
  it.each([
    [{ servicename: 'shop' }, 'servicename', 'serviceName'],
    [{ batch: { delay: 1 } }, 'batch.delay', 'scheduledDelay'],
    [{ spanLimits: { attributes: 1 } }, 'spanLimits.attributes', 'attributeCountLimit'],
    [{ instrument: { xmlHttpRequest: true } }, 'instrument.xmlHttpRequest', 'xhr'],
    [{ instrument: { fetch: { ignore: [] } } }, 'instrument.fetch.ignore', 'ignoreUrls'],
  ])('%j: the sentence names it and what is known', (options, name, known) => {
    resolve(options)
    resolve(options)
    expect(reports).toHaveLength(1)
    expect(reports[0]).toContain(`\`${name}\``)
    expect(reports[0]).toContain(known)
  })
})

it.each([null, 'shop', 7, true, ['shop'], () => {}])(
  '%o instead of options is reported, and the defaults are taken',
  (given) => {
    expect({ ...resolve(given), sampler: null }).toEqual({ ...resolve(), sampler: null })
    expect(reports).toHaveLength(1)
  },
)

it('a getter of the page that throws leaves out its option alone', () => {
  const options = Object.defineProperty({ serviceName: 'shop' }, 'endpoint', {
    enumerable: true,
    get() {
      throw new Error('a bug of theirs')
    },
  })
  const { serviceName, exporter } = resolve(options)
  expect([serviceName, exporter.endpoint]).toEqual(['shop', undefined])
  expect(reports).toHaveLength(1)
})

it('the options of the page are not written to, and may be frozen', () => {
  const options = Object.freeze({
    batch: Object.freeze({ maxQueueSize: 1 }),
    instrument: Object.freeze({ fetch: Object.freeze({ ignoreUrls: Object.freeze(['/a']) }) }),
    ignoreUrls: Object.freeze(['/b']),
  })
  const before = JSON.stringify(options)
  resolve(options)
  expect(JSON.stringify(options)).toBe(before)
})

describe('an object that keeps its names and values elsewhere', () => {
  const OTHERS: Readonly<Record<string, unknown>> = {
    Map: new Map([['a', 'b']]),
    Set: new Set(['a']),
    Date: new Date(0),
    URLSearchParams: new URLSearchParams('a=b'),
    'a promise': Promise.resolve({ a: 'b' }),
    RegExp: /a/,
  }
  class Fields {
    a = 'b'
  }
  const GOOD: readonly object[] = [{}, { a: 'b' }, Object.create(null), new Fields(), Object.freeze({ a: 'b' })]

  it.each(Object.entries(OTHERS))('is told where one of names and values is asked for: %s', (_what, value) => {
    for (const name of ['attributes', 'resource', 'batch', 'spanLimits', 'outbox', 'deferred', 'instrument']) {
      const before = reports.length
      resolve({ [name]: value })
      expect(reports.slice(before), name).toEqual([expect.stringContaining(`\`${name}\` must be`)])
    }
    const before = reports.length
    resolve(value)
    expect(reports.slice(before)).toEqual([expect.stringContaining('options must be an object')])
  })

  it.each(Object.entries(OTHERS))('is told as attributes of a span, too: %s', (_what, value) => {
    new AttributeList(128, Infinity).setAll(value as Attributes)
    expect(reports).toEqual([expect.stringContaining('attributes must be an object of names and values')])
  })

  it('no other is told', () => {
    for (const value of GOOD) new AttributeList(128, Infinity).setAll(value as Attributes)
    for (const value of GOOD) expect(resolve({ attributes: value, resource: value }).attributes).toEqual({ ...value })
    expect(reports).toEqual([])
  })
})
