import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ROOT_CONTEXT } from '../../src/context/frame'
import { newTraceId } from '../../src/lib/ids'
import { alwaysOff, alwaysOn, parentBased, ratio, type Sampler } from '../../src/trace/sampler'
import { catchReports } from '../support/reports'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const decides = (sampler: Sampler, traceId = newTraceId(), parentFlags?: number) =>
  sampler.shouldSample(
    ROOT_CONTEXT,
    traceId,
    'work',
    'internal',
    {},
    [],
    parentFlags === undefined ? null : { traceId, spanId: 'b'.repeat(16), traceFlags: parentFlags },
  ).decision
const keeps = (sampler: Sampler, traceId?: string) => decides(sampler, traceId) === 'recordAndSample'

it('alwaysOn keeps and alwaysOff drops', () => {
  expect(decides(alwaysOn())).toBe('recordAndSample')
  expect(decides(alwaysOff())).toBe('drop')
})

describe('ratio', () => {
  const traceIds = Array.from({ length: 20_000 }, newTraceId)

  it.each([0, 0.01, 0.25, 0.5, 0.9, 1])('%d keeps that share', (share) => {
    const kept = traceIds.filter((id) => keeps(ratio(share), id)).length / traceIds.length
    expect(Math.abs(kept - share)).toBeLessThan(0.02)
    if (share === 0 || share === 1) expect(kept).toBe(share)
  })

  it('with a larger share keeps all that one with a smaller share keeps', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
        const [small, large] = [ratio(Math.min(a, b)), ratio(Math.max(a, b))]
        for (const id of traceIds.slice(0, 50)) if (keeps(small, id)) expect(keeps(large, id)).toBe(true)
      }),
    )
  })

  it('decides by the random part of the trace id alone', () => {
    expect(keeps(ratio(0.5), `${'0'.repeat(18)}${'f'.repeat(14)}`)).toBe(true)
    expect(keeps(ratio(0.5), `${'f'.repeat(18)}${'0'.repeat(14)}`)).toBe(false)
  })

  it.each([
    [-1, 0],
    [2, 1],
    [-Infinity, 0],
    [Infinity, 1],
  ])('%d is cut to %d', (given, share) => {
    expect(keeps(ratio(given))).toBe(share === 1)
    expect(reports).toEqual([])
  })

  it.each([Number.NaN, undefined, null, 'half', {}])(
    'of %j, which is no number, keeps all and is reported',
    (given) => {
      expect(keeps(ratio(given as never))).toBe(true)
      expect(reports).toHaveLength(1)
    },
  )
})

describe('parentBased', () => {
  it('does as the parent did', () => {
    expect(decides(parentBased(alwaysOff()), undefined, 1)).toBe('recordAndSample')
    expect(decides(parentBased(alwaysOff()), undefined, 3)).toBe('recordAndSample')
    expect(decides(parentBased(alwaysOn()), undefined, 0)).toBe('drop')
    expect(decides(parentBased(alwaysOn()), undefined, 2)).toBe('drop')
  })

  it('asks the root sampler for a root, on by default', () => {
    expect(decides(parentBased(alwaysOff()))).toBe('drop')
    expect(decides(parentBased())).toBe('recordAndSample')
  })
})

it('samplers say what they are', () => {
  expect([alwaysOn(), alwaysOff(), ratio(0.5), parentBased(ratio(0.1))].map(String)).toEqual([
    'AlwaysOnSampler',
    'AlwaysOffSampler',
    'TraceIdRatioBased{0.5}',
    'ParentBased{root=TraceIdRatioBased{0.1}}',
  ])
})
