import { descriptorOf } from '../lib/bare'
import { unlessLeft } from '../lib/leaving'
import { ask, isPlatforms, listen } from '../lib/native'
import { isSendingOwn } from '../lib/ownEndpoints'
import { createPatch, type Patch, unpatched } from '../lib/patch'
import { guard } from '../lib/report'
import { isAddress } from './fetchCall'
import { additions, type HttpSpan, NETWORK_ERROR, type StartHttpSpan, startAll } from './httpSpan'
import { absoluteUrl } from './urls'

//             open                        send                     first of these ends it
//  (none) ───────────▶ opened ───────────────────────▶ sent ──┬─ readystatechange or loadend with readyState 4 → status; abort, timeout or error when 0
//                        ▲      traceparent unless the app     ├─ abort() while pending                        → abort (the status when readyState is 4)
//                        │      set one                        ├─ open() again                                 → the same, then a new request
//                        └─────────────────────────────────────┴─ send() throws                                → error

type State = Opened | Sent

interface Opened {
  readonly state: 'opened'
  /** What `open` was given, with the address as it was then. */
  readonly opening: readonly [method: string, url: string, ...rest: unknown[]]
  /** The headers that the application has set. */
  own: readonly (readonly unknown[])[]
}

interface Sent extends Omit<Opened, 'state'> {
  readonly state: 'sent'
  /** The headers of ours. */
  readonly added: HttpSpan['headers']
  end(outcome: Outcome): void
}

/** `done`: an answer with this status, or none when it is 0. `taken back`: by the browser, which gives no reason. */
type Outcome =
  | { readonly done: number }
  | { readonly done: null; readonly thrown: unknown }
  | 'abort'
  | 'timeout'
  | 'taken back'

const DOING = 'tracing an XMLHttpRequest'
const DONE = 4
const states = new WeakMap<XMLHttpRequest, State>() // not on the request: foreign objects stay clean
const subscribers = new Set<StartHttpSpan>()
let patches: Patch[] | null = null
let readyState: (() => unknown) | undefined
let status: (() => unknown) | undefined
let setHeader: (this: XMLHttpRequest, name: string, value: string) => void

/** Traces `XMLHttpRequest`. The span ends when the request is done, whichever way the browser tells it. Returns its undo. */
export function traceXhr(start: StartHttpSpan): () => void {
  if (typeof XMLHttpRequest !== 'function') return () => {}
  subscribers.add(start)
  if (patches === null) {
    setHeader = XMLHttpRequest.prototype.setRequestHeader // our header is none of the page's: not seen by later patches
    readyState = descriptorOf(XMLHttpRequest.prototype, 'readyState')?.get
    status = descriptorOf(XMLHttpRequest.prototype, 'status')?.get
    patches = Object.entries({ open, setRequestHeader, send, abort }).map(([name, around]) =>
      createPatch(XMLHttpRequest.prototype, name, (target, self, args) =>
        around(target as Method, self as XMLHttpRequest, args),
      ),
    )
  }
  for (const patch of patches) patch.on()
  return () => {
    subscribers.delete(start)
    if (subscribers.size === 0) for (const patch of patches ?? []) patch.off()
  }
}

type Method = (this: XMLHttpRequest, ...args: never[]) => unknown

/** `open(method, url, undefined)` means synchronous: as many arguments are passed on as came. */
function open(target: Method, xhr: XMLHttpRequest, args: unknown[]): unknown {
  const before = states.get(xhr)
  const outcome = before && outcomeNow(xhr)
  const passed = inText(xhr, args)
  const [method, url, ...rest] = passed as string[]
  // Before the call: its readystatechange 1 may already send. What the platform refuses unread is none of ours either.
  if (isSendingOwn())
    states.delete(xhr) // of an export, though it may be sent later
  else if (
    passed.length > 1 &&
    typeof method !== 'symbol' &&
    typeof url !== 'symbol' &&
    isAddress(url) &&
    isRequest(xhr)
  )
    // Made absolute now, as the platform does: the page may have another base when it sends.
    states.set(xhr, { state: 'opened', opening: [`${method}`, absoluteUrl(`${url}`)?.href ?? '', ...rest], own: [] })
  try {
    return Reflect.apply(target, xhr, passed as never[])
  } catch (error) {
    if (before)
      states.set(xhr, before) // the request under way goes on
    else states.delete(xhr)
    throw error
  } finally {
    // A second open() takes the first request back without any event.
    if (outcome && before?.state === 'sent' && states.get(xhr) !== before) before.end(outcome)
  }
}

function setRequestHeader(target: Method, xhr: XMLHttpRequest, args: unknown[]): unknown {
  const state = states.get(xhr)
  const passed = inText(xhr, args)
  const isLate = state?.state === 'sent' && passed.length > 1 && state.added.some(([name]) => name === lower(passed))
  const below = isLate && unpatched(patches![0]!.below())
  const reopen = isPlatforms(below, 'open') && below
  // Twice set, values are joined: `a, b` is no traceparent.
  if (isLate && !reopen && lower(passed) !== 'baggage') return undefined
  const result = Reflect.apply(target, xhr, passed as never[]) // what it refuses is not set
  if (state) state.own = [...state.own, passed]
  if (isLate && reopen) {
    // The application's own wins, though a `send` below ours sets it, perhaps later. Nothing takes a header back but a second `open`, which
    // fires no event.
    Reflect.apply(reopen, xhr, state.opening as never)
    for (const header of [...state.own, ...addedTo(state, state.added)])
      Reflect.apply(setHeader, xhr, header as [string, string])
  }
  return result
}

const lower = ([name]: readonly unknown[]) => String(name).toLowerCase()

/** What of `headers` is added to those of the application. */
function addedTo({ own }: Opened | Sent, headers: HttpSpan['headers']): HttpSpan['headers'] {
  return additions((name) => own.some((header) => lower(header) === name), headers)
}

// By the platform's own getters, which call nothing of the page's; a stand-in may have none.
const isDone = (xhr: XMLHttpRequest) => (readyState ? ask(readyState, xhr) : xhr.readyState) === DONE
const statusOf = (xhr: XMLHttpRequest) => Number(status ? ask(status, xhr) : xhr.status)

/** By what the platform asks it; a stand-in may have no such getter. */
function isRequest(xhr: XMLHttpRequest): boolean {
  return !readyState || ask(readyState, xhr) !== undefined
}

/** The first two arguments, in the platform's order: what has to be asked for its text is asked once, and passed on as text. */
function inText(xhr: XMLHttpRequest, args: unknown[]): unknown[] {
  if (args.length < 2 || !isRequest(xhr)) return args // the platform throws, and asks nothing
  const [first, second, ...rest] = args
  const head = inOne(first)
  // It refuses that before it asks for more: no method or name of a header has such letters.
  const isRefused = typeof head === 'symbol' || /[^\0-\xff]/.test(`${head}`)
  return [head, isRefused ? second : inOne(second), ...rest]
}

const inOne = (given: unknown) => (isAddress(given) ? given : `${given}`)

function send(target: Method, xhr: XMLHttpRequest, args: unknown[]): unknown {
  const state = states.get(xhr)
  const begun = state?.state === 'opened' && guard(DOING, () => begin(xhr, state))
  try {
    return Reflect.apply(target, xhr, args as never[])
  } catch (error) {
    if (begun) begun.end({ done: null, thrown: error }) // synchronous requests fail without an event
    throw error
  } finally {
    if (begun && isDone(xhr)) begun.end({ done: statusOf(xhr) }) // a synchronous request is done here
  }
}

function abort(target: Method, xhr: XMLHttpRequest, args: unknown[]): unknown {
  // Inside a readystatechange handler at 4 the request has its answer; abort() only silences the events after it.
  const state = states.get(xhr)
  if (state?.state === 'sent') state.end(outcomeNow(xhr))
  return Reflect.apply(target, xhr, args as never[])
}

function outcomeNow(xhr: XMLHttpRequest): Outcome {
  return isDone(xhr) ? { done: statusOf(xhr) } : 'abort'
}

function begin(xhr: XMLHttpRequest, opened: Opened): Sent | undefined {
  const http = startAll(subscribers, opened.opening[0], opened.opening[1])
  if (!http) return undefined
  const added = addedTo(opened, http.headers)
  for (const [name, value] of added) guard(DOING, () => setHeader.call(xhr, name, value))

  // An event with another readyState belongs to the request before, which was taken back in one of its own handlers.
  const ifDone = (outcome: () => Outcome | null) => () => {
    const now = isDone(xhr) ? outcome() : null
    if (now) sent.end(now)
  }
  const answered = () => {
    const done = statusOf(xhr)
    return done > 0 ? { done } : null
  }
  const undo = [
    listen(
      xhr,
      'timeout',
      ifDone(() => 'timeout'),
    ),
    listen(
      xhr,
      'abort',
      ifDone(() => 'abort'),
    ),
    listen(
      xhr,
      'error',
      ifDone(() => ({ done: 0 })),
    ),
    listen(
      xhr,
      'loadend',
      ifDone(() => answered() ?? 'taken back'),
    ),
    // With status 0 the event that follows says why.
    listen(xhr, 'readystatechange', ifDone(answered)),
  ]
  let open = true
  const sent: Sent = {
    ...opened,
    state: 'sent',
    added,
    end(outcome: Outcome) {
      if (!open) return
      open = false
      if (states.get(xhr) === sent) states.delete(xhr)
      for (const off of undo) off()
      guard(DOING, () => finish(http, xhr, outcome))
    },
  }
  states.set(xhr, sent)
  return sent
}

function finish(http: HttpSpan, xhr: XMLHttpRequest, outcome: Outcome): void {
  if (outcome === 'abort') http.aborted(xhr)
  else if (outcome === 'timeout') http.failed(xhr, { type: 'timeout' })
  else if (outcome === 'taken back')
    unlessLeft((time) => http.failed(xhr, { type: NETWORK_ERROR, time })) // by Firefox, see there
  else if (outcome.done === null)
    http.failed(outcome.thrown, { mayLearn: false }) // by its arguments, or somebody's `send`
  else if (outcome.done > 0) http.answered(outcome.done, xhr)
  else http.failed(xhr, { type: NETWORK_ERROR })
}
