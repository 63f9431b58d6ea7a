import { createPoints, has, inCallback, pause } from './point'

/** Timers, frames and the scheduler. */
export const timers = createPoints()
const { follows } = timers

follows('setTimeout', (look) => inCallback(look, (done) => void setTimeout(done, 1)))
follows('setTimeout in setTimeout', (look) => inCallback(look, (done) => void setTimeout(() => setTimeout(done, 1), 1)))
follows('setInterval, third time', (look) =>
  inCallback(look, (done) => {
    let times = 0
    const id = setInterval(() => {
      if (++times < 3) return
      clearInterval(id)
      done()
    }, 1)
  }),
)
follows('requestAnimationFrame', (look) => inCallback(look, requestAnimationFrame))
follows('await a timer, twice', async (look) => {
  await pause()
  await pause()
  return look()
})
follows(
  'requestIdleCallback',
  (look) => inCallback(look, (done) => void requestIdleCallback(() => done(), { timeout: 50 })),
  () => has('requestIdleCallback'),
)
interface PageScheduler {
  postTask<T>(run: () => T, options?: object): Promise<T>
  yield(): Promise<void>
}
const { scheduler } = globalThis as unknown as { scheduler: PageScheduler }
follows(
  'scheduler.postTask callback',
  (look) => inCallback(look, (done) => void scheduler.postTask(() => done())),
  () => has('postTask', scheduler),
)
follows(
  'scheduler.postTask callback with a delay',
  (look) => inCallback(look, (done) => void scheduler.postTask(() => done(), { delay: 2, priority: 'background' })),
  () => has('postTask', scheduler),
)
follows(
  'await scheduler.postTask()',
  async (look) => {
    await scheduler.postTask(() => 1)
    return look()
  },
  () => has('postTask', scheduler),
)
follows(
  'await scheduler.yield()',
  async (look) => {
    await scheduler.yield()
    return look()
  },
  () => has('yield', scheduler),
)
