// @vitest-environment node
import { expect, it, vi } from 'vitest'
import type { StoredBatch } from '../../src/export/kept'
import { type Encoding, isJson } from '../../src/export/sealer'
import { recast } from '../../src/wire/recast'
import { readBody } from '../export/fakeCollector'
import { plainSpans } from '../export/plainSpan'
import { sealerOf } from '../export/sealerOf'
import { incomingOf, packed } from './storedBody'

vi.mock(import('../../src/lib/native'), async (load) => (await import('../support/ofNode')).nativeOfNode(load))

const [count, before] = [5, 3]

/** Five spans, the fourth to the eighth of their page view. */
function stored(encoding: Encoding): StoredBatch {
  const sealer = sealerOf(encoding)
  const bodies = [before, count].flatMap((many) => [...sealer.seal(plainSpans(many), () => 1e6)])
  const { bytes, contentType } = bodies[1]!
  return { endpoint: 'https://collector.example/v1/traces', bytes, contentType, contentEncoding: null, count }
}

const open = (batch: StoredBatch) => readBody(incomingOf(batch))

it('a compressed body is raw first: what was not understood may be the compression', async () => {
  const batch = stored('protobuf')
  expect(await recast(await packed(batch), 'other syntax', true)).toEqual([batch])
})

it('a raw protobuf body is JSON with the same spans, number and page view', async () => {
  const batch = stored('protobuf')
  const others = (await recast(batch, 'other syntax', true))!
  expect(others.map((other) => [other.contentType, other.count])).toEqual([['application/json', 5]])
  const [was, is] = [open(batch), open(others[0]!)]
  expect([is.spans, is.sequence, is.pageView]).toEqual([was.spans, before, was.pageView])
})

it('a JSON body is protobuf for a collector that takes no JSON, with the same spans, number and page view', async () => {
  const batch = stored('json')
  const others = (await recast(batch, 'other syntax', false))!
  expect(others.map((other) => [other.contentType, other.count])).toEqual([['application/x-protobuf', 5]])
  const [was, is] = [open(batch), open(others[0]!)]
  expect([is.spans, is.sequence, is.pageView]).toEqual([was.spans, before, was.pageView])
  expect(await recast(others[0]!, 'other syntax', false)).toBeNull()
})

it.each([
  ['protobuf', true],
  ['protobuf', false],
  ['json', true],
  ['json', false],
] as const)('a %s body is halved (JSON: %s); the second half has its own number', async (encoding, takesJson) => {
  const batch = stored(encoding)
  const halves = (await recast(batch, 'smaller', takesJson))!
  expect(halves.map((half) => [half.count, isJson(half)])).toEqual([
    [3, takesJson],
    [2, takesJson],
  ])
  const bodies = halves.map(open)
  expect(bodies.flatMap(({ spans }) => spans)).toEqual(open(batch).spans)
  expect(bodies.map(({ sequence }) => sequence)).toEqual([before, before + 3])
  expect(await recast(await packed(batch), 'smaller', takesJson)).toEqual(halves)
})

it('nothing is left to try for JSON that is not understood, and for one span that is too large', async () => {
  expect(await recast(stored('json'), 'other syntax', true)).toBeNull()
  expect(await recast({ ...stored('protobuf'), count: 1 }, 'smaller', true)).toBeNull()
})

it.each(['other syntax', 'smaller'] as const)('a body that cannot be read: nothing (%s)', async (wish) => {
  const batch = { ...stored('protobuf'), bytes: new TextEncoder().encode('<html>') }
  expect(await recast(batch, wish, true)).toBeNull()
  expect(await recast({ ...batch, contentEncoding: 'gzip' }, wish, false)).toBeNull()
})
