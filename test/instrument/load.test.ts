import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { catchReports } from '../support/reports'
import { keepSpans } from '../support/telemetry'

// What a browser does is in e2e/load.test.ts; here, what a test environment may lack.

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
})
afterEach(() => vi.unstubAllGlobals())

async function load() {
  const { telemetry, spans } = keepSpans({ instrument: { fetch: false, xhr: false, load: true } })
  telemetry.startSpan('begun at once').end()
  await new Promise((resolve) => setTimeout(resolve, 20))
  const ended = spans.map(({ name }) => name).sort()
  await telemetry.shutdown()
  return ended
}

it('the load of a page that tells nothing of its navigation ends all the same', async () => {
  vi.stubGlobal('performance', Object.assign(Object.create(performance), { getEntriesByType: () => [] }))
  expect(await load()).toEqual(['begun at once', 'documentLoad'])
  expect(reports).toEqual([])
})

it('and of one that has no list of entries', async () => {
  vi.stubGlobal('performance', Object.assign(Object.create(performance), { getEntriesByType: undefined }))
  expect(await load()).toEqual(['begun at once', 'documentLoad'])
  expect(reports).toEqual([])
})
