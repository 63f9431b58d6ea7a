import { expect, it } from 'vitest'
import { createWaiting, type Waiting } from '../../src/process/waiting'
import type { Span } from '../../src/trace/span'
import { plainSpan } from '../export/plainSpan'

function fill(waiting: Waiting, ...sizes: number[]): Span[] {
  return sizes.map((size, i) => {
    const span = plainSpan({ name: `${i}` })
    waiting.add(span, size, () => 0)
    return span
  })
}
const namesOf = (spans: readonly Span[]) => spans.map(({ name }) => name).join('')
const batchesOf = (waiting: Waiting) => {
  const names: string[] = []
  while (waiting.length > 0) names.push(namesOf(waiting.take()))
  return names
}

it('cuts by count and by bytes, whichever is first, in order', () => {
  const waiting = createWaiting(3, 100)
  fill(waiting, 10, 10, 10, 10, 90, 20, 80, 1)
  expect(waiting.length).toBe(8)
  expect(batchesOf(waiting)).toEqual(['012', '34', '56', '7'])
  expect(waiting.length).toBe(0)
})

it('a span that is larger by itself is alone, and its neighbours are together', () => {
  const waiting = createWaiting(10, 100)
  fill(waiting, 10, 500, 10, 10)
  expect(batchesOf(waiting)).toEqual(['0', '1', '23'])
})

it('sizes that nobody knows cut nothing', () => {
  const waiting = createWaiting(3, 100)
  fill(waiting, 0, 0, 0, 0)
  expect(batchesOf(waiting)).toEqual(['012', '3'])
})

it('says before a span is added whether it begins a new batch', () => {
  const waiting = createWaiting(2, 100)
  expect(waiting.overflows(1000)).toBe(false) // nothing waits
  fill(waiting, 60)
  expect([waiting.overflows(40), waiting.overflows(41)]).toEqual([false, true])
  fill(waiting, 1)
  expect(waiting.overflows(0)).toBe(true)
})

it('gives the complete batches once, as the very lists that are taken later, and never the last one', () => {
  const waiting = createWaiting(2, 100)
  fill(waiting, 1, 1, 1, 1, 1)
  const complete = waiting.completed()
  expect(complete.map(namesOf)).toEqual(['01', '23'])
  expect(waiting.completed()).toEqual([])
  fill(waiting, 1, 1)
  const later = waiting.completed()
  expect(later.map(namesOf)).toEqual(['40'])
  expect([waiting.take(), waiting.take(), waiting.take()]).toEqual([...complete, ...later])
})

it('gives complete batches together as far as they hold no more than the number that may leave at once', () => {
  const waiting = createWaiting(3, 100)
  fill(waiting, 1, 1, 1, 60, 60, 60, 60, 1) // 012 3 4 5 67
  expect(namesOf(waiting.take(5))).toBe('01234')
  expect(waiting.length).toBe(3)
  expect([namesOf(waiting.take(5)), namesOf(waiting.take(5)), waiting.length]).toEqual(['5', '67', 0]) // 67 may grow
  fill(waiting, 1, 1, 1, 1)
  expect(namesOf(waiting.take(2))).toBe('012') // never less than a batch
})

it('knows the first batch, the newest, the last span, and what it holds', () => {
  const waiting = createWaiting(2, 100)
  expect([waiting.first(), waiting.newest(), waiting.last()]).toEqual([[], [], undefined])
  const [a, b, c] = fill(waiting, 1, 1, 1)
  expect([namesOf(waiting.first()), namesOf(waiting.newest()), waiting.last()]).toEqual(['01', '2', c])
  waiting.take()
  expect([a, b, c].map((span) => waiting.includes(span!))).toEqual([false, false, true])
})

it('knows how many bytes it holds, whatever is taken', () => {
  const waiting = createWaiting(2, 100)
  fill(waiting, 1, 2, 3, 4, 50)
  expect(waiting.bytes).toBe(60)
  waiting.take()
  expect(waiting.bytes).toBe(57)
  fill(waiting, 6, 7)
  waiting.take(4)
  expect(waiting.bytes).toBe(7)
  waiting.clear()
  expect(waiting.bytes).toBe(0)
})

it('empties at once, and tells how many there were', () => {
  const waiting = createWaiting(2, 100)
  fill(waiting, 1, 1, 1)
  expect([waiting.clear(), waiting.length, waiting.clear()]).toEqual([3, 0, 0])
  expect(waiting.take()).toEqual([])
})

it('gives what was taken by a script that a browser ended once more, once', () => {
  const waiting = createWaiting(2, 100)
  fill(waiting, 1, 1, 1, 1)
  waiting.taken(waiting.take())
  expect(waiting.leftBehind()).toEqual([])
  const ended = waiting.take()
  fill(waiting, 1)
  waiting.taken(waiting.take())
  expect(waiting.leftBehind()).toEqual([ended])
  expect(waiting.leftBehind()).toEqual([])
})
