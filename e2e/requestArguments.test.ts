import type { Made } from './samePage/requestArguments'
import { serveModule } from './support/serveModule'
import { expect, openLab, test } from './support/test'

const SEEDS = [1, 2, 3, 4]
const CALLS = 100
const OUR_TRACE = /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$/

/** What was done to the page before us. */
const BEFORE = {
  nothing: '',
  'a wrapper of somebody': `<script>{
    const { fetch } = window
    window.fetch = function (...args) { return Reflect.apply(fetch, this, args) }
    for (const name of ['open', 'setRequestHeader', 'send']) {
      const method = XMLHttpRequest.prototype[name]
      XMLHttpRequest.prototype[name] = function (...args) { return Reflect.apply(method, this, args) }
    }
  }</script>`,
  'a subclass in the place of Request': '<script>window.Request = class extends Request {}</script>',
}

for (const [what, calls, before] of [
  ['fetch', 'fetchCalls', 'nothing'],
  ['XMLHttpRequest', 'xhrCalls', 'nothing'],
  ['fetch', 'fetchCalls', 'a wrapper of somebody'],
  ['XMLHttpRequest', 'xhrCalls', 'a wrapper of somebody'],
  ['fetch', 'fetchCalls', 'a subclass in the place of Request'],
] as const)
  test(`${what} above ${before}: whatever a caller gives is read as without us, and the server gets the same request @engines`, async ({
    page,
    lab,
  }) => {
    test.slow() // 800 requests, one after the other
    await openLab(page, lab, BEFORE[before])
    const [bare, ours] = await page.evaluate(
      async ([path, name, seeds, count]) => {
        const made = (await import(path)) as typeof import('./samePage/requestArguments')
        const pick = () => {
          const { open, setRequestHeader, send } = XMLHttpRequest.prototype
          return name === 'fetchCalls' ? { fetch } : { open, setRequestHeader, send }
        }
        const all = async (by: ReturnType<typeof pick>) => {
          const list: Made[] = []
          for (const seed of seeds) {
            const run = 'fetch' in by ? made.fetchCalls(by.fetch as never, seed, count) : made.xhrCalls(by, seed, count)
            list.push(...(await run))
          }
          return list
        }
        const bare = await all(pick())
        const telemetry = api.startTelemetry({ serviceName: 'arguments', processors: [] })
        const parent = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1, traceState: 'ours=1' }
        const span = telemetry.startSpan('server', { parent })
        const ours = await telemetry.withContext(span, () => telemetry.withBaggage({ ours: '1' }, () => all(pick())))
        return [bare, ours] as const
      },
      [serveModule(lab, 'samePage/requestArguments.ts'), calls, SEEDS, CALLS] as const,
    )
    const plain = (made: readonly Made[]) => made.map(({ seen, outcome }) => ({ seen, outcome }))
    expect(plain(ours)).toEqual(plain(bare))
    const isAboveStranger = calls === 'fetchCalls' && before !== 'nothing'
    expect(traceHeaders(bare, ours, isAboveStranger)).toBeGreaterThan(SEEDS.length * CALLS * 0.15)
  })

/** Without what Firefox begins to disguise in the middle of a run, whoever asks. */
const asSent = (arrived: object) => ({ ...arrived, 'user-agent': null, 'accept-language': null })

/** The server got the same, but for trace headers where the caller had none. How many requests have ours. */
function traceHeaders(bare: readonly Made[], ours: readonly Made[], isAboveStranger: boolean): number {
  let traced = 0
  for (const [at, { arrived }] of bare.entries()) {
    if (!arrived) continue
    const { traceparent, tracestate, baggage, ...rest } = ours[at]!.arrived!
    const { traceparent: ownTrace, tracestate: ownState, baggage: ownBaggage, ...bareRest } = arrived
    expect(asSent(rest)).toEqual(asSent(bareRest))
    const { seen } = ours[at]!
    // Above somebody else's fetch an address that has to be asked for is passed on as it is.
    if (isAboveStranger && seen.some((line) => line.endsWith('of url'))) {
      expect([traceparent, tracestate, baggage]).toEqual([ownTrace, ownState, ownBaggage])
      continue
    }
    if (ownTrace === undefined) {
      expect(traceparent).toMatch(OUR_TRACE)
      traced++
    } else expect(traceparent).toBe(ownTrace)
    expect(tracestate).toBe(ownState ?? (ownTrace === undefined ? 'ours=1' : undefined))
    expect(baggage?.replaceAll(' ', '')).toBe(ownBaggage === undefined ? 'ours=1' : `${ownBaggage},ours=1`)
  }
  return traced
}
