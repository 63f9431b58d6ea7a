import { type Frame, swapFrame } from './frame'
import { enterZone } from './zone'

/** Runs `fn` with `frame` on, and puts back what was on before. */
export function runInFrame<T>(frame: Frame, fn: (...args: never[]) => T, self: unknown, args: unknown[]): T {
  const before = swapFrame(frame)
  try {
    return Reflect.apply(fn, self, args) as T
  } finally {
    swapFrame(before)
  }
}

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
