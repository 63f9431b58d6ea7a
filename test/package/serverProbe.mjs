// Runs inside of every server, as its own text: it may import nothing.

/** What a server shares between all that it runs. */
const shared = () => [
  fetch,
  globalThis.Response, // Node makes its own at the first reading, and a symbol with it
  globalThis.setTimeout,
  globalThis.EventTarget?.prototype.addEventListener,
  globalThis.XMLHttpRequest,
  Promise,
  Promise.prototype.then,
  Promise.prototype.constructor,
  Reflect.ownKeys(globalThis).map(String).sort().join(),
]

function isSame(before) {
  return shared().every((value, i) => value === before[i])
}

const headers = () => {
  throw new Error('a server has nothing to send, so nobody asks for headers')
}

/** Starts a telemetry in all ways that there are. */
export function start({ startTelemetry, createTelemetry, OTLPExporter, BatchSpanProcessor, on }) {
  const before = shared()
  const processors = () => [new BatchSpanProcessor(new OTLPExporter({ endpoint: '/v1/traces', headers }))]
  const handles = [
    startTelemetry({ serviceName: 'shop', endpoint: '/v1/traces', headers }),
    startTelemetry({ processors: processors(), sampler: 1 }),
    createTelemetry({ processors: processors() }),
    createTelemetry(),
  ]
  for (const handle of handles) {
    handle.on('span_started', headers)
    handle.setAttributes({ a: 1 })
  }
  on?.('span_ended', headers)
  return { handles, isUnpatched: isSame(before) }
}

/** Uses everything on the handles and on the module. */
export async function use(telemetry, { handles, isUnpatched }) {
  const before = shared()
  const seen = new Set()
  const results = []
  for (const api of [telemetry, ...handles]) {
    const span = api.startSpan('render', { attributes: { a: 1 } })
    seen.add(span.traceId).add(span.isRecording())
    span.setAttribute('b', 2).addEvent('c').recordException(new Error('d'))
    results.push(
      api.withSpan('load', () => 1),
      await api.withSpan('later', async (own) => {
        await null
        seen.add(own.isRecording())
        return 1
      }),
      api.withContext(span, () => 1),
      api.withBaggage({ user: '7' }, () => 1),
      api.bind(() => 1)(),
      api.traced('double')((n) => n / 2)(2),
      api.linkSpan(span) === false ? 1 : 0,
    )
    seen.add(api.getCurrentSpan()).add(api.getErrorSpan(new Error('e')))
    span.end()
  }
  for (const handle of handles) {
    handle.getTracer('library').startSpan('own').end()
    await handle.forceFlush()
    await handle.clearOutbox()
    await handle.shutdown()
  }
  return {
    isUnpatched: isUnpatched && isSame(before),
    seen: [...seen],
    results: [...new Set(results)],
    stats: [...new Set(handles.map((handle) => JSON.stringify(handle.stats())))],
  }
}

/** What every server says. */
export const NOTHING = {
  isUnpatched: true,
  seen: ['0'.repeat(32), false, null],
  results: [1],
  stats: ['{"started":0,"ended":0,"queued":0,"exported":0,"stored":0,"dropped":{}}'],
}
