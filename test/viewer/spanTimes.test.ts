import { expect, test } from 'vitest'
import { minimapPaths } from '../../demo/viewer/model/minimapPaths'
import { percentAt, placeBar } from '../../demo/viewer/model/placeBar'
import { selfTime } from '../../demo/viewer/model/selfTime'
import { serviceShares } from '../../demo/viewer/model/serviceShares'
import { spanNotes } from '../../demo/viewer/model/spanNotes'
import { buildSpanTree } from '../../demo/viewer/model/spanTree'
import { clampZoom, zoomTo } from '../../demo/viewer/model/zoomTo'
import { spanOf, spansOf } from './spanOf'

const view = { from: 1000, to: 1100 }

test('a bar stands where its span does, in percent', () => {
  expect(placeBar(spanOf({ startTime: 1025, duration: 50 }), view, 1100)).toEqual({
    left: 25,
    width: 50,
    unfinished: false,
  })
})

test('a bar is cut at the edges of the visible time, and none is left outside of it', () => {
  expect(placeBar(spanOf({ startTime: 950, duration: 200 }), view, 1200)).toMatchObject({ left: 0, width: 100 })
  expect(placeBar(spanOf({ startTime: 1200, duration: 5 }), view, 1300)).toBeNull()
  expect(placeBar(spanOf({ startTime: 900, duration: 5 }), view, 1300)).toBeNull()
})

test('a bar without an end runs to the end of the trace, one without a start is not there', () => {
  const unfinished = spanOf({ startTime: 1050, endTimeUnixNano: '0' })
  expect(placeBar(unfinished, view, 1100)).toEqual({ left: 50, width: 50, unfinished: true })
  expect(placeBar(spanOf({ startTime: null, startTimeUnixNano: '0' }), view, 1100)).toBeNull()
})

test('a trace without any length divides by nothing', () => {
  expect(percentAt(1000, { from: 1000, to: 1000 })).toBe(0)
  expect(placeBar(spanOf({ duration: 0 }), { from: 1000, to: 1000 }, 1000)).toMatchObject({ left: 0, width: 0 })
})

test('own time leaves out the children, and counts overlapping children once', () => {
  const tree = buildSpanTree(
    spansOf(
      { spanId: 'a', startTime: 1000, duration: 100 },
      { spanId: 'b', parentSpanId: 'a', startTime: 1010, duration: 30 },
      { spanId: 'c', parentSpanId: 'a', startTime: 1020, duration: 40 },
      { spanId: 'd', parentSpanId: 'a', startTime: 1090, duration: 500 },
    ),
  )
  expect(selfTime(tree.nodes.get('a')!)).toBe(40)
  expect(selfTime(tree.nodes.get('b')!)).toBe(30)
})

test('own time is unknown where the end is', () => {
  expect(selfTime(buildSpanTree(spansOf({ endTimeUnixNano: '0' })).nodes.get('a')!)).toBeNull()
})

test('services are listed in the order in which they join, with their own time', () => {
  const tree = buildSpanTree(
    spansOf(
      { spanId: 'b', parentSpanId: 'a', service: 'api', startTime: 1010, duration: 30, status: { code: 'error' } },
      { spanId: 'a', service: 'shop', startTime: 1000, duration: 100 },
    ),
  )
  expect(serviceShares(tree)).toEqual([
    { service: 'shop', spans: 1, errors: 0, selfTime: 70 },
    { service: 'api', spans: 1, errors: 1, selfTime: 30 },
  ])
})

test('zooming to a span leaves air, stays in the trace, and gives up on everything or nothing', () => {
  const all = { from: 0, to: 1000 }
  expect(zoomTo(spanOf({ startTime: 100, duration: 100 }), all)).toEqual({ from: 92, to: 208 })
  expect(zoomTo(spanOf({ startTime: 950, duration: 50 }), all)?.to).toBe(1000)
  expect(zoomTo(spanOf({ startTime: 1, duration: 999 }), all)).toBeNull()
  expect(clampZoom({ from: 700, to: 300 }, all)).toEqual({ from: 300, to: 700 })
  expect(clampZoom({ from: 300, to: 300 }, all)).toBeNull()
  expect(clampZoom({ from: Number.NaN, to: 300 }, all)).toBeNull()
})

test('the minimap draws one path a service, and errors apart', () => {
  const tree = buildSpanTree(
    spansOf(
      { spanId: 'a', duration: 100 },
      { spanId: 'b', parentSpanId: 'a', duration: 50 },
      { spanId: 'c', parentSpanId: 'a', duration: 50, status: { code: 'error' } },
    ),
  )
  const picture = minimapPaths(tree)
  expect(picture.height).toBe(3)
  expect([...picture.byService.keys()]).toEqual(['shop'])
  expect(picture.byService.get('shop')).toBe('M0.00 0.1h100.00v.8h-100.00zM0.00 1.1h50.00v.8h-50.00z')
  expect(picture.errors).toBe('M0.00 2.1h50.00v.8h-50.00z')
})

test('a child that starts before its parent is told, with the clocks where the services differ', () => {
  const parent = { spanId: 'a', startTime: 1000 }
  const early = { spanId: 'b', parentSpanId: 'a', startTime: 965 }
  const notes = (part: object) => spanNotes(buildSpanTree(spansOf(parent, { ...early, ...part })).nodes.get('b')!)
  expect(notes({})).toEqual(['It starts 35.0 ms before its parent.'])
  expect(notes({ service: 'api' })).toEqual(['It starts 35.0 ms before its parent: the clocks of two machines differ.'])
  expect(notes({ startTime: 999.95 })).toEqual([])
})

test('missing parents, missing ends and backward clocks are told', () => {
  const notes = (part: object) => spanNotes(buildSpanTree(spansOf(part as Record<string, unknown>)).nodes.get('a')!)
  expect(notes({ parentSpanId: 'gone' })[0]).toContain('gone is not in this trace')
  expect(notes({ endTimeUnixNano: '0' })).toEqual(['It has no end.'])
  expect(notes({ duration: -5 })).toEqual(['It ends before it starts: a clock was set back.'])
  expect(notes({ startTime: null, endTimeUnixNano: '0' })).toEqual(['It has no usable start time, so it has no bar.'])
})
