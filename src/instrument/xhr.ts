import { listen } from '../lib/native'
import { createPatch, type Patch } from '../lib/patch'
import { guard } from '../lib/report'
import { type HttpSpan, type StartHttpSpan, startAll } from './httpSpan'

//             open                        send                     first of these ends it
//  (none) ───────────▶ opened ───────────────────────▶ sent ──┬─ readystatechange or loadend with readyState 4 → status; abort, timeout or error when 0
//                        ▲      traceparent unless the app     ├─ abort() while pending                        → abort (the status when readyState is 4)
//                        │      set one                        ├─ open() again                                 → abort, then a new request
//                        └─────────────────────────────────────┴─ send() throws                                → error

type State =
  | { readonly state: 'opened'; readonly method: string; readonly url: string | URL; hasOwnHeader: boolean }
  | { readonly state: 'sent'; readonly end: (outcome: Outcome) => void }

type Outcome = 'readyState' | 'abort' | { readonly thrown: unknown }

const DONE = 4
const states = new WeakMap<XMLHttpRequest, State>() // not on the request: foreign objects stay clean
const subscribers = new Set<StartHttpSpan>()
let patches: Patch[] | null = null

/** Traces `XMLHttpRequest`. The span ends when the request is done, whichever way the browser tells it. Returns its undo. */
export function traceXhr(start: StartHttpSpan): () => void {
  if (typeof XMLHttpRequest !== 'function') return () => {}
  subscribers.add(start)
  patches ??= Object.entries({ open, setRequestHeader, send, abort }).map(([name, around]) =>
    createPatch(XMLHttpRequest.prototype, name, (target, self, args) =>
      around(target as Method, self as XMLHttpRequest, args),
    ),
  )
  for (const patch of patches) patch.on()
  return () => {
    subscribers.delete(start)
    if (subscribers.size === 0) for (const patch of patches ?? []) patch.off()
  }
}

type Method = (this: XMLHttpRequest, ...args: never[]) => unknown

/** `open(method, url, undefined)` means synchronous: the arguments are passed on exactly as they came. */
function open(target: Method, xhr: XMLHttpRequest, args: unknown[]): unknown {
  endIfSent(xhr, 'abort') // a second open() takes the first request back without any event
  const result = Reflect.apply(target, xhr, args as never[])
  states.set(xhr, { state: 'opened', method: String(args[0]), url: args[1] as string | URL, hasOwnHeader: false })
  return result
}

function setRequestHeader(target: Method, xhr: XMLHttpRequest, args: unknown[]): unknown {
  const state = states.get(xhr)
  // Twice set, values are joined: `a, b` is no traceparent. The application's own wins.
  if (state?.state === 'opened' && String(args[0]).toLowerCase() === 'traceparent') state.hasOwnHeader = true
  return Reflect.apply(target, xhr, args as never[])
}

function send(target: Method, xhr: XMLHttpRequest, args: unknown[]): unknown {
  const state = states.get(xhr)
  if (state?.state === 'opened') guard('tracing an XMLHttpRequest', () => begin(xhr, state))
  try {
    return Reflect.apply(target, xhr, args as never[])
  } catch (error) {
    endIfSent(xhr, { thrown: error }) // synchronous requests fail without an event
    throw error
  } finally {
    if (xhr.readyState === DONE) endIfSent(xhr, 'readyState') // a synchronous request is done here
  }
}

function abort(target: Method, xhr: XMLHttpRequest, args: unknown[]): unknown {
  // Inside a readystatechange handler at 4 the request has its answer; abort() only silences the events after it.
  endIfSent(xhr, xhr.readyState === DONE ? 'readyState' : 'abort')
  return Reflect.apply(target, xhr, args as never[])
}

function begin(xhr: XMLHttpRequest, opened: Extract<State, { state: 'opened' }>): void {
  const http = startAll(subscribers, opened.method, opened.url)
  if (!http) return
  if (!opened.hasOwnHeader) for (const [name, value] of http.headers) xhr.setRequestHeader(name, value)

  let timedOut = false
  const done = () => {
    if (xhr.readyState === DONE) end('readyState') // a loadend with another readyState belongs to the request before
  }
  const undo = [
    listen(xhr, 'timeout', () => {
      timedOut = true
      end('readyState')
    }),
    listen(xhr, 'abort', () => end('abort')),
    listen(xhr, 'error', () => end('readyState')),
    listen(xhr, 'loadend', done),
    listen(xhr, 'readystatechange', () => {
      if (xhr.readyState === DONE && xhr.status > 0) end('readyState') // status 0: the event that follows says why
    }),
  ]
  const end = (outcome: Outcome) => {
    states.delete(xhr)
    for (const off of undo) off()
    guard('ending the span of an XMLHttpRequest', () => finish(http, xhr, outcome, timedOut))
  }
  states.set(xhr, { state: 'sent', end })
}

function finish(http: HttpSpan, xhr: XMLHttpRequest, outcome: Outcome, timedOut: boolean): void {
  if (outcome === 'abort') http.aborted(xhr)
  else if (outcome !== 'readyState') http.failed(outcome.thrown)
  else if (xhr.status > 0) http.answered(xhr.status, xhr)
  else http.failed(timedOut ? 'timeout' : 'network_error')
}

function endIfSent(xhr: XMLHttpRequest, outcome: Outcome): void {
  const state = states.get(xhr)
  if (state?.state === 'sent') state.end(outcome)
}
