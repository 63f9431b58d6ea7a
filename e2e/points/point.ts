/** Reads the current span, in the page's words: the name of its flow, or null. */
export type Look = () => string | null

/** Runs `work` at once in the span of another flow: who only listens is told from who causes. */
type Elsewhere = <T>(work: () => T) => T

/**
 * The kind of rule that decides a point:
 *
 * | word | whose context |
 * | --- | --- |
 * | `promise` | the flow that awaits, or that called `then` |
 * | `scheduler`, `completion`, `status` | the call that handed the callback over |
 * | `sync` | whoever dispatches, calls or sets: nothing is taken, nothing is set |
 * | `task` | the call that began the task for which the object stands |
 * | `reaction` | whoever changed the custom element |
 * | `stream` | the flow whose read, write or constructor causes the call |
 * | `outside` | none: a visitor, the network or another agent |
 * | `separate` | none: the event is on another object than the call, or on one that all share |
 * | `observer`, `module`, `error` | none |
 */
type Rule =
  | 'promise'
  | 'scheduler'
  | 'completion'
  | 'status'
  | 'sync'
  | 'task'
  | 'reaction'
  | 'stream'
  | 'outside'
  | 'separate'
  | 'observer'
  | 'module'
  | 'error'

/** What a visitor does where a page cannot: the walk does it when every flow of the point has begun. */
export type VisitorAct = 'clicks' | 'types' | 'goes offline'

/** One place where work goes on later. */
export interface ContextPoint {
  readonly name: string
  readonly rule: Rule
  /** Where the proposal says so: a heading of its web integration, or a section of HTML. `ours: …` where it leaves that open. */
  readonly section: string
  /** `caller`: the flow that runs the point, which is always the one that causes it. `none`: nobody's. */
  readonly context: 'caller' | 'none'
  /** `false`: the rule gives it a context and we may give none, while another flow's is never allowed. */
  readonly isPromised: boolean
  /** Engines in which it is known to be wrong, by their user agent; docs/limits.md says so. */
  readonly wrongIn: RegExp | null
  /** Starts something and gives what `look` said there. */
  readonly run: (look: Look, elsewhere: Elsewhere) => Promise<string | null> | string | null
  /** Whether this engine can do it. `null`: no test can, as the name says. */
  readonly isThere: (() => boolean | Promise<boolean>) | null
  readonly act: VisitorAct | null
}

/** What these engines do with a promise that a callback returned looks like an `await` in the callback's flow, and goes on in it. */
export const FIREFOX_AND_WEBKIT = /Firefox|Version\/[\d.]+ .*Safari/

type Add = (name: string, run: ContextPoint['run'], isThere?: () => boolean | Promise<boolean>) => void

/** How points of one rule are added. */
interface Adding {
  /** The caller's context, promised. */
  readonly kept: Add
  /** The caller's context by the rule; none is allowed. */
  readonly mayBeNone: Add
  /** No context at all, promised. */
  readonly none: Add
  /** No context at all, where a visitor causes it. */
  noneWhen(act: VisitorAct, name: string, run: ContextPoint['run']): void
  /** A row for what is named by the proposal and cannot be caused by a test. */
  notTried(name: string, why: string): void
}

/** A list of points, and how it grows. */
export interface Points {
  readonly points: readonly ContextPoint[]
  by(rule: Rule, section: string, wrongIn?: RegExp): Adding
}

export function createPoints(): Points {
  const points: ContextPoint[] = []
  const by = (rule: Rule, section: string, wrongIn: RegExp | null = null): Adding => {
    const add =
      (context: ContextPoint['context'], isPromised: boolean): Add =>
      (name, run, isThere = () => true) =>
        void points.push({ name, rule, section, context, isPromised, wrongIn, run, isThere, act: null })
    return {
      kept: add('caller', true),
      mayBeNone: add('caller', false),
      none: add('none', true),
      noneWhen: (act, name, run) =>
        void points.push({
          name,
          rule,
          section,
          context: 'none',
          isPromised: true,
          wrongIn,
          run,
          isThere: () => true,
          act,
        }),
      notTried: (name, why) =>
        void points.push({
          name: `${name} (not tried: ${why})`,
          rule,
          section,
          context: 'none',
          isPromised: true,
          wrongIn,
          run: () => null,
          isThere: null,
          act: null,
        }),
    }
  }
  return { points, by }
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

type Wanted = (event: Event) => boolean
const any: Wanted = () => true

/** What a listener of `target` sees, the first time that the event is the wanted one. */
export const listened = (look: Look, target: EventTarget, type: string, isWanted: Wanted = any) =>
  new Promise<string | null>((resolve) => target.addEventListener(type, (event) => isWanted(event) && resolve(look())))

/** What a listener and, where there is one, the handler `on…` see. For objects that nobody else has. */
export const heard = async (look: Look, target: EventTarget, type: string, isWanted: Wanted = any) => {
  const byListener = listened(look, target, type, isWanted)
  if (!(`on${type}` in target)) return byListener
  const byHandler = new Promise<string | null>((resolve) => {
    const handler = (event: Event) => void (isWanted(event) && resolve(look()))
    Object.assign(target, { [`on${type}`]: handler })
  })
  return alike(await Promise.all([byListener, byHandler]))
}

/** What all of them saw: one name, or the different ones. */
const alike = (seen: readonly (string | null)[]): string | null => {
  const different = [...new Set(seen)]
  return different.length === 1 ? (different[0] ?? null) : different.map(String).join(' and ')
}

let numbers = 0
/** For names that nobody else on the origin uses. */
export const nextNumber = () => ++numbers

/** Whether the page has `name`, or `owner.name`. */
export const has = (name: string, owner: object | undefined = globalThis) => owner !== undefined && name in owner

/** Whether `work` says so in time; an engine may have a name and do nothing behind it. */
export const inTime = (work: () => Promise<boolean>, ms = 2000): (() => Promise<boolean>) => {
  let answer: Promise<boolean> | null = null
  return () => {
    answer ??= Promise.race([work().catch(() => false), pause(ms).then(() => false)])
    return answer
  }
}

/** Whether an event comes of `cause`, told by doing it. */
export const comes = (prepare: () => { target: EventTarget; type: string; cause(): unknown }) =>
  inTime(
    () =>
      new Promise((resolve) => {
        const { target, type, cause } = prepare()
        target.addEventListener(type, () => resolve(true))
        cause()
      }),
  )

export const addElement = (tag = 'div') => document.body.appendChild(document.createElement(tag))
