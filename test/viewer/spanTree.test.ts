import { expect, test } from 'vitest'
import type { SpanNode, SpanTree } from '../../demo/viewer/model/spanTree'
import { buildSpanTree, mainRoot, visibleRows } from '../../demo/viewer/model/spanTree'
import { spansOf } from './spanOf'

const none = new Set<string>()
const child = (spanId: string, parentSpanId: string, startTime = 1000) => ({ spanId, parentSpanId, startTime })
const tree = (...parts: Record<string, unknown>[]) => buildSpanTree(spansOf(...parts))
const picture = (of: SpanTree, collapsed: ReadonlySet<string> = none) =>
  visibleRows(of, collapsed).map((node: SpanNode) => '.'.repeat(node.depth) + node.span.key)

test('children stand below their parent in the order of their start', () => {
  expect(
    picture(tree(child('c', 'a', 3), child('b', 'a', 2), { spanId: 'a', startTime: 1 }, child('d', 'b', 9))),
  ).toEqual(['a', '.b', '..d', '.c'])
})

test('a collapsed span hides everything below it and nothing else', () => {
  const of = tree({ spanId: 'a' }, child('b', 'a', 1), child('c', 'b'), child('d', 'a', 2))
  expect(picture(of, new Set(['b']))).toEqual(['a', '.b', '.d'])
})

test('a span whose parent is not there is a root that says so', () => {
  const of = tree({ spanId: 'a' }, child('b', 'gone', 2000))
  expect(picture(of)).toEqual(['a', 'b'])
  expect(of.nodes.get('b')?.adrift).toBe('parent missing')
  expect(of.nodes.get('a')?.adrift).toBeNull()
})

test('a circle of parents is cut at its earliest span, and loses nobody', () => {
  const of = tree(child('a', 'c', 5), child('b', 'a', 3), child('c', 'b', 4), child('d', 'c', 6))
  expect(picture(of)).toEqual(['b', '.c', '..a', '..d'])
  expect(of.nodes.get('b')?.adrift).toBe('circular parents')
})

test('a span that is its own parent is a root', () => {
  expect(picture(tree(child('a', 'a')))).toEqual(['a'])
})

test('spans and errors below are counted, the span itself is not', () => {
  const failed = { status: { code: 'error', message: '' } }
  const of = tree({ spanId: 'a', ...failed }, { ...child('b', 'a'), ...failed }, child('c', 'b'))
  expect(of.nodes.get('a')).toMatchObject({ descendants: 2, errorsBelow: 1 })
  expect(of.nodes.get('b')).toMatchObject({ descendants: 1, errorsBelow: 0 })
})

test('siblings know their position and their number', () => {
  const of = tree({ spanId: 'a' }, child('b', 'a', 1), child('c', 'a', 2))
  expect(of.nodes.get('c')).toMatchObject({ position: 2, siblings: 2 })
})

test('the range reaches from the first start to the last end and leaves out spans without times', () => {
  const lost = { startTime: null, endTimeUnixNano: '0' }
  const of = tree({ spanId: 'a', startTime: 100, duration: 10 }, { ...child('b', 'a', 95), duration: 40 }, lost)
  expect(of.range).toEqual({ from: 95, to: 135 })
  expect(tree(lost).range).toEqual({ from: 0, to: 0 })
})

test('the root that names the trace is one without a missing parent, even when it starts later', () => {
  expect(mainRoot(tree(child('b', 'gone', 1), { spanId: 'a', startTime: 5 }))?.span.key).toBe('a')
  expect(mainRoot(tree(child('b', 'gone', 1)))?.span.key).toBe('b')
})

test('a chain of 20,000 spans does not exhaust the stack', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => child(`s${i}`, i ? `s${i - 1}` : 'none', i + 1))
  const of = tree(...chain)
  expect(of.maxDepth).toBe(19_999)
  expect(visibleRows(of, none)).toHaveLength(20_000)
})
