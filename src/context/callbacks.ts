import { readThrough } from '../lib/readThrough'
import { taskIn } from './failures'
import { currentFrame } from './frame'
import { createPatcher, findPlaces } from './places'
import { isCarriedByZone } from './zone'

export type Callback = (...args: never[]) => unknown

/** Functions that call back later, and which of their arguments are the callbacks; -1: the last one. */
const CALLING_BACK =
  'globalThis setTimeout/0 setInterval/0 setImmediate/0 requestAnimationFrame/0 webkitRequestAnimationFrame/0 queueMicrotask/0 requestIdleCallback/0; ' +
  'Scheduler postTask/0; LockManager request/-1; Geolocation getCurrentPosition/0/1 watchPosition/0/1; ' +
  'HTMLVideoElement requestVideoFrameCallback/0; HTMLCanvasElement toBlob/0; DataTransferItem getAsString/0; ' +
  'Notification requestPermission/0; BaseAudioContext decodeAudioData/1/2; MediaSession setActionHandler/1; ' +
  'RemotePlayback watchAvailability/0; Document startViewTransition/0; Element startViewTransition/0'

const patch = createPatcher()

/** Makes callbacks run in the frame in which they were handed over. Returns its undo. */
export function carryCallbacks(): () => void {
  const undo = findPlaces(CALLING_BACK)
    .filter(({ owner, name }) => !isCarriedByZone(owner, name))
    .map((place) =>
      patch(place, (target, self, args) =>
        Reflect.apply(target, self, carried(args, place.numbers, place.name) as never[]),
      ),
    )
  return () => {
    for (const off of undo) off()
  }
}

/** `args` with the functions at `places` bound to the current frame; `args` itself outside of frames. */
export function carried(args: unknown[], places: readonly number[], name: string): unknown[] {
  const frame = currentFrame()
  if (frame === null) return args
  const bound = [...args]
  for (const place of places) {
    const at = place < 0 ? args.length + place : place
    const callback = args[at]
    if (typeof callback === 'function') bound[at] = taskIn(frame, callback as Callback)
    else if (name.endsWith('Transition') && callback instanceof Object)
      bound[at] = readThrough(
        callback,
        (key, value) => (key === 'update' && typeof value === 'function' ? taskIn(frame, value as Callback) : value),
        {},
      )
  }
  return bound
}
