import { expect, test } from 'vitest'
import type { FeedStream } from '../../demo/viewer/model/traceFeed'
import { createTraceFeed } from '../../demo/viewer/model/traceFeed'

const summary = (traceId: string, startTime: number, spanCount = 1) => ({ traceId, startTime, spanCount })

/** A collector whose stream, answers and clock are in the hands of the test. */
function createWorld() {
  const world = {
    traces: [] as object[],
    failing: false,
    opened: 0,
    closed: 0,
    stream: null as FeedStream | null,
    timers: [] as { ms: number; then: () => void }[],
    /** Lets the feed's promises settle: loading takes a few of them. */
    settle: async () => {
      for (let i = 0; i < 10; i++) await Promise.resolve()
    },
    open: async () => {
      world.stream?.onOpen()
      await world.settle()
    },
    /** Runs what waits at most `ms`. */
    pass: (ms: number) => {
      const due = world.timers.filter((timer) => timer.ms <= ms)
      world.timers = world.timers.filter((timer) => timer.ms > ms)
      for (const timer of due) timer.then()
    },
  }
  const feed = createTraceFeed({
    loadTraces: async () => {
      if (world.failing) throw new Error('down')
      return { traces: world.traces }
    },
    openStream: (stream) => {
      world.opened++
      world.stream = stream
      return () => {
        world.closed++
      }
    },
    clearTraces: async () => {
      if (world.failing) throw new Error('down')
      world.traces = []
    },
    wait: (ms, then) => {
      const timer = { ms, then }
      world.timers.push(timer)
      return () => {
        world.timers = world.timers.filter((other) => other !== timer)
      }
    },
  })
  const ids = () => feed.getState().traces.map((trace) => trace.traceId)
  return { world, feed, ids }
}

async function startLive(traces: object[] = []) {
  const made = createWorld()
  made.world.traces = traces
  const stop = made.feed.start()
  await made.world.open()
  return { ...made, stop }
}

test('the list is read when the stream is open, newest first', async () => {
  const { world, feed, ids } = createWorld()
  world.traces = [summary('old', 1), summary('new', 2)]
  feed.start()
  expect(feed.getState()).toMatchObject({ connection: 'connecting', loaded: false })
  await world.open()
  expect(feed.getState()).toMatchObject({ connection: 'live', loaded: true })
  expect(ids()).toEqual(['new', 'old'])
})

test('messages are gathered, new traces are fresh for a moment, known ones only change', async () => {
  const { world, feed, ids } = await startLive([summary('a', 1)])
  world.stream?.onTrace(summary('b', 2))
  world.stream?.onTrace(summary('a', 1, 5))
  expect(ids()).toEqual(['a'])
  world.pass(200)
  expect(ids()).toEqual(['b', 'a'])
  expect(feed.getState().traces[1]?.spanCount).toBe(5)
  expect([...feed.getState().fresh]).toEqual(['b'])
  world.pass(2000)
  expect(feed.getState().fresh.size).toBe(0)
})

test('while paused the rows stand still and what came in is counted, then shown', async () => {
  const { world, feed, ids } = await startLive([summary('a', 1)])
  feed.setPaused(true)
  world.stream?.onTrace(summary('b', 2))
  world.stream?.onTrace(summary('b', 2, 3))
  world.pass(200)
  expect(ids()).toEqual(['a'])
  expect(feed.getState()).toMatchObject({ paused: true, held: 1 })
  feed.setPaused(false)
  expect(ids()).toEqual(['b', 'a'])
  expect(feed.getState()).toMatchObject({ paused: false, held: 0 })
})

test('a lost stream is opened again, waiting longer each time, and the list is read anew', async () => {
  const { world, feed, ids } = await startLive([summary('a', 1)])
  world.stream?.onLost()
  expect(feed.getState().connection).toBe('lost')
  expect(ids()).toEqual(['a'])
  expect(world.closed).toBe(1)
  expect(world.timers.map((timer) => timer.ms)).toEqual([1000])
  world.pass(1000)
  world.stream?.onLost()
  expect(world.timers.map((timer) => timer.ms)).toEqual([2000])
  world.pass(2000)
  expect(world.opened).toBe(3)
  world.traces = [summary('b', 2)]
  await world.open()
  expect(feed.getState().connection).toBe('live')
  expect(ids()).toEqual(['b'])
})

test('a list that cannot be read counts as a lost connection', async () => {
  const { world, feed } = createWorld()
  world.failing = true
  feed.start()
  await world.open()
  expect(feed.getState()).toMatchObject({ connection: 'lost', loaded: false })
})

test('a message that comes while the list is read is newer than the list', async () => {
  const { world, feed } = createWorld()
  world.traces = [summary('a', 1, 1)]
  feed.start()
  world.stream?.onOpen()
  world.stream?.onTrace(summary('a', 1, 9))
  world.pass(200)
  await world.settle()
  expect(feed.getState().traces[0]?.spanCount).toBe(9)
})

test('a reconnection while paused holds what changed meanwhile', async () => {
  const { world, feed, ids } = await startLive([summary('a', 1)])
  feed.setPaused(true)
  world.stream?.onLost()
  world.pass(1000)
  world.traces = [summary('a', 1), summary('b', 2)]
  await world.open()
  expect(ids()).toEqual(['a'])
  expect(feed.getState()).toMatchObject({ connection: 'live', held: 1 })
})

test('clear empties the list, and keeps it when the collector refuses', async () => {
  const { world, feed, ids } = await startLive([summary('a', 1)])
  world.failing = true
  await expect(feed.clear()).rejects.toThrow('down')
  expect(ids()).toEqual(['a'])
  world.failing = false
  await feed.clear()
  expect(ids()).toEqual([])
})

test('what somebody else cleared is gone here too, also what was held or on its way', async () => {
  const { world, feed, ids } = await startLive([summary('a', 1)])
  feed.setPaused(true)
  world.stream?.onTrace(summary('b', 2))
  world.stream?.onCleared()
  feed.setPaused(false)
  world.pass(200)
  expect(ids()).toEqual([])
  expect(feed.getState().held).toBe(0)
})

test('listeners hear each trace that gained spans, also while paused, and of a gap after a reconnection', async () => {
  const { world, feed } = await startLive()
  const heard: (string | null)[] = []
  const stop = feed.onTrace((traceId) => heard.push(traceId))
  feed.setPaused(true)
  world.stream?.onTrace(summary('a', 1))
  world.stream?.onTrace({ nonsense: true })
  world.stream?.onLost()
  world.pass(1000)
  await world.open()
  stop()
  world.stream?.onTrace(summary('b', 1))
  expect(heard).toEqual(['a', null])
})

test('after the stop nothing is open, nothing waits, and late answers change nothing', async () => {
  const { world, feed, stop } = await startLive()
  const stream = world.stream
  stream?.onTrace(summary('a', 1))
  stop()
  const before = feed.getState()
  stream?.onTrace(summary('b', 2))
  stream?.onLost()
  stream?.onOpen()
  await world.settle()
  expect(feed.getState()).toBe(before)
  expect(world).toMatchObject({ opened: 1, closed: 1, timers: [] })
})

test('the list is kept to five hundred traces, the newest', async () => {
  const { feed, ids } = await startLive(Array.from({ length: 600 }, (_, i) => summary(`t${i}`, i)))
  expect(feed.getState().traces).toHaveLength(500)
  expect(ids()[0]).toBe('t599')
})
