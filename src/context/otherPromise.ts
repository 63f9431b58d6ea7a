import { isPromiseWhole, NativePromise } from '../lib/native'
import { createPatch } from '../lib/patch'
import { currentFrame } from './frame'
import { inFrame } from './resumeInFrame'
import { isZonePromise } from './zonePromise'

type Callback = (...args: never[]) => unknown

/**
 * Where a polyfill's promise stands in the place of the platform's, its callbacks run in the frame in which they were given. The
 * promises of async functions are still the platform's. Returns the undo.
 */
export function carryOtherPromise(): () => void {
  const { Promise: PagePromise } = globalThis
  const isPlatforms = isPromiseWhole && (PagePromise as unknown) === NativePromise
  if (isPlatforms || typeof PagePromise !== 'function' || isZonePromise(PagePromise)) return () => {}
  const patch = createPatch(PagePromise.prototype, 'then', (then, self, args) => {
    const frame = currentFrame()
    const carried = (handler: unknown) =>
      typeof handler === 'function' ? inFrame(frame!, handler as Callback) : handler
    return Reflect.apply(then, self, (frame === null ? args : args.map(carried)) as never[]) as unknown
  })
  patch.on()
  return () => patch.off()
}
