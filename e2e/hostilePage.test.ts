import { openRecording } from './support/recording'
import { allSaid, expect, test } from './support/test'

/** Replaces fetch as other libraries do, and counts the calls that come through. */
const STRANGER = `<script>
  globalThis.replaceFetch = (name) => {
    const before = globalThis.fetch
    globalThis.calls ??= {}
    globalThis.calls[name] = 0
    globalThis.fetch = async function (...args) {
      globalThis.calls[name]++
      return before.apply(this, args)
    }
    return globalThis.fetch
  }
</script>`

declare global {
  var replaceFetch: (name: string) => typeof fetch
  var calls: Record<string, number>
}

test('fetch replaced before us and after us: all are called once, and each call is one span', async ({ page, lab }) => {
  await openRecording(page, lab, {}, `${STRANGER}<script>replaceFetch('before')</script>`)
  const result = await page.evaluate(async () => {
    replaceFetch('after')
    await fetch('/lab/echo')
    return { calls, spans: (await ended()).map(({ name }) => name) }
  })
  expect(result).toEqual({ calls: { before: 1, after: 1 }, spans: ['GET'] })
  expect(lab.requests).toHaveLength(1)
})

test('shutdown() gives back the very function that was there before us', async ({ page, lab }) => {
  await openRecording(page, lab, {}, `${STRANGER}<script>globalThis.stranger = replaceFetch('before')</script>`)
  const result = await page.evaluate(async () => {
    const { stranger } = globalThis as unknown as { stranger: typeof fetch }
    const wasPatched = fetch !== stranger
    const { open, send } = XMLHttpRequest.prototype
    await api.startTelemetry().shutdown()
    return {
      wasPatched,
      fetchIsBack: fetch === stranger,
      xhrIsBack: XMLHttpRequest.prototype.open !== open && XMLHttpRequest.prototype.send !== send,
    }
  })
  expect(result).toEqual({ wasPatched: true, fetchIsBack: true, xhrIsBack: true })
})

test('shutdown() under a stranger’s patch leaves the stranger standing and only passes calls on', async ({
  page,
  lab,
}) => {
  await openRecording(page, lab, {}, STRANGER)
  const result = await page.evaluate(async () => {
    const stranger = replaceFetch('after')
    await api.startTelemetry().shutdown()
    await fetch('/lab/echo')
    return { isStillThere: fetch === stranger, calls, spans: await ended() }
  })
  expect(result).toEqual({ isStillThere: true, calls: { after: 1 }, spans: [] })
  expect(lab.requests[0]?.headers['traceparent']).toBeUndefined()
})

test('started again after that, each call is one span, not two', async ({ page, lab }) => {
  await openRecording(page, lab, {}, STRANGER)
  const names = await page.evaluate(async () => {
    replaceFetch('after')
    await api.startTelemetry().shutdown()
    const telemetry = api.startTelemetry()
    const names: string[] = []
    telemetry.on('span_ended', ({ span }) => names.push(span.name))
    await fetch('/lab/echo')
    return names
  })
  expect(names).toEqual(['GET'])
})

test('a fetch of the page that throws or gives no promise keeps doing so', async ({ page, lab }) => {
  const broken = `<script>
    globalThis.fetch = (what) => {
      if (what === 'throw') throw new RangeError('on purpose')
      return what === 'thenable' ? { then: (done) => done('odd') } : undefined
    }
  </script>`
  await openRecording(page, lab, {}, broken)
  const result = await page.evaluate(async () => {
    const odd = fetch as unknown as (what: string) => unknown
    let thrown = ''
    try {
      odd('throw')
    } catch (error) {
      thrown = (error as Error).name
    }
    return { thrown, nothing: odd('nothing') === undefined, thenable: await odd('thenable') }
  })
  expect(result).toEqual({ thrown: 'RangeError', nothing: true, thenable: 'odd' })
})

test('a page whose fetch was replaced still exports by the browser’s own, unseen by it', async ({ page, lab }) => {
  await page.goto(
    lab.page(
      `${STRANGER}<script type="module">
        import * as api from '/telemetry.min.js'
        globalThis.api = api
        replaceFetch('after')
      </script>`,
    ),
  )
  const counted = await page.evaluate(async () => {
    const telemetry = api.startTelemetry({ serviceName: 'unseen' })
    api.withSpan('work', () => {})
    await telemetry.forceFlush()
    return calls['after']
  })
  expect(counted).toBe(0)
  expect(lab.collector.store.spans().map(({ name }) => name)).toEqual(['work'])
})

test('processors, listeners and options that throw never reach the page', async ({ page, lab, told }) => {
  await openRecording(page, lab)
  const result = await page.evaluate(async () => {
    await api.startTelemetry().shutdown()
    const bad = () => {
      throw new Error('bad processor')
    }
    const telemetry = api.startTelemetry({
      processors: [{ onStart: bad, onEnd: bad, forceFlush: async () => {}, shutdown: async () => {} }],
      instrument: { fetch: { onRequest: bad, onResponse: bad } },
      nonsense: true,
    } as never)
    telemetry.on('span_started', bad)
    const value = api.withSpan('work', () => 'value')
    const { status } = await fetch('/lab/echo')
    return { value, status }
  })
  expect(result).toEqual({ value: 'value', status: 200 })
  expect(told.filter((line) => line.startsWith('uncaught'))).toEqual([])
  await allSaid(page)
  expect(told.filter((line) => line.startsWith('warning')).length).toBeGreaterThan(0)
})

test('a page without fetch, crypto and sendBeacon still starts, and its functions work', async ({
  page,
  lab,
  told,
}) => {
  const poor = `<script>
    delete globalThis.fetch
    delete Navigator.prototype.sendBeacon
    Object.defineProperty(globalThis, 'crypto', { value: undefined })
  </script>`
  await openRecording(page, lab, {}, poor)
  const spans = await page.evaluate(async () => {
    await api.withSpan('work', async () => {
      await Promise.resolve()
    })
    return await ended()
  })
  expect(spans).toMatchObject([{ name: 'work', status: 'unset' }])
  expect(told.filter((line) => line.startsWith('uncaught'))).toEqual([])
})
