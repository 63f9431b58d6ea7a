// A `then` that was read in a span and is called elsewhere, by whoever, with whatever: what comes of it, in which turn, and what
// is current there.
import fc from 'fast-check'
import { NativePromise, nativeThen } from '../../src/lib/native'
import { activeSpan } from './contexts'

/** Runs the reading part of a play: in a span, or on a bare page just so. */
export type Reader = <T>(work: () => T) => T
type Then = (...handlers: unknown[]) => unknown

export interface Play {
  readonly made: 'resolved' | 'rejected' | 'later' | 'async function'
  readonly readsConstructor: boolean
  readonly calledOn: 'itself' | 'another'
  readonly called: 'at once' | 'in a microtask' | 'in a timer'
  readonly handlers: readonly (keyof typeof SHAPES)[]
}

interface Seen {
  readonly lines: string[]
  /** The spans that were current where none should be. */
  readonly leaked: string[]
}

const settled = NativePromise.resolve()

/** Counts turns until the play is over, by microtasks that nobody carries. */
function startTurns() {
  let turn = 0
  let isOver = false
  const tick = () => {
    turn++
    if (!isOver && turn < 50) nativeThen.call(settled, tick)
  }
  tick()
  const stop = () => {
    isOver = true
  }
  return { now: () => turn, stop }
}

/** What a page may hand to `then`. Each says that it was called, and queues work that belongs to nobody. */
const SHAPES = {
  arrow: (said: Said) => (value: unknown) => said.by('arrow', value),
  'function expression': (said: Said) =>
    function (this: unknown, value: unknown) {
      return said.by(`function with ${typeof this}`, value)
    },
  method: (said: Said) =>
    ({
      method(value: unknown) {
        return said.by('method', value)
      },
    }).method,
  bound: (said: Said) => ((value: unknown) => said.by('bound', value)).bind(null),
  'async function': (said: Said) => async (value: unknown) => said.by('async', value),
  class: () => class Handler {},
  'throwing arrow': (said: Said) => (value: unknown) => {
    said.by('throwing', value)
    throw new Error('thrown by a handler')
  },
  'Proxy of a named function': (said: Said) => {
    const named = (value: unknown) => said.by('proxy', value)
    return new Proxy(named, {})
  },
  'console.log': () => console.log,
  'native Set': () => Set,
  'resolve of another promise': (said: Said) => said.other.resolve,
  'reject of another promise': (said: Said) => said.other.reject,
  undefined: () => undefined,
  null: () => null,
  number: () => 5,
  object: () => ({ then: 1 }),
} satisfies Record<string, (said: Said) => unknown>

interface Said {
  by(who: string, value: unknown): string
  readonly other: { readonly resolve: (value: unknown) => void; readonly reject: (reason: unknown) => void }
}

export const plays: fc.Arbitrary<Play> = fc.record({
  made: fc.constantFrom('resolved', 'rejected', 'later', 'async function'),
  readsConstructor: fc.boolean(),
  calledOn: fc.constantFrom('itself', 'another'),
  called: fc.constantFrom('at once', 'in a microtask', 'in a timer'),
  handlers: fc.array(fc.constantFrom(...(Object.keys(SHAPES) as (keyof typeof SHAPES)[])), { maxLength: 3 }),
})

const MAKES: Readonly<Record<Play['made'], () => Promise<unknown>>> = {
  resolved: () => Promise.resolve('value'),
  rejected: () => Promise.reject('reason'),
  later: () => new Promise((resolve) => setTimeout(() => resolve('later'))),
  'async function': async () => 'own',
}

const CALLS: Readonly<Record<Play['called'], (work: () => void) => unknown>> = {
  'at once': (work) => work(),
  'in a microtask': (work) => nativeThen.call(settled, work),
  'in a timer': (work) => setTimeout(work, 0),
}

/** Plays it, and tells what a page would see of it. */
export async function run(play: Play, read: Reader): Promise<Seen> {
  const lines: string[] = []
  const leaked: string[] = []
  const look = (where: string) => {
    if (activeSpan() !== null) leaked.push(where)
  }
  const turns = startTurns()
  const say = (line: string) => lines.push(`${turns.now()}: ${line}`)
  const listen = (name: string, promise: unknown) => {
    if (!(promise instanceof NativePromise))
      return Reflect.apply((promise as Promise<unknown>).then, promise, bothOf(name))
    return nativeThen.call(promise, ...bothOf(name))
  }
  const bothOf = (name: string) => {
    const told = (how: string) => (value: unknown) => {
      say(
        `${name} ${how} ${value instanceof Error ? value.message : typeof value === 'object' ? 'object' : String(value)}`,
      )
      look(`${name} ${how}`)
    }
    return [told('fulfilled'), told('rejected')] as const
  }

  const other: { resolve?: (value: unknown) => void; reject?: (reason: unknown) => void } = {}
  const otherPromise = new NativePromise<unknown>((resolve, reject) => Object.assign(other, { resolve, reject }))
  listen('other', otherPromise)
  const said: Said = {
    by(who, value) {
      say(`${who} called with ${String(value)}`)
      look(who)
      nativeThen.call(settled, () => look(`a microtask of ${who}`))
      return who
    },
    other: other as Said['other'],
  }

  const promise = MAKES[play.made]()
  listen('first', promise)
  const then = read(() => {
    if (play.readsConstructor) void promise.constructor
    return promise.then as unknown as Then
  })
  const target = play.calledOn === 'itself' ? promise : MAKES[play.made]()
  listen('target', target)
  const handlers = play.handlers.map((shape) => SHAPES[shape](said))
  await new NativePromise<void>((resolve) => {
    CALLS[play.called](() => {
      try {
        listen('derived', Reflect.apply(then, target, handlers))
      } catch (error) {
        say(`threw ${String(error)}`)
      }
      resolve()
    })
  })
  await new NativePromise((resolve) => setTimeout(resolve, 3)) // behind all of its microtasks
  turns.stop()
  look('afterwards')
  await new NativePromise((resolve) => setTimeout(resolve, 0))
  look('in the next task')
  return { lines, leaked }
}
