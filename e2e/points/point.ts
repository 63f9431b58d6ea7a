/** Reads the current span, in the page's words: the name of its flow, or null. */
export type Look = () => string | null

/** One place where work goes on later. */
export interface ContextPoint {
  readonly name: string
  /** Starts something asynchronous and gives what `look` said there. */
  readonly run: (look: Look) => Promise<string | null> | string | null
  /** `false`: no context is known to reach it yet. There must be none, which is allowed, while another flow's is never. */
  readonly follows: boolean
  /** Whether this engine can do it. */
  readonly isThere: () => boolean | Promise<boolean>
}

type Add = (name: string, run: ContextPoint['run'], isThere?: ContextPoint['isThere']) => void

/** A list of points, and how it grows. */
export interface Points {
  readonly points: readonly ContextPoint[]
  readonly follows: Add
  readonly lost: Add
}

export function createPoints(): Points {
  const points: ContextPoint[] = []
  const add =
    (follows: boolean): Add =>
    (name, run, isThere = () => true) =>
      void points.push({ name, run, follows, isThere })
  return { points, follows: add(true), lost: add(false) }
}

/** Runs `work` later, from a task that belongs to no flow: this channel was made before the first of them. */
export const outside = (() => {
  const waiting: (() => void)[] = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => waiting.shift()?.()
  return (work: () => void) => {
    waiting.push(work)
    port2.postMessage(null)
  }
})()

export const pause = (ms = 1) => new Promise<void>((resolve) => setTimeout(resolve, ms))
/** Settled by nobody's task. */
export const later = <T>(value: T) => new Promise<T>((resolve) => outside(() => resolve(value)))
export const failLater = () => new Promise<never>((_, reject) => outside(() => reject(new Error('on purpose'))))
export const asyncValue = async () => {
  await pause()
  return 1
}

/** Looks inside a callback that somebody else calls. */
export const inCallback = (look: Look, subscribe: (callback: () => void) => void) =>
  new Promise<string | null>((resolve) => subscribe(() => resolve(look())))

let numbers = 0
/** For names that nobody else on the origin uses. */
export const nextNumber = () => ++numbers

/** Whether the page has `name`, or `owner.name`. */
export const has = (name: string, owner: object | undefined = globalThis) => owner !== undefined && name in owner
