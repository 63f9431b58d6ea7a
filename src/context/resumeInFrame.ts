import { type Frame, runInFrame } from './frame'
import { enterZone } from './zone'

/** Like `runInFrame`, from the empty stack: an application's zone above the frame is entered through its hooks. */
export function resumeInFrame<T>(frame: Frame, fn: (...args: never[]) => T, self: unknown, args: unknown[]): T {
  return frame.base === null ? runInFrame(frame, fn, self, args) : enterZone(frame, fn, self, args)
}

/** A function that runs `fn` in `frame`, with its own `this` and arguments. */
export function inFrame<T>(frame: Frame, fn: (...args: never[]) => T): (this: unknown, ...args: unknown[]) => T {
  return function (...args) {
    return resumeInFrame(frame, fn, this, args)
  }
}
