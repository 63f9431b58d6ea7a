import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { guard, report } from '../../src/lib/report'
import { catchReports } from '../support/reports'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
})
afterEach(() => {
  vi.restoreAllMocks()
})

it('a sentence is told once, with our name before it and its cause behind it', () => {
  const cause = new Error('why')
  report('one.', cause)
  report('one.', new Error('another why'))
  report('two.')
  expect(vi.mocked(console.warn).mock.calls).toEqual([['[telemetry] one.', cause], ['[telemetry] two.']])
})

it('a page that fails in ever new words is heard about 200 times, not for ever', () => {
  for (let i = 0; i < 1000; i++) report(`failure ${i}.`)
  expect(reports.length).toBeGreaterThanOrEqual(200)
  expect(reports.length).toBeLessThanOrEqual(201)
})

it('a console that throws, or is missing, throws nothing at us', () => {
  vi.mocked(console.warn).mockImplementation(() => {
    throw new Error('a bug of theirs')
  })
  report('one.')
  vi.stubGlobal('console', undefined)
  report('two.')
  vi.unstubAllGlobals()
})

it('guard gives what the work gives, or reports what it throws and gives undefined', () => {
  expect(guard('counting', () => 3)).toBe(3)
  expect(
    guard('counting', () => {
      throw new Error('no')
    }),
  ).toBeUndefined()
  expect(reports).toEqual([expect.stringContaining('counting failed')])
})
