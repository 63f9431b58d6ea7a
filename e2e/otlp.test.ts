import { startMockOtlp } from './support/startMockOtlp'
import { expect, openLab, test } from './support/test'

test('a server that others wrote reads the same spans from JSON and from protobuf', async ({ page, lab }) => {
  const mock = await startMockOtlp()
  try {
    await openLab(page, lab)
    const sent = await page.evaluate(async (url) => {
      const processorFor = (encoding: 'json' | 'protobuf') =>
        new api.BatchSpanProcessor(new api.OTLPExporter({ endpoint: `${url}/v1/traces`, encoding }))
      const processors = [processorFor('json')]
      const telemetry = api.startTelemetry({
        serviceName: 'shöp',
        resource: { 'deployment.environment.name': 'test' },
        processors: [...processors, processorFor('protobuf')],
      })
      const [root, child] = api.withSpan('root', { 'user.id': 42, ratio: 0.1, big: -(2 ** 40) }, (span) => {
        span.addEvent('clicked', { x: 1.5, tags: ['a', 'b'] })
        const inner = api.withSpan('child ✓', { kind: 'client', attributes: { ok: true, none: '' } }, (it) => {
          it.addLink({ context: span.spanContext(), attributes: { why: 'test' } })
          it.recordException(new TypeError('on purpose'))
          it.setStatus('error', 'failed')
          return it
        })
        return [span, inner]
      })
      await telemetry.forceFlush()
      return { traceId: root!.getTraceId(), rootId: root!.getSpanId(), childId: child!.getSpanId() }
    }, mock.url)

    const received = await mock.take(2)
    expect(received.map(({ contentType }) => contentType).sort()).toEqual([
      'application/json',
      'application/x-protobuf',
    ])
    // Each exporter counts what it hands over for itself.
    const [one, other] = received.map(({ trace }) =>
      JSON.stringify(trace).replace(/("codomyrmex\.page_view\.id":)"[0-9a-f]{32}"/, '$1"…"'),
    )
    expect(one).toContain('"codomyrmex.page_view.id":"…"')
    expect(one).toBe(other)
    expect(received[0]?.trace).toMatchObject({
      resourceSpans: [
        {
          resource: { attributes: { 'service.name': 'shöp', 'deployment.environment.name': 'test' } },
          scopeSpans: [
            {
              spans: [
                {
                  traceId: sent.traceId,
                  spanId: sent.childId,
                  parentSpanId: sent.rootId,
                  name: 'child ✓',
                  kind: 'SPAN_KIND_CLIENT',
                  attributes: { ok: true, none: '' },
                  status: { code: 'STATUS_CODE_ERROR', message: 'failed' },
                  events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }],
                  links: [{ traceId: sent.traceId, spanId: sent.rootId, attributes: { why: 'test' } }],
                },
                {
                  traceId: sent.traceId,
                  spanId: sent.rootId,
                  name: 'root',
                  kind: 'SPAN_KIND_INTERNAL',
                  attributes: { 'user.id': 42, ratio: 0.1, big: -(2 ** 40) },
                  events: [{ name: 'clicked', attributes: { x: 1.5, tags: ['a', 'b'] } }],
                },
              ],
            },
          ],
        },
      ],
    })
  } finally {
    await mock.close()
  }
})
