import { expect, test } from 'vitest'
import type { TreeMove } from '../../demo/viewer/model/moveInTree'
import { moveInTree } from '../../demo/viewer/model/moveInTree'
import { buildSpanTree, visibleRows } from '../../demo/viewer/model/spanTree'
import { spansOf } from './spanOf'

// a ─ b ─ c
//   └ d
const tree = buildSpanTree(
  spansOf(
    { spanId: 'a' },
    { spanId: 'b', parentSpanId: 'a', startTime: 1001 },
    { spanId: 'c', parentSpanId: 'b', startTime: 1002 },
    { spanId: 'd', parentSpanId: 'a', startTime: 1003 },
  ),
)

function press(move: TreeMove, active: string | null, collapsed: string[] = []) {
  const set = new Set(collapsed)
  return moveInTree(visibleRows(tree, set), active, set, move)
}

test('up and down go row by row and stop at the ends', () => {
  expect(press('down', 'b')).toEqual({ go: 'c' })
  expect(press('up', 'b')).toEqual({ go: 'a' })
  expect(press('up', 'a')).toEqual({ go: 'a' })
  expect(press('down', 'd')).toEqual({ go: 'd' })
})

test('down skips what is collapsed', () => {
  expect(press('down', 'b', ['b'])).toEqual({ go: 'd' })
})

test('left closes an open span, then goes to the parent', () => {
  expect(press('left', 'b')).toEqual({ toggle: 'b' })
  expect(press('left', 'b', ['b'])).toEqual({ go: 'a' })
  expect(press('left', 'd')).toEqual({ go: 'a' })
  expect(press('left', 'a', ['a'])).toBeNull()
})

test('right opens a closed span, then goes to the first child', () => {
  expect(press('right', 'b', ['b'])).toEqual({ toggle: 'b' })
  expect(press('right', 'b')).toEqual({ go: 'c' })
  expect(press('right', 'c')).toBeNull()
})

test('without an active row the first key goes to an end of the tree', () => {
  expect(press('down', null)).toEqual({ go: 'a' })
  expect(press('up', null)).toEqual({ go: 'd' })
  expect(press('last', 'a')).toEqual({ go: 'd' })
  expect(press('first', 'd')).toEqual({ go: 'a' })
  expect(press('pageDown', 'a')).toEqual({ go: 'd' })
})

test('a span that is hidden by now counts as no active row', () => {
  expect(press('down', 'c', ['b'])).toEqual({ go: 'a' })
})

test('an empty tree has nowhere to go', () => {
  expect(moveInTree([], null, new Set(), 'down')).toBeNull()
})
