import { bare, descriptorOf } from '../lib/bare'
import { ask } from '../lib/native'
import { noteErrorEvent, runTask } from './failures'
import { currentFrame, type Frame, runInFrame } from './frame'

// Whose context a listener has. The rules are those of TC39's AsyncContext on the web
// (https://github.com/tc39/proposal-async-context/blob/master/WEB-INTEGRATION.md): adding a listener takes nothing, and
// dispatching sets nothing. So a listener that a script's call reaches runs in the caller's context, and one that the browser
// calls from outside runs in none. Objects that stand for one task are the exception: what the browser tells about the task is
// told in the context of the call that began it.
//
//   on when it is dispatched   the event                     its listeners run in
//   ────────────────────────   ───────────────────────────   ─────────────────────────────────
//   a context                  any, but the next             the same
//                              `error` of the window         none, see failures.ts
//   none                       of a task                     the context in which it was begun
//                              any other                     none

const UNDER_WAY = 1 // `readyState` of a request and of a reader that have been begun and have no answer

/** The frames in which running tasks were begun (`null`: outside of all), by the object that stands for the task, or by an event of it. */
const tasks = new WeakMap<object, Frame | null>()

/** Notes that `holder` begins its task here. */
export function beginTask(holder: object): void {
  tasks.set(holder, currentFrame())
}

/** What was noted of the task of `holder`, or of an event. */
export function taskOf(holder: unknown): Frame | null | undefined {
  return tasks.get(holder as object)
}

/** Notes that the task of `holder` is over: what a call of a script still tells about it is the caller's. */
export function endTask(holder: object): void {
  tasks.delete(holder)
}

/** The frame in which all listeners of `event` run: `null` for none, `undefined` for what is on anyway. */
export function contextOfDispatch(event: Event): Frame | null | undefined {
  if (event?.isTrusted !== true) return undefined // a script dispatches it, or it is no event
  if (event.type === 'error' && event.target === globalThis) {
    noteErrorEvent(event)
    return null
  }
  if (currentFrame() !== null) return undefined
  return isNews(event) ? undefined : contextOfTask(event, event.target as EventTarget)
}

function contextOfTask(event: Event, holder: EventTarget): Frame | null | undefined {
  if (tasks.has(event)) return tasks.get(event) // its first listener may have begun the next task with the same object
  const begun = tasks.get(holder)
  if (begun === undefined) return undefined
  // The end of a task before, when a listener of its `load` has begun this one.
  const isLate = event.type === 'loadend' && isUnderWay(holder)
  tasks.set(event, isLate ? null : begun)
  // An animation may run again without a call that begins it: whoever sets its `currentTime` is not seen.
  if (/^(finish|cancel)$/.test(event.type)) endTask(holder)
  return tasks.get(event)
}

/** By the platform's own getter: one that the page has put there is not called. */
function isUnderWay(holder: EventTarget): boolean {
  const { XMLHttpRequest: Request, FileReader: Reader } = globalThis as Partial<typeof globalThis>
  return [Request, Reader].some(
    (owner) => owner && ask(descriptorOf(owner.prototype, 'readyState')?.get, holder) === UNDER_WAY,
  )
}

/** What the other side has to say comes from outside, though the connection is a task of ours; `remove` comes after the end. */
function isNews(event: Event): boolean {
  return 'lastEventId' in event || /^(upgradeneeded|blocked|remove)$/.test(event.type)
}

type Listener = (this: unknown, ...args: never[]) => unknown
type Wrapper = Listener | EventListenerObject

const wrappers = new WeakMap<object, Wrapper>()
const wrapped = new WeakMap<object, object>()

/** What the browser is given in the place of `listener`, if that has happened before: always the same. */
export function wrapperOf(listener: object): Wrapper | undefined {
  return wrappers.get(listener)
}

/** The listener that the page gave, by what the browser was given. */
export function wrappedBy(wrapper: object): object | undefined {
  return wrapped.get(wrapper)
}

/** Makes what the browser is given in the place of `listener`: it asks at each dispatch for the context, and keeps none. */
export function wrapListener(listener: Listener | EventListenerObject): Wrapper {
  const wrapper = typeof listener === 'function' ? inContext(listener) : handlerOf(listener)
  wrappers.set(listener, wrapper)
  wrapped.set(wrapper, listener)
  return wrapper
}

function inContext(run: Listener, owner?: object): Listener {
  return function (this: unknown, ...args: unknown[]) {
    const event = typeof args[0] === 'string' ? globalThis.event : args[0] // `window.onerror` is given no event
    const frame = contextOfDispatch(event as Event)
    if (frame === undefined) return Reflect.apply(run, owner ?? this, args) as unknown
    return (frame === null ? runInFrame : runTask)(frame as never, run, owner ?? this, args) as unknown
  }
}

/** The browser asks at each dispatch for the function, and says itself what is wrong when there is none. */
function handlerOf(listener: EventListenerObject): EventListenerObject {
  return bare({
    get handleEvent() {
      const handle: unknown = listener.handleEvent
      return (typeof handle === 'function' ? inContext(handle as Listener, listener) : handle) as Listener
    },
  })
}
