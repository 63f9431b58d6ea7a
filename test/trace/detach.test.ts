import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createTelemetry, InMemoryExporter, SimpleSpanProcessor, type Telemetry } from '../../src/index'

let now = 1000
let telemetry: Telemetry
let exporter: InMemoryExporter

beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  exporter = new InMemoryExporter()
  telemetry = createTelemetry({
    processors: [new SimpleSpanProcessor(exporter)],
    instrument: false,
    detachAfter: 60_000,
  })
})
afterEach(async () => {
  await telemetry.shutdown()
  vi.restoreAllMocks()
})

const later = (ms: number) => {
  now += ms
}

it('work that still runs a minute after its trace ended begins a new trace, linked to the old one', async () => {
  const { poll, root } = telemetry.withSpan('open page', (span) => ({
    root: span,
    poll: telemetry.bind(() => telemetry.startSpan('poll')),
  }))
  later(59_000)
  expect(poll().traceId).toBe(root.traceId)
  later(2000)
  const detached = poll()
  expect(detached.traceId).not.toBe(root.traceId)
  detached.end()
  await telemetry.forceFlush()
  const sent = exporter.getFinishedSpans().find(({ spanId }) => spanId === detached.spanId)
  expect(sent?.parentSpanId).toBeNull()
  expect(sent?.links.map(({ context }) => [context.traceId, context.spanId])).toEqual([[root.traceId, root.spanId]])
})

it('a span that is still open keeps its children, however long ago its root ended', () => {
  const root = telemetry.startSpan('root')
  const open = telemetry.startSpan('socket', { parent: root })
  root.end()
  later(3_600_000)
  expect(telemetry.withContext(open, () => telemetry.startSpan('message')).traceId).toBe(root.traceId)
})

it('a parent that is given counts, however old', () => {
  const root = telemetry.startSpan('root')
  root.end()
  later(3_600_000)
  expect(telemetry.startSpan('late', { parent: root }).traceId).toBe(root.traceId)
})
