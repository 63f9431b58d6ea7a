// @vitest-environment node
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Telemetry } from '../../src/startTelemetry'
import type { TraceContext } from '../../src/trace/span'
import { catchReports } from '../support/reports'
import { FakeXhr } from './fakeXhr'
import { pageFetch, stopAll, stubPage, traceFetches } from './pageFetch'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
  stubPage()
  pageFetch()
})
afterEach(stopAll)

const SENTENCE = /beside an open span that was never current: use withSpan\(\) or withContext\(\)/
type Play = (telemetry: Telemetry) => unknown

describe('a request beside a span that is open and was never current', () => {
  it('is told once, with the name of the span', async () => {
    const { telemetry } = traceFetches()
    for (const name of ['load', 'load', 'other']) {
      const span = telemetry.startSpan(name)
      await fetch('/api')
      span.end()
    }
    expect(reports).toEqual([expect.stringMatching(SENTENCE)])
    expect(vi.mocked(console.warn).mock.calls[0]).toEqual([expect.any(String), 'load'])
  })

  it.each<[string, Play]>([
    [
      'after an await',
      async ({ startSpan }) => {
        startSpan('load')
        await null
        return fetch('/api')
      },
    ],
    ['with attributes', ({ startSpan }) => [startSpan('load', { 'user.plan': 'pro' }), fetch('/api')]],
    [
      'while an older one was current',
      ({ startSpan, withContext }) => [withContext(startSpan('a'), () => {}), startSpan('b'), fetch('/api')],
    ],
    [
      'after a link to it',
      ({ startSpan, withSpan }) => [withSpan('a', (a) => a.addLink({ context: startSpan('b') })), fetch('/api')],
    ],
  ])('is told: %s', async (_what, play) => {
    await play(traceFetches().telemetry)
    expect(reports).toEqual([expect.stringMatching(SENTENCE)])
  })

  it('is told of an XMLHttpRequest too', () => {
    vi.stubGlobal('XMLHttpRequest', FakeXhr)
    const { telemetry } = traceFetches(true, { instrument: { fetch: false, xhr: true } })
    telemetry.startSpan('load')
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/api')
    xhr.send()
    expect(reports).toEqual([expect.stringMatching(SENTENCE)])
  })
})

describe('is not told', () => {
  it.each<[string, Play]>([
    ['without a span', () => fetch('/api')],
    ['when the span has ended', ({ startSpan }) => [startSpan('load').end(), fetch('/api')]],
    ['in withSpan', ({ withSpan }) => withSpan('load', () => fetch('/api'))],
    [
      'beside withSpan, while its work goes on',
      ({ withSpan }) => [withSpan('load', () => new Promise(() => {})), fetch('/api')],
    ],
    ['beside a traced function', ({ traced }) => [traced('load')(() => new Promise(() => {}))(), fetch('/api')]],
    [
      'beside a traced generator',
      ({ traced }) => {
        const generator = traced('load')(function* () {
          yield 1
        })()
        return [generator.next(), fetch('/api')]
      },
    ],
    ['in withContext', ({ startSpan, withContext }) => withContext(startSpan('load'), () => fetch('/api'))],
    [
      'when it was current once',
      ({ startSpan, withContext }) => [withContext(startSpan('load'), () => {}), fetch('/api')],
    ],
    [
      'when a function was bound in it',
      ({ startSpan, withContext, bind }) => [withContext(startSpan('load'), () => bind(() => {})), fetch('/api')],
    ],
    [
      'when it is the parent of another one',
      ({ startSpan }) => [startSpan('b', { parent: startSpan('a') }).end(), fetch('/api')],
    ],
    [
      'when it is that by position',
      ({ startSpan }) => [startSpan('b', undefined, startSpan('a')).end(), fetch('/api')],
    ],
    [
      'when its ids are',
      ({ startSpan }) => [startSpan('b', { parent: startSpan('a').spanContext() }).end(), fetch('/api')],
    ],
    [
      'when it is that for a library',
      ({ startSpan, getTracer }) => [getTracer('library').startSpan('b', { parent: startSpan('a') }), fetch('/api')],
    ],
    ['of a span that a library began', ({ getTracer }) => [getTracer('library').startSpan('b'), fetch('/api')]],
    [
      'when the request has another parent',
      ({ startSpan, withSpan }) => withSpan('a', () => [startSpan('b'), fetch('/api')]),
    ],
    ['of a request that is not traced', ({ startSpan }) => [startSpan('a'), fetch('/ping')]],
    [
      'of a span that is not recorded',
      ({ startSpan, withContext }) => [withContext(null, () => startSpan('dropped')), fetch('/api')],
    ],
  ])('%s', async (_what, play) => {
    const sampler = {
      shouldSample: (...[, , name]: [unknown, unknown, string]) => ({
        decision: name === 'dropped' ? ('drop' as const) : ('recordAndSample' as const),
      }),
    }
    await play(traceFetches({ ignoreUrls: ['/ping'] }, { sampler }).telemetry)
    expect(reports).toEqual([])
  })

  it('where a second telemetry has no parent for the request', () => {
    traceFetches()
    const { telemetry } = traceFetches()
    telemetry.withSpan('a', () => [telemetry.startSpan('b'), fetch('/api')])
    expect(reports).toEqual([])
  })
})

it('is told where the newest of startSpan is open and unused, and the request has no parent: random plays', () => {
  const step = fc.tuple(fc.constantFrom('start', 'end', 'enter', 'parent', 'ids', 'work', 'fetch', 'fetch'), fc.nat(3))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const heard = catchReports()
      const { telemetry } = traceFetches()
      const spans: TraceContext[] = []
      const used = new Set<TraceContext>()
      let isWrong = false
      for (const [what, which] of steps) {
        const span = spans.at(-1 - which)
        if (what === 'start') spans.push(telemetry.startSpan('s'))
        else if (what === 'work') telemetry.withSpan('w', () => void fetch('/api'))
        else if (what === 'fetch') {
          void fetch('/api')
          const last = spans.at(-1)
          isWrong ||= last?.isRecording() === true && !used.has(last)
        } else if (!span?.isRecording()) continue
        else if (what === 'end') span.end()
        else {
          used.add(span)
          if (what === 'enter') telemetry.withContext(span, () => void fetch('/api'))
          else
            telemetry
              .getTracer('t')
              .startSpan('child', { parent: what === 'ids' ? span.spanContext() : span })
              .end()
        }
      }
      expect(heard.filter((sentence) => SENTENCE.test(sentence))).toHaveLength(isWrong ? 1 : 0)
      void telemetry.shutdown()
    }),
    { numRuns: 500 },
  )
})
