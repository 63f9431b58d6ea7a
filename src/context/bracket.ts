import { NativePromise, plainThen } from '../lib/native'
import { type Frame, swapFrame } from './frame'
import { enterZone } from './zone'

/** One of the functions that settle a promise. */
export type Settle = (value: unknown) => void

let settled: Promise<void> | null = null

// A reaction on one settled promise is the cheapest microtask there is. Its own `constructor` keeps our getter out.
function microtask(work: () => void): void {
  settled ??= Object.defineProperty(NativePromise.resolve(), 'constructor', { value: NativePromise })
  plainThen(settled, work)
}

const nothing = () => {}

// Angular looks for changes when its zone is left. It saw nothing of the await, so it is told here.
const leave = () => {
  const frame = swapFrame(null)
  if (frame?.base) enterZone(frame, nothing, undefined, [])
}

/** Settles so that the one reaction of the promise behind runs with `frame` on: *enter*, *the reaction*, *leave*. */
export function bracket(frame: Frame | null, settle: Settle): Settle {
  return (value) => {
    microtask(() => {
      swapFrame(frame)
    })
    settle(value)
    microtask(leave)
  }
}
