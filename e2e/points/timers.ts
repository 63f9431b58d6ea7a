import { playingVideo } from './film'
import { createPoints, has, inCallback, inTime, pause } from './point'

/** Timers, frames and the scheduler. */
export const timers = createPoints()
const { kept } = timers.by('scheduler', 'Schedulers')

kept('queueMicrotask', (look) => inCallback(look, queueMicrotask))
kept('setTimeout', (look) => inCallback(look, (done) => void setTimeout(done, 1)))
kept('setTimeout in setTimeout', (look) => inCallback(look, (done) => void setTimeout(() => setTimeout(done, 1), 1)))
kept('setTimeout of a function made in another flow', (look, elsewhere) =>
  inCallback(
    look,
    (done) =>
      void setTimeout(
        elsewhere(() => () => done()),
        1,
      ),
  ),
)
kept('setInterval, third time', (look) =>
  inCallback(look, (done) => {
    let times = 0
    const id = setInterval(() => {
      if (++times < 3) return
      clearInterval(id)
      done()
    }, 1)
  }),
)
kept('requestAnimationFrame', (look) => inCallback(look, requestAnimationFrame))
kept('requestAnimationFrame asked for by a frame', (look) =>
  inCallback(look, (done) => void requestAnimationFrame(() => requestAnimationFrame(done))),
)
kept(
  'requestIdleCallback',
  (look) => inCallback(look, (done) => void requestIdleCallback(() => done(), { timeout: 50 })),
  () => has('requestIdleCallback'),
)
interface PageScheduler {
  postTask<T>(run: () => T, options?: object): Promise<T>
  yield(): Promise<void>
}
const { scheduler } = globalThis as unknown as { scheduler: PageScheduler }
kept(
  'scheduler.postTask callback',
  (look) => inCallback(look, (done) => void scheduler.postTask(() => done())),
  () => has('postTask', scheduler),
)
kept(
  'scheduler.postTask callback with a delay',
  (look) => inCallback(look, (done) => void scheduler.postTask(() => done(), { delay: 2, priority: 'background' })),
  () => has('postTask', scheduler),
)
kept(
  'video.requestVideoFrameCallback',
  async (look) => {
    const { video } = await playingVideo()
    return inCallback(look, (done) => void video.requestVideoFrameCallback(() => done()))
  },
  inTime(async () => {
    const { video } = await playingVideo()
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve))
    return true
  }),
)

const promises = timers.by('promise', 'then and await')
promises.kept('await a timer, twice', async (look) => {
  await pause()
  await pause()
  return look()
})
promises.kept(
  'await scheduler.postTask()',
  async (look) => {
    await scheduler.postTask(() => 1)
    return look()
  },
  () => has('postTask', scheduler),
)
promises.kept(
  'await scheduler.yield()',
  async (look) => {
    await scheduler.yield()
    return look()
  },
  () => has('yield', scheduler),
)
