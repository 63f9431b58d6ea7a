import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createEvents } from '../../src/lib/events'
import { catchReports } from '../support/reports'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const events = () => createEvents<{ a: number; b: string }>(['a', 'b'])

it('listeners are called in their order, synchronously, with the event of their name alone', () => {
  const { on, emit } = events()
  const heard: unknown[] = []
  on('a', (event) => heard.push(['first', event]))
  on('a', (event) => heard.push(['second', event]))
  on('b', (event) => heard.push(['other', event]))
  emit('a', 1)
  expect(heard).toEqual([
    ['first', 1],
    ['second', 1],
  ])
})

it('listenersOf() tells how many listen, as of now', () => {
  const { on, listenersOf } = events()
  const [a, b] = [listenersOf('a'), listenersOf('b')]
  expect(a.size).toBe(0)
  const off = on('a', () => {})
  expect([a.size, b.size]).toEqual([1, 0])
  off()
  expect(a.size).toBe(0)
})

it('the same function twice is called twice, and each undo takes one away, once', () => {
  const { on, emit } = events()
  const listener = vi.fn()
  const off = on('a', listener)
  on('a', listener)
  emit('a', 1)
  off()
  off()
  emit('a', 2)
  expect(listener.mock.calls).toEqual([[1], [1], [2]])
})

it('a listener that throws is reported and stays, and the next one is called', () => {
  const { on, emit } = events()
  const bad = vi.fn(() => {
    throw new Error('a bug of theirs')
  })
  const good = vi.fn()
  on('a', bad)
  on('a', good)
  emit('a', 1)
  emit('a', 2)
  expect([bad, good].map((one) => one.mock.calls.length)).toEqual([2, 2])
  expect(reports).toEqual([expect.stringContaining("'a'")])
})

it('a listener may take itself and the next one away', () => {
  const { on, emit } = events()
  const next = vi.fn()
  const offs = [on('a', () => offs.forEach((off) => void off())), on('a', next)]
  emit('a', 1)
  emit('a', 2)
  expect(next).not.toHaveBeenCalled()
})

it('a listener added by a listener hears the next event, not this one again and again', () => {
  const { on, emit } = events()
  let calls = 0
  const again = () => {
    if (++calls < 100) on('a', again) // 100: so that this test ends
  }
  on('a', again)
  emit('a', 1)
  expect(calls).toBe(1)
})

it('an unknown name and a listener that is no function are reported, and their undo is harmless', () => {
  const { on, emit } = events()
  on('c' as 'a', () => {})()
  on('a', 'listener' as never)()
  emit('a', 1)
  emit('c' as 'a', 1)
  expect(reports).toHaveLength(1) // one sentence tells both
})
