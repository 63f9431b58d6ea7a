import { microtask } from '../lib/microtask'
import { type Frame, swapFrame } from './frame'
import { enterZone } from './zone'

/** One of the functions that settle a promise. */
export type Settle = (value: unknown) => unknown

const nothing = () => {}

const enterNone = () => {
  swapFrame(null)
}

/** The microtask that turns `frame` on. */
export function entering(frame: Frame | null): () => void {
  if (frame === null) return enterNone
  frame.enter ??= () => {
    swapFrame(frame)
  }
  return frame.enter
}

// Angular looks for changes when its zone is left. It saw nothing of the await, so it is told here.
const leave = () => {
  const frame = swapFrame(null)
  if (frame?.base) enterZone(frame, nothing, undefined, [])
}

/**
 * Settles so that the one reaction of the promise behind runs in a frame: *enter*, *the reaction*, *leave*. Whatever `settle`
 * does, *leave* comes: without it the page would stay in the frame for good.
 */
export function settleBetween(enter: () => void, settle: Settle, value: unknown): unknown {
  microtask(enter)
  try {
    return settle(value)
  } finally {
    microtask(leave)
  }
}

/** `settle` so that it does that. */
export function bracket(frame: Frame | null, settle: Settle): Settle {
  const enter = entering(frame)
  return (value) => settleBetween(enter, settle, value)
}
