import { createPatch, type Patch } from '../lib/patch'
import { currentFrame } from './frame'
import { inFrame } from './runInFrame'
import { isCarriedByZone } from './zone'

type Construct = new (...args: never[]) => object

/** Functions that call back later, and which of their arguments are the callbacks; -1: the last one. */
function callingBack(): [owner: object | undefined, name: string, callbacks: readonly number[]][] {
  const page = globalThis as unknown as Record<string, { prototype: object } | undefined>
  return [
    [globalThis, 'setTimeout', [0]],
    [globalThis, 'setInterval', [0]],
    [globalThis, 'setImmediate', [0]],
    [globalThis, 'requestAnimationFrame', [0]],
    [globalThis, 'webkitRequestAnimationFrame', [0]],
    [globalThis, 'queueMicrotask', [0]],
    [globalThis, 'requestIdleCallback', [0]],
    [page['Scheduler']?.prototype, 'postTask', [0]],
    [page['LockManager']?.prototype, 'request', [-1]],
    [page['Geolocation']?.prototype, 'getCurrentPosition', [0, 1]],
    [page['Geolocation']?.prototype, 'watchPosition', [0, 1]],
    [page['HTMLCanvasElement']?.prototype, 'toBlob', [0]],
    [page['Document']?.prototype, 'startViewTransition', [0]],
  ]
}

/** Classes whose instances call back the function they are made with. */
const OBSERVERS = [
  'MutationObserver',
  'IntersectionObserver',
  'ResizeObserver',
  'PerformanceObserver',
  'ReportingObserver',
]

/** Makes callbacks run in the frame in which they were handed over. Returns its undo. */
export function carryCallbacks(): () => void {
  const patches: Patch[] = []
  for (const [owner, name, callbacks] of callingBack()) {
    if (!owner || !(name in owner) || isCarriedByZone(owner, name)) continue
    patches.push(
      createPatch(owner, name, (target, self, args) =>
        Reflect.apply(target, self, carried(args, callbacks) as never[]),
      ),
    )
  }
  for (const name of OBSERVERS) {
    if (!(name in globalThis) || isCarriedByZone(globalThis, name)) continue
    patches.push(
      createPatch(
        globalThis,
        name,
        (target, newTarget, args) =>
          Reflect.construct(target as unknown as Construct, carried(args, [0]) as never[], newTarget as Construct),
        'construct',
      ),
    )
  }
  for (const patch of patches) patch.on()
  return () => {
    for (const patch of patches) patch.off()
  }
}

/** `args` with the functions at `places` bound to the current frame; `args` itself outside of frames. */
function carried(args: unknown[], places: readonly number[]): unknown[] {
  const frame = currentFrame()
  if (frame === null) return args
  const bound = [...args]
  for (const place of places) {
    const at = place < 0 ? args.length + place : place
    const callback = args[at]
    if (typeof callback === 'function') bound[at] = inFrame(frame, callback as (...args: never[]) => unknown)
  }
  return bound
}
