import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Sealed, Sealer } from '../../src/export/sealer'
import type { Span } from '../../src/trace/span'
import { SYNTAXES } from '../../src/wire/syntaxes'
import { hidePage, showPage } from '../process/pageState'
import { createRandom } from '../support/random'
import { catchReports } from '../support/reports'
import { readBody } from './fakeCollector'
import { plainSpan, plainSpans } from './plainSpan'
import { sealerOf } from './sealerOf'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const anySize = () => Number.POSITIVE_INFINITY
const opened = ({ bytes, contentType }: Sealed) =>
  readBody({ lane: 'fetch', url: '', bytes, headers: { 'content-type': contentType } })
/** `sequence+spans` of each body, as the body says it. */
const numbers = (bodies: Iterable<Sealed>) =>
  [...bodies].map((sealed) => {
    const { sequence, names } = opened(sealed)
    expect([sealed.sequence, sealed.spans.map(({ name }) => name)]).toEqual([sequence, names])
    return `${sequence}+${names.length}`
  })
function brokenSpan(): Span {
  return Object.defineProperty(plainSpan({ name: 'broken' }), 'attributes', {
    get() {
      throw new Error('a bug of theirs')
    },
  })
}

it.each(['protobuf', 'json'] as const)('%s: bodies are cut below the limit, each span once, in order', (encoding) => {
  const sealer = sealerOf(encoding)
  const spans = plainSpans(50, { traceState: 'x'.repeat(300) })
  const bodies = [...sealer.seal(spans, () => 3000)]
  expect(bodies.flatMap((sealed) => opened(sealed).names)).toEqual(spans.map(({ name }) => name))
  for (const { bytes } of bodies) expect(bytes.length).toBeLessThanOrEqual(3000)
  expect(bodies.length).toBeGreaterThan(4)
})

it('the limit is asked before each body: it shrinks as bodies leave', () => {
  const limits = [5000, 2000, 100]
  const bodies = [
    ...sealerOf('protobuf').seal(plainSpans(20, { traceState: 'x'.repeat(300) }), () => limits.shift() ?? 100),
  ]
  expect(bodies[0]!.bytes.length).toBeGreaterThan(2000)
  expect(bodies[1]!.bytes.length).toBeLessThanOrEqual(2000)
  expect(bodies.slice(2).every(({ spans }) => spans.length === 1)).toBe(true)
})

it('a span that is larger by itself has a body of its own', () => {
  const giant = plainSpan({ name: 'giant', traceState: 'x'.repeat(9000) })
  const spans = [...plainSpans(2), giant, ...plainSpans(2)]
  expect(numbers(sealerOf('protobuf').seal(spans, () => 5000))).toEqual(['0+2', '2+1', '3+2'])
})

it('nothing makes no body', () => {
  const sealer = sealerOf('protobuf')
  expect([...sealer.seal([], anySize), sealer.draft([], 1000, true)]).toEqual([null])
})

describe('at an exit', () => {
  afterEach(showPage)

  it('the same spans give the same bodies, and those that had none are numbered after them', () => {
    const sealer = sealerOf('protobuf')
    const spans = plainSpans(30, { traceState: 'x'.repeat(300) })
    hidePage()
    const [first, second] = sealer.seal(spans, () => 2000) // whoever asks no longer was ended
    const again = [...sealer.seal(spans, () => 2000)]
    expect(again.slice(0, 2)).toEqual([first, second])
    expect([again[0] === first, again[1] === second]).toEqual([true, true])
    expect(again.flatMap((sealed) => sealed.spans)).toEqual(spans)
    let next = 0
    for (const { sequence, ids } of again.map(opened)) {
      expect(sequence).toBe(next)
      next += ids.length
    }
  })

  it.each([1, 2, 3, 4, 5])(
    'bodies are cut below the limit, whatever the sizes, and no span is encoded often (seed %i)',
    (seed) => {
      const random = createRandom(seed)
      const syntax = { contentType: 'application/json', encode: vi.fn(SYNTAXES.json.encode) }
      const sealer = new Sealer('json', syntax)
      const spans = plainSpans(2000).map((span) => ({ ...span, traceState: 'x'.repeat(random.below(600)) }))
      hidePage()
      const bodies = [...sealer.seal(spans, () => 16_384)]
      expect(bodies.flatMap((sealed) => sealed.spans)).toEqual(spans)
      for (const { bytes, spans } of bodies) expect(bytes.length <= 16_384 || spans.length === 1).toBe(true)
      const whole = bodies.reduce((sum, { bytes }) => sum + bytes.length, 0)
      expect(bodies.length).toBeLessThan((whole / 16_384) * 1.3)
      // The first body tells how many fit: all of them are encoded for it, once.
      const encoded = syntax.encode.mock.calls.reduce((sum, [some]) => sum + some.length, 0)
      expect(encoded).toBeLessThan(spans.length * 3)
    },
  )

  it('not so on a page that lives', () => {
    const sealer = sealerOf('protobuf')
    const spans = plainSpans(2)
    expect(numbers([...sealer.seal(spans, anySize), ...sealer.seal(spans, anySize)])).toEqual(['0+2', '2+2'])
  })
})

describe('numbers', () => {
  it('go on from body to body, without gaps, and name one page view', () => {
    const sealer = sealerOf('protobuf')
    const all = [...sealer.seal(plainSpans(3), anySize), ...sealer.seal(plainSpans(50), () => 2000)]
    let next = 0
    for (const { sequence, ids } of all.map(opened)) {
      expect(sequence).toBe(next)
      next += ids.length
    }
    expect(next).toBe(53)
    const views = new Set(all.map((sealed) => opened(sealed).pageView))
    expect([...views]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)])
  })

  it('are those of before in a body that is sealed again, in pieces and in the other syntax too', () => {
    const sealer = sealerOf('protobuf')
    void [...sealer.seal(plainSpans(10), anySize)]
    const [sealed] = sealer.seal(plainSpans(6, { traceState: 'x'.repeat(300) }), anySize)
    expect(sealer.use(SYNTAXES.json)).toBe(true)
    const again = [...sealer.reseal(sealed!, sealed!.bytes.length)]
    expect(again.map(({ contentType }) => contentType)).toEqual(Array(again.length).fill('application/json'))
    let next = 10
    for (const { sequence, ids } of again.map(opened)) {
      expect(sequence).toBe(next)
      next += ids.length
    }
    expect(next).toBe(16)
    expect(numbers(sealer.seal(plainSpans(1), anySize))).toEqual(['16+1'])
  })

  it('are not spent by a draft, which is as much as fits and no more', () => {
    const sealer = sealerOf('protobuf')
    const spans = plainSpans(30, { traceState: 'x'.repeat(300) })
    const draft = sealer.draft(spans, 2000, true)!
    expect(draft.bytes.length).toBeLessThanOrEqual(2000)
    expect(draft.spans).toEqual(spans.slice(0, draft.spans.length))
    expect(numbers(sealer.seal(spans.slice(0, 2), anySize))).toEqual(['0+2'])
  })

  it('leave out spans that cannot be encoded', () => {
    const sealer = sealerOf('protobuf')
    expect(numbers(sealer.seal([plainSpan(), brokenSpan(), plainSpan()], anySize))).toEqual(['0+2'])
    expect(numbers(sealer.seal([brokenSpan()], anySize))).toEqual([])
    expect(numbers(sealer.seal([plainSpan()], anySize))).toEqual(['2+1'])
    expect(reports).toEqual([expect.stringContaining('could not be encoded')])
  })
})

it('spans that fail only together end, and do not go round for ever', () => {
  let asked = 0
  const moody = Object.defineProperty(plainSpan(), 'attributes', {
    get() {
      if (asked++ % 2 === 0) throw new Error('now and then')
      return {}
    },
  })
  expect([...sealerOf('protobuf').seal([moody, plainSpan()], anySize)].length).toBeLessThanOrEqual(2)
})

it('drops stand in every later body by reason, in both syntaxes', () => {
  const sealer = sealerOf('protobuf')
  const dropped = () => opened([...sealer.seal(plainSpans(1), anySize)][0]!).dropped
  expect(dropped()).toEqual({})
  sealer.noteDrops(3, 'queue_full')
  sealer.noteDrops(1, 'outbox_expired')
  expect(dropped()).toEqual({ queue_full: 3, outbox_expired: 1 })
  sealer.noteDrops(2, 'queue_full')
  sealer.use(SYNTAXES.json)
  expect(dropped()).toEqual({ queue_full: 5, outbox_expired: 1 })
})

it('turns to JSON once', () => {
  const sealer = sealerOf('protobuf')
  expect([sealer.use(SYNTAXES.json), sealer.use(SYNTAXES.json), sealerOf('json').use(SYNTAXES.json)]).toEqual([
    true,
    false,
    false,
  ])
})

it('a size is a bound of what the span takes, also for spans of others and for such as cannot be written', () => {
  const sealer = sealerOf('protobuf')
  const span = plainSpan({ name: 'é'.repeat(500) })
  const [sealed] = sealer.seal([span], anySize)
  expect(sealer.sizeOf(span)).toBeGreaterThanOrEqual(1000)
  expect(sealer.sizeOf(span)).toBeLessThanOrEqual(sealed!.bytes.length)
  expect(sealer.sizeOf(brokenSpan())).toBe(0)
})
