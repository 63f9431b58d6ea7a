// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createHttpSpans } from '../../src/instrument/httpSpan'
import type { SpanMaker } from '../../src/trace/tracer'
import { catchReports } from '../support/reports'
import { keepSpans } from '../support/telemetry'
import { stubPage } from './pageFetch'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
  stubPage()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

it.each([
  [undefined, 1],
  [{}, 1],
  [{ mayLearn: true }, 1],
  [{ mayLearn: false }, 0],
  [{ mayLearn: false, type: 'network_error' }, 0],
])('a failure with %j has the path go without headers from then on, or not', async (more, learnt) => {
  const { telemetry } = keepSpans({ instrument: false })
  const maker = {
    host: { loose: null, early: null },
    currentSpan: () => null,
    startSpan: () => telemetry.startSpan('GET'),
    contextWith: (_: unknown, context: unknown) => context,
  } as unknown as SpanMaker
  const start = createHttpSpans(maker, {})
  start('GET', '/download')?.failed(new TypeError('Failed to fetch'), more)
  expect(reports.filter((sentence) => sentence.includes('neverPropagateTo'))).toHaveLength(learnt)
  await telemetry.shutdown()
})
